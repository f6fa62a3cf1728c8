/** Sets a key to a value, if it holds another: 1 if it did. */
export const compareAndSet = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1`;

/** Takes a lock that nobody holds, and gives the next of its tokens: null if it is held. It is held for so many milliseconds, 0 for ever. */
export const acquire = `
if redis.call('EXISTS', KEYS[1]) == 1 then return false end
local token = redis.call('INCR', KEYS[2])
redis.call('SET', KEYS[1], token)
if ARGV[1] ~= '0' then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return token`;

/** Gives up a lock that is held by a token: 1 if it was. */
export const release = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`;
