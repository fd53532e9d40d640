local other, before, before_until = differs(KEYS[1], ARGV[3])
if other then
  return other
end
keep(KEYS[1], 4, ARGV[8], before, before_until)
return 0
