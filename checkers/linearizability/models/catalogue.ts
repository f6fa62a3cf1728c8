import { UsageError, unknownName } from "../../../histories/errors.ts";
import { canonical, isJsonArray, isJsonObject, type Json } from "../../../histories/json.ts";
import type { Model } from "../model.ts";
import { multiRegister, type Registers } from "./multi-register.ts";
import { mutex } from "./mutex.ts";
import { fifoQueue, unorderedQueue } from "./queue.ts";
import { casRegister, register } from "./register.ts";
import { set } from "./set.ts";

/** Makes each model; the argument is its initial state, `undefined` for the usual one. */
const makers: Readonly<Record<string, (initial: Json | undefined) => Model>> = {
  register: (initial) => register(initial),
  "cas-register": (initial) => casRegister(initial),
  mutex: (initial) => mutex(asBoolean(initial)),
  "multi-register": (initial) => multiRegister(asRegisters(initial)),
  set: (initial) => set(asArray("set", initial)),
  "fifo-queue": (initial) => fifoQueue(asArray("fifo-queue", initial)),
  "unordered-queue": (initial) => unorderedQueue(asArray("unordered-queue", initial)),
};

/** Every model that comes with Rashomon, in its usual initial state. */
export const models: readonly Model[] = Object.values(makers).map((make) => make(undefined));

/** The model of this name; throws a `UsageError` that lists the known ones. */
export function modelNamed(name: string, initial?: Json): Model {
  const make = Object.hasOwn(makers, name) ? makers[name] : undefined;
  if (make === undefined) throw unknownName("model", name, Object.keys(makers));
  return make(initial);
}

function asBoolean(initial: Json | undefined): boolean | undefined {
  if (initial === undefined || typeof initial === "boolean") return initial;
  throw wrongInitial("mutex", "true (held) or false (free)", initial);
}

function asArray(model: string, initial: Json | undefined): readonly Json[] | undefined {
  if (initial === undefined || isJsonArray(initial)) return initial;
  throw wrongInitial(model, "an array of what is inside", initial);
}

function asRegisters(initial: Json | undefined): Registers | undefined {
  if (initial === undefined) return undefined;
  if (!isJsonObject(initial)) throw wrongInitial("multi-register", "an object of key: value", initial);
  return Object.keys(initial)
    .toSorted((a, b) => (canonical(a) < canonical(b) ? -1 : 1))
    .map((key) => [key, initial[key] ?? null]);
}

function wrongInitial(model: string, expected: string, found: Json): UsageError {
  return new UsageError(`The initial state of model ${model} is ${expected}, not ${canonical(found)}.`);
}
