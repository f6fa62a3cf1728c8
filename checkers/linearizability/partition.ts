import { InputError, UsageError } from "../../histories/errors.ts";
import type { History } from "../../histories/history.ts";
import { canonical, inWords, isJsonArray, type Json, sameValue } from "../../histories/json.ts";
import { Invoke, Ok, operationTypes } from "../../histories/operation.ts";
import { unknownOutput, type Input, type Model, type Output } from "./model.ts";

/** The operations on one object: linearizability is local, so each object is judged by itself. */
export interface Partition {
  /** Absent when the history is about a single object. */
  readonly key?: Json;
  /** The operations by their invocation (in a completion-only history, by their completion), in order. */
  readonly operations: Int32Array;
}

/**
 * A history read as operations of a model: what each was asked and gave, and on which object.
 *
 * The output of an operation is the value of its `ok` completion. Its input is the value of its
 * invocation; where that is null and the operation observes nothing (a write whose value was recorded only
 * on completion), the value of the completion. With `keyed`, every value is a pair [key, value], as
 * Jepsen's independent workloads write it.
 */
export class ModelHistory {
  readonly history: History;
  readonly model: Model;
  readonly keyed: boolean;

  /**
   * Throws a `UsageError` for a function that the model does not know, an `InputError` for values that do
   * not have the form which the model documents.
   */
  constructor(history: History, model: Model, keyed: boolean) {
    this.history = history;
    this.model = model;
    this.keyed = keyed;
    this.#requireKnownFunctions();
    if (keyed && history.keys.length > 0) {
      throw new UsageError(
        "The history names the key of each operation, so its values are not [key, value] pairs: leave out keyed.",
      );
    }
  }

  /** Index of the completion of an operation; −1: it has none. */
  completion(operation: number): number {
    const { history } = this;
    return history.columns.type[operation] === Invoke ? history.completion(operation) : operation;
  }

  /** Whether the operation completed `ok`. */
  isKnown(operation: number): boolean {
    const completion = this.completion(operation);
    return completion >= 0 && this.history.columns.type[completion] === Ok;
  }

  input(operation: number): Input {
    const f = this.history.f(operation);
    const value = this.#value(operation);
    if (value === null && this.isKnown(operation) && !this.model.observes({ f, value }))
      return { f, value: this.#value(this.completion(operation)) };
    return { f, value };
  }

  output(operation: number): Output {
    return this.isKnown(operation) ? this.#value(this.completion(operation)) : unknownOutput;
  }

  /** Throws an `InputError` when the operation's values are not of the form that the model documents. */
  requireWellFormed(operation: number, input: Input, output: Output): void {
    const expected = this.model.malformed?.(input, output);
    if (expected === undefined) return;
    const found =
      `${this.#name(operation)} with ${inWords(input.value)}` +
      (output === unknownOutput ? "" : ` → ${inWords(output)}`);
    throw new InputError("E_MODEL_VALUE", {
      expected: `${expected} as ${input.f} of model ${this.model.name}`,
      found,
    });
  }

  /** The operations of clients on each object, in order of first appearance. */
  partitions(): Partition[] {
    const { history, model } = this;
    if (this.keyed) return this.#groupBy((operation) => this.#pair(operation)[0]);
    if (history.keys.length === 0 && model.key !== undefined)
      return this.#groupBy((operation) => model.key?.(this.input(operation)) ?? null);
    return history.byKey().map(({ key, indices }) => {
      const operations = indices.filter((index) => this.#begins(index));
      return key === undefined ? { operations } : { key, operations };
    });
  }

  /** Whether event `index` stands for an operation: its invocation, or all there is of it. */
  #begins(index: number): boolean {
    return this.history.columns.type[index] === Invoke || this.history.columns.pair[index] === -1;
  }

  #groupBy(keyOf: (operation: number) => Json): Partition[] {
    const groups = new Map<string, { key: Json; members: number[] }>();
    for (let i = 0; i < this.history.length; i++) {
      if (!this.history.isClient(i) || !this.#begins(i)) continue;
      const key = keyOf(i);
      const text = canonical(key);
      let group = groups.get(text);
      if (group === undefined) groups.set(text, (group = { key, members: [] }));
      group.members.push(i);
    }
    return [...groups.values()].map(({ key, members }) => ({ key, operations: Int32Array.from(members) }));
  }

  #value(index: number): Json {
    if (!this.keyed) return this.history.value(index);
    const [key, value] = this.#pair(index);
    const other = this.history.columns.pair[index] ?? -1;
    if (other >= 0 && other < index) {
      const [asked] = this.#pair(other);
      if (!sameValue(key, asked))
        throw new InputError("E_KEYED_VALUE", {
          expected: `key ${inWords(asked)}, that of the invocation`,
          found: `${this.#name(index)} with ${inWords(this.history.value(index))}`,
        });
    }
    return value;
  }

  #pair(index: number): readonly [Json, Json] {
    const value = this.history.value(index);
    if (isJsonArray(value) && value.length === 2) return [value[0] ?? null, value[1] ?? null];
    throw new InputError("E_KEYED_VALUE", {
      expected: "a pair [key, value] on every operation of a keyed history",
      found: `${this.#name(index)} with ${inWords(value)}`,
    });
  }

  #name(index: number): string {
    const { history } = this;
    const type = operationTypes[history.columns.type[index] ?? 0] ?? "";
    return `operation ${history.sourceIndex(index)} (process ${history.processOf(index)}, ${type} ${history.f(index)})`;
  }

  #requireKnownFunctions(): void {
    const { history, model } = this;
    const known = model.operations.map(({ f }) => f);
    const unknown = new Set<number>();
    history.functions.forEach((f, number) => {
      if (!known.includes(f)) unknown.add(number);
    });
    if (unknown.size === 0) return;
    for (let i = 0; i < history.length; i++) {
      if (!history.isClient(i) || !unknown.has(history.columns.f[i] ?? 0)) continue;
      throw new UsageError(
        `Model ${model.name} knows no operation "${history.f(i)}" (operation ${history.sourceIndex(i)}). ` +
          `It expects ${known.join(", ")}.`,
        "E_MODEL_FUNCTION",
      );
    }
  }
}

/**
 * Whether the values of a history are unmistakably [key, value] pairs, as in Jepsen's independent
 * workloads: every client invocation has a pair, and some read asks [key, null] or some cas [key, [a, b]].
 */
export function looksKeyed(history: History, model: Model): boolean {
  if (history.keys.length > 0) return false;
  let evidence = false;
  for (const invocation of history.invocations()) {
    const value = history.value(invocation);
    if (!isJsonArray(value) || value.length !== 2) return false;
    const argument = value[1] ?? null;
    const f = history.f(invocation);
    if (f === "cas") evidence ||= isJsonArray(argument) && argument.length === 2;
    else evidence ||= argument === null && model.observes({ f, value: null });
  }
  return evidence;
}
