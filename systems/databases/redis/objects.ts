import { canonical, isJsonArray, type Json } from "../../../histories/json.ts";
import type { Invocation } from "../../contracts/client.ts";
import { Refusal, unfit } from "../sql/operation.ts";
import type { RedisOperation } from "./operation.ts";
import { acquire, compareAndSet, release } from "./scripts.ts";

/** `read`, `write` and `cas` of a register: GET, SET and a script. */
export function onOneRegister(invocation: Invocation): RedisOperation {
  const { f, key: subject = null, value } = invocation;
  const key = `register:${canonical(subject)}`;
  if (f === "read")
    return { readOnly: true, key, perform: async (redis) => numberIn(await redis.ask("GET", key)) };
  if (f === "write" && typeof value === "number")
    return {
      readOnly: false,
      key,
      async perform(redis) {
        await redis.change("SET", key, value);
        return value;
      },
    };
  const [from, to] = isJsonArray(value) ? value : [];
  if (f !== "cas" || typeof from !== "number" || typeof to !== "number")
    throw unfit(invocation, "read, write of a number, or cas of [from, to]");
  return {
    readOnly: false,
    key,
    async perform(redis) {
      if ((await redis.change("EVAL", compareAndSet, 1, key, from, to)) !== 1)
        throw new Refusal(`the value is not ${from}`);
      return value;
    },
  };
}

/** `acquire` and `release` of a lock with fencing tokens. */
export function onLocks(invocation: Invocation): RedisOperation {
  const { f, key: subject = null, value } = invocation;
  // What stands in braces decides to which server of a cluster a key belongs.
  const [key, tokens] = [`lock:{${canonical(subject)}}`, `tokens:{${canonical(subject)}}`];
  if (f === "acquire")
    return {
      readOnly: false,
      key,
      async perform(redis) {
        const token = await redis.change("EVAL", acquire, 2, key, tokens, 0);
        if (token === null) throw new Refusal("somebody holds it");
        return token;
      },
    };
  if (f !== "release" || typeof value !== "number") throw unfit(invocation, "acquire, or release of a token");
  return {
    readOnly: false,
    key,
    async perform(redis) {
      if ((await redis.change("EVAL", release, 1, key, value)) !== 1)
        throw new Refusal(`it is not held by ${value}`);
      return value;
    },
  };
}

/** The whole number that an answer gives as text; null if there is none. Throws a `TypeError` for any other text. */
export function numberIn(answer: Json): number | null {
  if (answer === null) return null;
  const value = typeof answer === "number" ? answer : typeof answer === "string" ? Number(answer) : NaN;
  if (Number.isSafeInteger(value)) return value;
  throw new TypeError(`expected a whole number, found ${JSON.stringify(answer)}`);
}
