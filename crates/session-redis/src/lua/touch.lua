-- ARGV[3] is the new end.
local text = redis.call('GET', KEYS[1])
if not text then
  return 0
end
local _, deadline, _, stop = read(text)
local left = math.min(tonumber(ARGV[3]), tonumber(deadline)) - now
text = string.sub(text, 1, stop - 1) .. ARGV[3] .. string.match(text, '^%-?%d+( .*)$', stop)
if left <= 0 then
  left = '0'
elseif left >= FOR_EVER then
  left = '-1'
else
  left = string.format('%.0f', left)
end
put(KEYS[1], text, left)
return 1
