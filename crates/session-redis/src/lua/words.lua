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

-- An owner's sessions by their ends. It lives as long as the last of them.
local function index(owner)
  return prefix .. 'owner:' .. owner
end

local function enlist(key, owner, at)
  local list = index(owner)
  redis.call('ZADD', list, string.format('%.0f', at), key)
  redis.call('ZREMRANGEBYSCORE', list, '-inf', ARGV[2])
  local last = redis.call('ZRANGE', list, -1, -1, 'WITHSCORES')[2]
  if last then
    ends(list, tonumber(last))
  end
end

local function strike(key, owner)
  if owner then
    redis.call('ZREM', index(owner), key)
  end
end

-- Keeps a record, whose fields begin at ARGV[at]: version, expires, deadline, data, and the owner if it has one.
local function keep(key, at, owner)
  local stop = math.min(tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]))
  redis.call('DEL', key)
  if stop <= now then
    return
  end
  redis.call('HSET', key, 'version', ARGV[at], 'expires', ARGV[at + 1], 'deadline', ARGV[at + 2], 'data', ARGV[at + 3])
  ends(key, stop)
  if owner then
    redis.call('HSET', key, 'owner', owner)
    enlist(key, owner, stop)
  end
end

-- What there is instead of the expected version: 1 for another, 2 for none; or else nothing, and the owner.
local function differs(key, expected)
  local kept = redis.call('HMGET', key, 'version', 'owner')
  if not kept[1] then
    return 2
  end
  if kept[1] ~= expected then
    return 1
  end
  return nil, kept[2]
end
