import { canonical, isJsonArray, type Json } from "../../../histories/json.ts";
import type { Invocation } from "../../contracts/client.ts";
import { unfit } from "../sql/operation.ts";
import { numberIn } from "./objects.ts";
import type { RedisOperation } from "./operation.ts";

/** `add` of an element to a set, and `read` of all: SADD and SMEMBERS. */
export function onOneSet(invocation: Invocation): RedisOperation {
  const { f, value } = invocation;
  const key = "set";
  if (f === "read")
    return {
      readOnly: true,
      key,
      perform: async (redis) => numbersIn(await redis.ask("SMEMBERS", key)).toSorted((a, b) => a - b),
    };
  if (f !== "add" || typeof value !== "number") throw unfit(invocation, "add of a number, or read");
  return {
    readOnly: false,
    key,
    async perform(redis) {
      await redis.change("SADD", key, value);
      return value;
    },
  };
}

/** `add` to a counter, and `read` of it: INCRBY and GET. */
export function onOneCounter(invocation: Invocation): RedisOperation {
  const { f, value } = invocation;
  const key = "counter";
  if (f === "read")
    return { readOnly: true, key, perform: async (redis) => numberIn(await redis.ask("GET", key)) ?? 0 };
  if (f !== "add" || typeof value !== "number") throw unfit(invocation, "add of a number, or read");
  return {
    readOnly: false,
    key,
    async perform(redis) {
      await redis.change("INCRBY", key, value);
      return value;
    },
  };
}

/** `enqueue` and `dequeue`, first in, first out: RPUSH and LPOP, which takes a message out before anybody has it. */
export function onOneQueue(invocation: Invocation): RedisOperation {
  const { f, value } = invocation;
  const key = "queue";
  if (f === "dequeue")
    return { readOnly: false, key, perform: async (redis) => numberIn(await redis.change("LPOP", key)) };
  if (f !== "enqueue" || typeof value !== "number")
    throw unfit(invocation, "enqueue of a number, or dequeue");
  return {
    readOnly: false,
    key,
    async perform(redis) {
      await redis.change("RPUSH", key, value);
      return value;
    },
  };
}

/** How many messages a poll gives at most. */
const pollSize = 200;

/** `append` to a list, which tells its length, and `poll` of a part of it: RPUSH and LRANGE. */
export function onLogs(invocation: Invocation): RedisOperation {
  const { f, key: partition = null, value } = invocation;
  const key = `log:${canonical(partition)}`;
  if ((f !== "append" && f !== "poll") || typeof value !== "number")
    throw unfit(invocation, "append of a number, or poll of an offset");
  if (f === "poll")
    return {
      readOnly: true,
      key,
      async perform(redis) {
        const messages = numbersIn(await redis.ask("LRANGE", key, value, value + pollSize - 1));
        return messages.map((message, i) => [value + i, message]);
      },
    };
  return {
    readOnly: false,
    key,
    async perform(redis) {
      const length = numberIn(await redis.change("RPUSH", key, value));
      return length === null ? null : length - 1;
    },
  };
}

/** `generate` of an id: INCR. */
export function onIds(invocation: Invocation): RedisOperation {
  if (invocation.f !== "generate") throw unfit(invocation, "generate");
  return { readOnly: false, key: "ids", perform: (redis) => redis.change("INCR", "ids") };
}

function numbersIn(answer: Json): number[] {
  return (isJsonArray(answer) ? answer : []).map((each) => numberIn(each) ?? 0);
}
