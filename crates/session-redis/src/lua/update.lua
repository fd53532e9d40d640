local other, owner = differs(KEYS[1], ARGV[3])
if other then
  return other
end
strike(KEYS[1], owner)
keep(KEYS[1], 4, ARGV[8])
return 0
