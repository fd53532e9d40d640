local kept = redis.call('HMGET', KEYS[1], 'deadline', 'owner')
if not kept[1] then
  return 0
end
local stop = math.min(tonumber(ARGV[3]), tonumber(kept[1]))
redis.call('HSET', KEYS[1], 'expires', ARGV[3])
ends(KEYS[1], stop)
if kept[2] then
  enlist(KEYS[1], kept[2], stop)
end
return 1
