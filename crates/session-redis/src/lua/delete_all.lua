-- KEYS[1] is the index; ARGV[3] is its owner, and ARGV[4] the key that stays, if one does.
local count = 0
for _, key in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  if key ~= ARGV[4] then
    local _, _, owner = head(key)
    if owner == ARGV[3] then
      count = count + redis.call('DEL', key)
    end
    redis.call('SREM', KEYS[1], key)
  end
end
return count
