local version, _, before = head(KEYS[1])
if version ~= ARGV[5] then
  return version and 1 or 2
end
keep(KEYS[1], ARGV[3], ARGV[4], before)
return 0
