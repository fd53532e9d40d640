-- ARGV[3] and ARGV[4] are the record and the time that is left to it.
if redis.call('EXISTS', KEYS[1]) == 1 then
  return 0
end
keep(KEYS[1], ARGV[3], ARGV[4])
return 1
