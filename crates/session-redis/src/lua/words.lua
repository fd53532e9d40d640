-- The scripts begin with this, or come to it when the short way does not lead on. ARGV[1] is the prefix of all keys, ARGV[2] is now.
local prefix, now = ARGV[1], tonumber(ARGV[2])

-- The longest head of a record, with an owner of 255 bytes.
local HEAD = 350

-- So many milliseconds are for ever.
local FOR_EVER = 1e14

-- What stands at the beginning of a record, if there is one: version, deadline, owner or nil, and where the rest begins.
local function read(text)
  local version, deadline, length, stop = string.match(text, '^(%d+) (%-?%d+) (%-?%d+)\n()')
  if not version then
    return nil
  end
  length = tonumber(length)
  if length < 0 then
    return version, deadline, nil, stop
  end
  return version, deadline, string.sub(text, stop, stop + length - 1), stop + length
end

local function head(key)
  return read(redis.call('GETRANGE', key, 0, HEAD))
end

-- The keys of an owner's sessions. It lives as long as any of them may.
local function index(owner)
  return prefix .. 'owner:' .. owner
end

local function enlist(key, owner, deadline)
  local list, left = index(owner), tonumber(deadline) - now
  -- -2: there is none; -1: it lives for ever.
  local before = redis.call('PTTL', list)
  redis.call('SADD', list, key)
  if left >= FOR_EVER then
    redis.call('PERSIST', list)
  elseif before ~= -1 and before < left then
    redis.call('PEXPIRE', list, string.format('%.0f', left))
  end
  -- Each that comes looks after two: so those that have expired are never many.
  for _, other in ipairs(redis.call('SRANDMEMBER', list, 2)) do
    if other ~= key and redis.call('EXISTS', other) == 0 then
      redis.call('SREM', list, other)
    end
  end
end

local function strike(key, owner)
  if owner then
    redis.call('SREM', index(owner), key)
  end
end

-- The time that is left is told, and not the end: the server's clock may be another. Zero is over, and less is for ever.
local function put(key, text, left)
  if left == '0' then
    redis.call('DEL', key)
  elseif left == '-1' then
    redis.call('SET', key, text)
  else
    redis.call('SET', key, text, 'PX', left)
  end
end

-- Keeps a record, in the place of one that had an owner or not.
local function keep(key, text, left, before)
  local _, deadline, owner = read(text)
  if left == '0' then
    owner = nil
  end
  put(key, text, left)
  if before ~= owner then
    strike(key, before)
  end
  if owner then
    enlist(key, owner, deadline)
  end
end
