import { UsageError, unknownName } from "../../../histories/errors.ts";
import { canonical, isJsonArray, isJsonObject, type Json } from "../../../histories/json.ts";
import type { Model } from "../model.ts";
import { balancesOf, bank, bankWithOverdraft } from "./bank.ts";
import { boundedCounter, boundsOf, counter } from "./counter.ts";
import { deque } from "./deque.ts";
import { lease } from "./lease.ts";
import { fencedMutex, ownerMutex, reentrantFencedMutex, reentrantMutex } from "./locks.ts";
import { list, log } from "./log.ts";
import { multiRegister, type Registers } from "./multi-register.ts";
import { multiset } from "./multiset.ts";
import { mutex } from "./mutex.ts";
import { minPriorityQueue, priorityOf, priorityQueue } from "./priority-queue.ts";
import { fifoQueue, unorderedQueue } from "./queue.ts";
import { registerMap } from "./register-map.ts";
import { casRegister, register } from "./register.ts";
import { semaphore } from "./semaphore.ts";
import { set } from "./set.ts";
import { byText, isWhole, pairOf } from "./shapes.ts";
import { stack } from "./stack.ts";
import { textRegister } from "./text-register.ts";
import { uniqueIds } from "./unique-ids.ts";
import { versionedRegister, type Versioned } from "./versioned-register.ts";
import { writeOnceRegister } from "./write-once-register.ts";

/** A model that comes with Rashomon. */
export interface ModelEntry {
  /** The model in its usual initial state. */
  readonly model: Model;
  /** What may be given as initial state; absent: there is nothing to choose. */
  readonly initial?: string;
  /** What two events of a history look like. */
  readonly example: readonly [string, string];
  /** The model with an initial state; throws a `UsageError` when it cannot have this one. */
  make(initial: Json): Model;
}

const insideForm = "an array of what is inside";
const balancesForm = "an object of account: balance (usually accounts 0 to 7, the first with 100)";

/** Every model that comes with Rashomon: about registers, locks, numbers, collections, and logs. */
export const catalogue: readonly ModelEntry[] = [
  entry(register, anyValue, "any value", event("invoke", "write", 3), event("ok", "write", 3)),
  entry(casRegister, anyValue, "any value", event("invoke", "cas", [3, 4]), event("ok", "cas", [3, 4])),
  entry(
    writeOnceRegister,
    anyValue,
    "the value that was written; null: none",
    event("invoke", "read", null),
    event("ok", "read", "leader-2"),
  ),
  entry(
    versionedRegister,
    asVersioned,
    "[version, value]",
    event("invoke", "write", [null, "x"]),
    event("ok", "write", [7, "x"]),
  ),
  entry(textRegister, asText, "a text", event("invoke", "append", "x 0 1 y"), event("ok", "append", null)),
  entry(
    registerMap,
    asRegisters,
    "an object of key: value",
    event("invoke", "read", ["k", null]),
    event("ok", "read", ["k", 3]),
  ),
  entry(
    multiRegister,
    asRegisters,
    "an object of key: value",
    event("invoke", "txn", [
      ["read", "x", null],
      ["write", "y", 2],
    ]),
    event("ok", "txn", [
      ["read", "x", 1],
      ["write", "y", 2],
    ]),
  ),
  entry(
    mutex,
    asBoolean,
    "true (held) or false (free)",
    event("invoke", "acquire", null),
    event("ok", "acquire", null),
  ),
  entry(
    ownerMutex,
    anyValue,
    "the client that holds the lock, as arguments name it, not a process; null: nobody",
    event("invoke", "acquire", { client: "a" }),
    event("ok", "acquire", { client: "a" }),
  ),
  fixed(reentrantMutex, event("invoke", "release", { client: "a" }), event("ok", "release", null)),
  fixed(
    fencedMutex,
    event("invoke", "acquire", { client: "a" }),
    event("ok", "acquire", { client: "a", fence: 5 }),
  ),
  fixed(
    reentrantFencedMutex,
    event("invoke", "acquire", { client: "a" }),
    event("ok", "acquire", { client: "a", fence: 5 }),
  ),
  fixed(lease, event("invoke", "acquire", null), event("ok", "acquire", { token: 12 })),
  entry(
    semaphore,
    (initial) => (isWhole(initial) && initial >= 1 ? initial : undefined),
    "the number of permits, from 1 on (usually 1)",
    event("invoke", "acquire", 2),
    event("ok", "acquire", 2),
  ),
  entry(
    counter,
    (initial) => (isWhole(initial) ? initial : undefined),
    "a whole number",
    event("invoke", "read", null),
    event("ok", "read", 17),
  ),
  entry(
    boundedCounter,
    boundsOf,
    "a whole number from 0 on, or {value, min, max} (usually 0, 0 and no limit)",
    event("invoke", "add-and-get", -2),
    event("ok", "add-and-get", 5),
  ),
  entry(
    uniqueIds,
    asArray,
    "an array of the ids given out before",
    event("invoke", "generate", null),
    event("ok", "generate", "n1-17"),
  ),
  entry(
    bank,
    balancesOf,
    balancesForm,
    event("invoke", "transfer", { from: 0, to: 1, amount: 5 }),
    event("ok", "transfer", null),
  ),
  entry(
    bankWithOverdraft,
    balancesOf,
    balancesForm,
    event("invoke", "read", null),
    event("ok", "read", { 0: 95, 1: 5 }),
  ),
  entry(set, asArray, insideForm, event("invoke", "read", null), event("ok", "read", [1, 3])),
  entry(multiset, asArray, insideForm, event("invoke", "remove", 3), event("ok", "remove", true)),
  entry(
    fifoQueue,
    asArray,
    `${insideForm}, the oldest first`,
    event("invoke", "dequeue", null),
    event("ok", "dequeue", 3),
  ),
  entry(unorderedQueue, asArray, insideForm, event("invoke", "dequeue", null), event("ok", "dequeue", 3)),
  entry(stack, asArray, `${insideForm}, the top last`, event("invoke", "pop", null), event("ok", "pop", 3)),
  entry(
    deque,
    asArray,
    `${insideForm}, from front to back`,
    event("invoke", "pop-back", null),
    event("ok", "pop-back", 3),
  ),
  entry(
    priorityQueue,
    asPrioritized,
    insideForm,
    event("invoke", "enqueue", [5, "x"]),
    event("ok", "enqueue", null),
  ),
  entry(
    minPriorityQueue,
    asPrioritized,
    insideForm,
    event("invoke", "dequeue", null),
    event("ok", "dequeue", [1, "y"]),
  ),
  entry(list, asArray, insideForm, event("invoke", "read", null), event("ok", "read", [1, 2, 3])),
  entry(log, asArray, insideForm, event("invoke", "append", "x"), event("ok", "append", 41)),
];

