local other, before = differs(KEYS[1], ARGV[3])
if other then
  return other
end
keep(KEYS[1], 4, nil, before)
keep(KEYS[2], 8, ARGV[12])
return 0
