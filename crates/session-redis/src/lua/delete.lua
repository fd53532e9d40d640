local text = redis.call('GET', KEYS[1])
if text then
  local _, _, owner = read(text)
  redis.call('DEL', KEYS[1])
  strike(KEYS[1], owner)
end
return text