/** Every model, in its usual initial state. */
export const models: readonly Model[] = catalogue.map(({ model }) => model);

/** The model of this name; throws a `UsageError` that lists the known ones. */
export function modelNamed(name: string, initial?: Json): Model {
  const found = catalogue.find(({ model }) => model.name === name);
  if (found === undefined)
    throw unknownName(
      "model",
      name,
      models.map((model) => model.name),
    );
  return initial === undefined ? found.model : found.make(initial);
}

function entry<Initial>(
  makeModel: (initial?: Initial) => Model,
  parse: (initial: Json) => Initial | undefined,
  initial: string,
  ...example: [string, string]
): ModelEntry {
  const model = makeModel();
  return {
    model,
    initial,
    example,
    make(given) {
      const parsed = parse(given);
      if (parsed === undefined)
        throw new UsageError(
          `The initial state of model ${model.name} is ${initial}, not ${canonical(given)}.`,
        );
      return makeModel(parsed);
    },
  };
}

function fixed(makeModel: () => Model, ...example: [string, string]): ModelEntry {
  const model = makeModel();
  return {
    model,
    example,
    make() {
      throw new UsageError(`Model ${model.name} has one initial state only: leave it out.`);
    },
  };
}

function event(type: string, f: string, value: Json): string {
  return JSON.stringify({ process: 0, type, f, value });
}

function anyValue(initial: Json): Json {
  return initial;
}

function asText(initial: Json): string | undefined {
  return typeof initial === "string" ? initial : undefined;
}

function asBoolean(initial: Json): boolean | undefined {
  return typeof initial === "boolean" ? initial : undefined;
}

function asArray(initial: Json): readonly Json[] | undefined {
  return isJsonArray(initial) ? initial : undefined;
}

function asPrioritized(initial: Json): readonly Json[] | undefined {
  const items = asArray(initial);
  return items?.every((item) => priorityOf(item) !== undefined) === true ? items : undefined;
}

function asVersioned(initial: Json): Versioned | undefined {
  const [version, value] = pairOf(initial) ?? [];
  return isWhole(version) && value !== undefined ? [version, value] : undefined;
}

function asRegisters(initial: Json): Registers | undefined {
  if (!isJsonObject(initial)) return undefined;
  return Object.keys(initial)
    .map((key) => [key, initial[key] ?? null] as const)
    .toSorted(([a], [b]) => byText(a, b));
}
