if redis.call('EXISTS', KEYS[1]) == 1 then
  return 0
end
keep(KEYS[1], 3, ARGV[7])
return 1
