/** The models with small operations, for random histories. */
import { isJsonArray, type Json } from "../../histories/json.ts";
import { multiRegister } from "../linearizability/models/multi-register.ts";
import { mutex } from "../linearizability/models/mutex.ts";
import { collectionFamilies } from "./families-of-collections.ts";
import { lockFamilies } from "./families-of-locks.ts";
import { numberFamilies } from "./families-of-numbers.ts";
import { registerFamilies } from "./families-of-registers.ts";
import { fifoQueue, unorderedQueue } from "../linearizability/models/queue.ts";
import { casRegister, register } from "../linearizability/models/register.ts";
import type { Input } from "../linearizability/model.ts";
import type { Family } from "./small-histories.ts";

const lieOfRegister = ({ f, value }: Input, a: number): Json =>
  f === "read" ? (a % 4 === 3 ? null : a % 4) : value;

const queueInput = (a: number, b: number): Input =>
  b % 2 === 0 ? { f: "enqueue", value: a % 3 } : { f: "dequeue", value: null };

const fifoInput = (a: number, b: number): Input => (b === 5 ? { f: "peek", value: null } : queueInput(a, b));

const lieOfQueue = ({ f, value }: Input, a: number): Json =>
  f === "enqueue" ? value : a % 4 === 3 ? null : a % 3;

export const families: Readonly<Record<string, Family>> = {
  register: {
    model: register(),
    input: (a, b) => (b % 2 === 0 ? { f: "write", value: a % 3 } : { f: "read", value: null }),
    lie: lieOfRegister,
  },
  "cas-register": {
    model: casRegister(0),
    input: (a, b) =>
      b < 2
        ? { f: "write", value: a % 3 }
        : b < 4
          ? { f: "read", value: null }
          : { f: "cas", value: [a % 3, (a + b) % 3] },
    lie: lieOfRegister,
  },
  mutex: {
    model: mutex(),
    input: (a) => ({ f: a % 2 === 0 ? "acquire" : "release", value: null }),
    lie: () => null,
  },
  "multi-register": {
    model: multiRegister(),
    input: (a, b) => ({
      f: "txn",
      value: [
        b % 2 === 0 ? ["w", a % 2, b] : ["r", a % 2, null],
        ...(a < 3 ? [] : [["r", (a + b) % 2, null]]),
      ],
    }),
    result: (state, { value }) => {
      const registers = new Map<Json, Json>();
      for (const pair of isJsonArray(state) ? state : [])
        if (isJsonArray(pair)) registers.set(pair[0] ?? null, pair[1] ?? null);
      return (isJsonArray(value) ? value : []).map((micro) => {
        const [f, key = null, operand = null] = isJsonArray(micro) ? micro : [];
        if (f === "r") return ["r", key, registers.get(key) ?? null];
        registers.set(key, operand);
        return ["w", key, operand];
      });
    },
    lie: ({ value }, a) =>
      (isJsonArray(value) ? value : []).map((micro) =>
        isJsonArray(micro) && micro[0] === "r" ? ["r", micro[1] ?? null, a % 5] : micro,
      ),
  },
  "fifo-queue": { model: fifoQueue(), input: fifoInput, lie: lieOfQueue },
  "unordered-queue": { model: unorderedQueue(), input: queueInput, lie: lieOfQueue },
  "fifo-queue with items": { model: fifoQueue([1, 0]), input: fifoInput, lie: lieOfQueue },
  "unordered-queue with items": { model: unorderedQueue([1]), input: queueInput, lie: lieOfQueue },
  ...registerFamilies,
  ...collectionFamilies,
  ...lockFamilies,
  ...numberFamilies,
};
