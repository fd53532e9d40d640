-- ARGV[3] and ARGV[4] are the record and the time that is left to it, ARGV[5] the version that is expected, ARGV[6] and ARGV[7] the tombstone and its time.
local version, _, before = head(KEYS[1])
if version ~= ARGV[5] then
  return version and 1 or 2
end
keep(KEYS[1], ARGV[6], ARGV[7], before)
keep(KEYS[2], ARGV[3], ARGV[4])
return 0
