local deadline = redis.call('HGET', KEYS[1], 'deadline')
if not deadline then
  return 0
end
redis.call('HSET', KEYS[1], 'expires', ARGV[3])
ends(KEYS[1], math.min(tonumber(ARGV[3]), tonumber(deadline)))
return 1
