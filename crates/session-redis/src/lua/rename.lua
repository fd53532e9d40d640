local other, owner = differs(KEYS[1], ARGV[3])
if other then
  return other
end
strike(KEYS[1], owner)
keep(KEYS[1], 4)
keep(KEYS[2], 8, ARGV[12])
return 0
