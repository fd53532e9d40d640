-- Every script begins with this. ARGV[1] is the prefix of all keys, ARGV[2] is now.
local prefix, now = ARGV[1], tonumber(ARGV[2])

-- So many milliseconds from now on are for ever.
local FOR_EVER = 1e14

-- The time that is left is told, and not the end: the server's clock may be another.
local function ends(key, at)
  local left = at - now
  if left >= FOR_EVER then
    redis.call('PERSIST', key)
  else
    redis.call('PEXPIRE', key, string.format('%.0f', left))
  end
end

-- The keys of an owner's sessions. It lives as long as any of them may.
local function index(owner)
  return prefix .. 'owner:' .. owner
end

local function enlist(key, owner, deadline)
  local list = index(owner)
  -- -2: there is none; -1: it lives for ever.
  local left = redis.call('PTTL', list)
  redis.call('SADD', list, key)
  if left ~= -1 and left < deadline - now then
    ends(list, deadline)
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

-- Keeps a record, whose fields begin at ARGV[at]: version, expires, deadline, data. Both it and the one before may have an owner.
local function keep(key, at, owner, before, before_until)
  local deadline = tonumber(ARGV[at + 2])
  local stop = math.min(tonumber(ARGV[at + 1]), deadline)
  if stop <= now then
    redis.call('DEL', key)
    return strike(key, before)
  end
  redis.call('HSET', key, 'version', ARGV[at], 'expires', ARGV[at + 1], 'deadline', ARGV[at + 2], 'data', ARGV[at + 3])
  ends(key, stop)
  if owner == before and (not owner or ARGV[at + 2] == before_until) then
    return
  end
  strike(key, before)
  if owner then
    redis.call('HSET', key, 'owner', owner)
    enlist(key, owner, deadline)
  else
    redis.call('HDEL', key, 'owner')
  end
end

-- What there is instead of the expected version: 1 for another, 2 for none; or else nothing, the owner and the deadline.
local function differs(key, expected)
  local kept = redis.call('HMGET', key, 'version', 'owner', 'deadline')
  if not kept[1] then
    return 2
  end
  if kept[1] ~= expected then
    return 1
  end
  return nil, kept[2] or nil, kept[3]
end
