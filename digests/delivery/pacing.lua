-- One step of the pacing: see pacing.py. Returns seconds to wait as text, "0" when the message may go.
-- KEYS: the pause's end, the bot's bucket, the chat's bucket
-- ARGV: "pause", now, seconds | "reserve", now, then per bucket: tokens per second, burst, tokens needed
-- Expiry only tidies up; hosts with clocks of their own must not be surprised by it.
local SPARE_SECONDS = 60
local now = tonumber(ARGV[2])
if not now then
  local time = redis.call('TIME')
  now = tonumber(time[1]) + tonumber(time[2]) / 1e6
end
local paused_until = tonumber(redis.call('GET', KEYS[1]) or '0')

if ARGV[1] == 'pause' then
  local seconds = tonumber(ARGV[3])
  if now + seconds > paused_until then
    redis.call('SET', KEYS[1], string.format('%.6f', now + seconds), 'EX', math.ceil(seconds) + SPARE_SECONDS)
  end
  return '0'
end

local wait = paused_until - now
local left = {}
for i = 1, 2 do
  local per_second, burst, needed = tonumber(ARGV[3 * i]), tonumber(ARGV[3 * i + 1]), tonumber(ARGV[3 * i + 2])
  local bucket = redis.call('HMGET', KEYS[i + 1], 'tokens', 'filled_at')
  local tokens = burst
  if bucket[1] then
    -- A host's clock may step back; a bucket must not empty by that.
    tokens = math.min(burst, tonumber(bucket[1]) + math.max(0, now - tonumber(bucket[2])) * per_second)
  end
  wait = math.max(wait, (needed - tokens) / per_second)
  left[i] = tokens
end
if wait > 1e-6 then
  return string.format('%.6f', wait)
end
for i = 1, 2 do
  redis.call('HSET', KEYS[i + 1], 'tokens', string.format('%.6f', left[i] - 1), 'filled_at', string.format('%.6f', now))
  -- A bucket that had time to fill up is like a new one.
  redis.call('EXPIRE', KEYS[i + 1], math.ceil(ARGV[3 * i + 1] / ARGV[3 * i]) + SPARE_SECONDS)
end
return '0'
