local kept = redis.call('HMGET', KEYS[1], 'version', 'expires', 'deadline', 'data', 'owner')
redis.call('DEL', KEYS[1])
strike(KEYS[1], kept[5])
return kept
