-- ARGV[3] and ARGV[4] are the record and the time that is left to it, ARGV[5] the version that is expected, and ARGV[6] the beginning of a record of
-- that version with the same deadline and owner: if that is there, no index changes.
if redis.call('GETRANGE', KEYS[1], 0, #ARGV[6] - 1) == ARGV[6] and tonumber(ARGV[4]) > 0 then
  redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
  return 0
end
