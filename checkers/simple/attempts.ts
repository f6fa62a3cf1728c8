import { InputError } from "../../histories/errors.ts";
import type { History } from "../../histories/history.ts";
import { inWords, isJsonArray, type Json } from "../../histories/json.ts";
import { Info, Invoke, Ok, operationTypes, type OperationType } from "../../histories/operation.ts";

/** `end` of an operation whose end is not known. */
export const Never = Number.MAX_SAFE_INTEGER;

/** An operation of a client from its beginning to its end, as far as these are known. */
export interface Attempt {
  /** Event index of its invocation; of its completion in a history that has completions only. */
  readonly index: number;
  readonly f: string;
  readonly process: string;
  /** Of an operation without completion `info`. */
  readonly outcome: Exclude<OperationType, "invoke">;
  /** Event index of its completion; `Never` if it has none, or its outcome is not known. */
  readonly end: number;
  /** The independent object that it acted on, where the history names one beside the value. */
  readonly key: Json | undefined;
  /** The node that the client spoke to, where the history names it. */
  readonly node: string | undefined;
  /** What was asked: the value of the invocation, or of the completion where there is no invocation. */
  readonly argument: Json;
  /** What came back; meaningful if `outcome` is `ok`. */
  readonly result: Json;
}

/** The operations of clients in the order of their invocations. */
export function* attempts(history: History): Generator<Attempt> {
  const { type, key, node } = history.columns;
  for (let index = 0; index < history.length; index++) {
    if (!history.isClient(index)) continue;
    const invoked = type[index] === Invoke;
    if (!invoked && history.completion(index) !== -1) continue;
    const completion = invoked ? history.completion(index) : index;
    const outcome = completion < 0 ? Info : (type[completion] ?? Info);
    const ending = operationTypes[outcome];
    const keyNumber = key[index] ?? -1;
    const argument = history.value(index);
    yield {
      index,
      f: history.f(index),
      process: String(history.processOf(index)),
      outcome: ending === undefined || ending === "invoke" ? "info" : ending,
      end: outcome === Info ? Never : completion,
      key: keyNumber < 0 ? undefined : (history.keys[keyNumber] ?? null),
      node: history.nodes[node[index] ?? -1],
      // Some recorders give the value of a write on its completion only.
      argument: argument === null && completion >= 0 && outcome === Ok ? history.value(completion) : argument,
      result: completion < 0 ? null : history.value(completion),
    };
  }
}

/** An operation as explanations name it. */
export function named({ index, process }: Attempt): string {
  return `operation ${index} (process ${process})`;
}

/** The same at the beginning of a sentence. */
export function Named(attempt: Attempt): string {
  return `O${named(attempt).slice(1)}`;
}

/** A value that has not the form that a checker documents. */
export function malformed(attempt: Attempt, expected: string, found: Json): InputError {
  return new InputError("E_OPERATION_VALUE", {
    expected: `${expected} as the value of ${attempt.f} in ${named(attempt)}`,
    found: inWords(found),
  });
}

/** The elements of a list or of a set that came from EDN; undefined for anything else. */
export function elements(value: Json): readonly Json[] | undefined {
  if (isJsonArray(value)) return value;
  if (typeof value !== "object" || value === null) return undefined;
  const set = (value as { readonly "#set"?: Json })["#set"];
  return set !== undefined && isJsonArray(set) ? set : undefined;
}
