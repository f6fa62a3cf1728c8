import { InputError, UsageError } from "../../histories/errors.ts";
import type { History } from "../../histories/history.ts";
import { canonical, inWords, isJsonArray, type Json } from "../../histories/json.ts";
import { Fail, Invoke, Ok, operationTypes } from "../../histories/operation.ts";
import { NoValueNumber, NullValue, type ValueTable } from "../../histories/value-table.ts";
import { Alphabet, NoProcess, UnknownResult } from "./alphabet.ts";
import { JoinedKeys } from "./joined-keys.ts";
import { unknownOutput, type Input, type Model, type Output } from "./model.ts";

/** The operations on one object: linearizability is local, so each object is judged by itself. */
export interface Partition {
  /**
   * What the object is called; absent when the history is about a single one. Of a model whose operations
   * act on several keys: the only key, unless that is an array, or else the array of all keys, sorted.
   */
  readonly key?: Json;
  /** The keys that are judged as one object, for models with `keys`. */
  readonly keys?: readonly Json[];
  /** The operations by their invocation (in a completion-only history, by their completion), in order. */
  readonly operations: Int32Array;
}

/** The group of the operations that act on no key at all. */
const NoKeys = -1;

/**
 * A history read as operations of a model: what each was asked and gave, and on which object.
 *
 * The output of an operation is the value of its `ok` completion. Its input is the value of its
 * invocation; where that is null and the operation observes nothing (a write whose value was recorded only
 * on completion), the value of the completion. With `keyed`, every value is a pair [key, value], as
 * Jepsen's independent workloads write it.
 *
 * Arguments and results come as values, or by their numbers in the history's table of values, which costs
 * no allocation.
 */
export class ModelHistory {
  readonly history: History;
  readonly model: Model;
  readonly keyed: boolean;
  readonly #table: ValueTable;
  readonly #byProcess: boolean;
  /** Number of each event's value, without its key. */
  readonly #values: Int32Array;
  /** Number of each event's key, of a keyed history. */
  readonly #keys: Int32Array | undefined;
  /** Function → whether an argument of null is one, and not merely missing. */
  readonly #nullArguments: readonly boolean[];
  /** The distinct inputs that the model was asked about. */
  readonly #inputs: Alphabet;

  /**
   * Throws a `UsageError` for a function that the model does not know, an `InputError` for values that do
   * not have the form which the model documents.
   */
  constructor(history: History, model: Model, keyed: boolean) {
    this.history = history;
    this.model = model;
    this.keyed = keyed;
    this.#table = history.valueTable;
    this.#byProcess = model.byProcess === true;
    const known = this.#requireKnownFunctions();
    if (keyed && history.keys.length > 0) {
      throw new UsageError(
        "The history names the key of each operation, so its values are not [key, value] pairs: leave out keyed.",
      );
    }
    if (keyed) {
      const { first, second } = history.pairNumbers();
      this.#values = second;
      this.#keys = first;
    } else this.#values = history.valueNumbers();
    this.#nullArguments = history.functions.map(
      (f) => known.has(f) && (model.nullArguments === true || model.observes({ f, value: null })),
    );
    this.#inputs = new Alphabet(model, history);
  }

  /** Index of the completion of an operation; −1: it has none. */
  completion(operation: number): number {
    const { type, pair } = this.history.columns;
    return type[operation] === Invoke ? pair[operation]! : operation;
  }

  /** Whether the operation completed `ok`. */
  isKnown(operation: number): boolean {
    const completion = this.completion(operation);
    return completion >= 0 && this.history.columns.type[completion] === Ok;
  }

  input(operation: number): Input {
    const f = this.history.f(operation);
    const value = this.#table.get(this.argument(operation));
    return this.#byProcess ? { f, value, process: this.history.processOf(operation) } : { f, value };
  }

  output(operation: number): Output {
    return this.isKnown(operation) ? this.outputOf(this.completion(operation)) : unknownOutput;
  }

  /** The output of the operation that an `ok` completion ends. */
  outputOf(completion: number): Json {
    return this.#table.get(this.#number(completion));
  }

  /** Number of the value of an operation's input. */
  argument(operation: number): number {
    const argument = this.#number(operation);
    if (argument !== NullValue || !this.isKnown(operation)) return argument;
    return this.#nullArguments[this.history.columns.f[operation]!] === true
      ? argument
      : this.#number(this.completion(operation));
  }

  /** Number of the value of an operation's output; `UnknownResult`. */
  result(operation: number): number {
    return this.isKnown(operation) ? this.resultOf(this.completion(operation)) : UnknownResult;
  }

  /** Number of the value of an `ok` completion. */
  resultOf(completion: number): number {
    return this.#number(completion);
  }

  /** Who acts, for models that ask; `NoProcess` for others. */
  process(operation: number): number {
    return this.#byProcess ? this.history.columns.process[operation]! : NoProcess;
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

  /**
   * Whether an operation could change something if it took effect. Throws an `InputError` when its input is
   * malformed; asks the model once for each distinct input.
   */
  canChange(operation: number): boolean {
    const before = this.#inputs.size;
    const input = this.#inputNumber(operation);
    if (input === before) this.requireWellFormed(operation, this.#inputs.input(input), unknownOutput);
    return this.#inputs.changes(input);
  }

  /** The operations of clients on each object, in order of first appearance. */
  partitions(): Partition[] {
    const { history, model } = this;
    const operations = this.#operations();
    if (this.#keys !== undefined) {
      const groups = grouped(operations, (operation) => this.#key(operation));
      return groups.map(({ group, operations: members }) => ({
        key: history.valueTable.get(group),
        operations: members,
      }));
    }
    if (history.keys.length > 0) {
      const { key } = history.columns;
      const groups = grouped(operations, (operation) => key[operation]!);
      return groups
        .toSorted((a, b) => a.group - b.group)
        .map(({ group, operations: members }) =>
          group < 0 ? { operations: members } : { key: history.keys[group] ?? null, operations: members },
        );
    }
    if (model.keys !== undefined) return this.#partitionsOfJoinedKeys(operations);
    if (model.key !== undefined) {
      const keyOf: number[] = [];
      const groups = grouped(operations, (operation) => {
        const input = this.#inputNumber(operation);
        return (keyOf[input] ??= history.valueTable.number(model.key?.(this.#inputs.input(input)) ?? null));
      });
      return groups.map(({ group, operations: members }) => ({
        key: history.valueTable.get(group),
        operations: members,
      }));
    }
    return operations.length === 0 ? [] : [{ operations }];
  }

  /**
   * The operations by the keys that are joined: of those that some operation acts on at once, all belong to
   * one object. An operation joins its keys if it happened, or may have: then all its effects come at one
   * moment. One that failed, or has an unknown outcome and changes nothing, has no place in any order, and
   * joins nothing; it is counted to the first of its keys. Operations on no key are an object of their own.
   */
  #partitionsOfJoinedKeys(operations: Int32Array): Partition[] {
    const { history, model } = this;
    const table = history.valueTable;
    const keysOf: (readonly number[])[] = [];
    const joined = new JoinedKeys();
    for (const operation of operations) {
      const input = this.#inputNumber(operation);
      const keys = (keysOf[input] ??= [
        ...new Set(model.keys?.(this.#inputs.input(input)).map((key) => table.number(key))),
      ]);
      const first = keys[0];
      if (first === undefined) continue;
      joined.add(first);
      if (keys.length === 1 || !this.#mayHappen(operation)) continue;
      for (const key of keys) joined.join(first, key);
    }
    const members = joined.groups();
    return grouped(operations, (operation) => {
      const first = keysOf[this.#inputNumber(operation)]?.[0];
      return first === undefined ? NoKeys : joined.groupOf(first);
    }).map(({ group, operations: own }) => {
      const keys = (members.get(group) ?? []).map((key) => table.get(key)).toSorted(byText);
      const [only] = keys;
      const key = keys.length === 1 && only !== undefined && !isJsonArray(only) ? only : keys;
      return { key, keys, operations: own };
    });
  }

  /** Whether an operation has, or may have, a place in an order. */
  #mayHappen(operation: number): boolean {
    const completion = this.completion(operation);
    if (completion >= 0 && this.history.columns.type[completion] === Fail) return false;
    return this.isKnown(operation) || this.#inputs.changes(this.#inputNumber(operation));
  }

  #inputNumber(operation: number): number {
    return this.#inputs.numberOf(
      this.history.columns.f[operation]!,
      this.argument(operation),
      UnknownResult,
      this.process(operation),
    );
  }

  /** The events of clients that stand for operations: invocations, or all that there is of one. */
  #operations(): Int32Array {
    const { type, pair, process } = this.history.columns;
    const operations = new Int32Array(type.length);
    let count = 0;
    for (let i = 0; i < type.length; i++)
      if (process[i]! >= 0 && (type[i] === Invoke || pair[i] === -1)) operations[count++] = i;
    return operations.subarray(0, count);
  }

  /** Number of the value of an event, without its key. */
  #number(index: number): number {
    if (this.#keys !== undefined) this.#requireSameKey(index);
    return this.#values[index]!;
  }

  /** A completion has to name the key of its invocation. */
  #requireSameKey(index: number): void {
    const key = this.#key(index);
    const other = this.history.columns.pair[index]!;
    if (other < 0 || other > index || key === this.#key(other)) return;
    throw new InputError("E_KEYED_VALUE", {
      expected: `key ${inWords(this.history.valueTable.get(this.#key(other)))}, that of the invocation`,
      found: `${this.#name(index)} with ${inWords(this.history.value(index))}`,
    });
  }

  #key(index: number): number {
    const key = this.#keys?.[index] ?? NoValueNumber;
    if (key !== NoValueNumber) return key;
    throw new InputError("E_KEYED_VALUE", {
      expected: "a pair [key, value] on every operation of a keyed history",
      found: `${this.#name(index)} with ${inWords(this.history.value(index))}`,
    });
  }

  #name(index: number): string {
    const { history } = this;
    const type = operationTypes[history.columns.type[index] ?? 0] ?? "";
    return `operation ${history.sourceIndex(index)} (process ${history.processOf(index)}, ${type} ${history.f(index)})`;
  }

  /** The functions that the model knows; all, when it does not list any. */
  #requireKnownFunctions(): ReadonlySet<string> {
    const { history, model } = this;
    if (model.operations.length === 0) return new Set(history.functions);
    const known = new Set(model.operations.map(({ f }) => f));
    const unknown = new Set<number>();
    history.functions.forEach((f, number) => {
      if (!known.has(f)) unknown.add(number);
    });
    if (unknown.size === 0) return known;
    for (let i = 0; i < history.length; i++) {
      if (!history.isClient(i) || !unknown.has(history.columns.f[i] ?? 0)) continue;
      throw new UsageError(
        `Model ${model.name} knows no operation "${history.f(i)}" (operation ${history.sourceIndex(i)}). ` +
          `It expects ${[...known].join(", ")}.`,
        "E_MODEL_FUNCTION",
      );
    }
    return known;
  }
}

interface Group {
  readonly group: number;
  readonly operations: Int32Array;
}

/** The operations by the group that each is in, in order of first appearance. */
function grouped(operations: Int32Array, groupOf: (operation: number) => number): Group[] {
  const slots = new Map<number, number>();
  const groups: number[] = [];
  const sizes: number[] = [];
  const slotOf = new Int32Array(operations.length);
  for (let i = 0; i < operations.length; i++) {
    const group = groupOf(operations[i]!);
    let slot = slots.get(group);
    if (slot === undefined) {
      slots.set(group, (slot = groups.push(group) - 1));
      sizes.push(0);
    }
    slotOf[i] = slot;
    sizes[slot]!++;
  }
  const members = sizes.map((size) => new Int32Array(size));
  const filled = new Int32Array(sizes.length);
  for (let i = 0; i < operations.length; i++) {
    const slot = slotOf[i]!;
    members[slot]![filled[slot]!++] = operations[i]!;
  }
  return groups.map((group, slot) => ({ group, operations: members[slot]! }));
}

function byText(a: Json, b: Json): number {
  const [first, second] = [canonical(a), canonical(b)];
  return first < second ? -1 : first > second ? 1 : 0;
}

/**
 * Whether the values of a history are unmistakably [key, value] pairs, as in Jepsen's independent
 * workloads: every client invocation has a pair with a key other than null, and some read asks [key, null] or some
 * cas [key, [a, b]]. Where the model has keys of its own, pairs are what it asks for.
 */
export function looksKeyed(history: History, model: Model): boolean {
  if (history.keys.length > 0 || model.key !== undefined || model.keys !== undefined) return false;
  let evidence = false;
  for (const invocation of history.invocations()) {
    const value = history.value(invocation);
    if (!isJsonArray(value) || value.length !== 2 || value[0] === null) return false;
    const argument = value[1] ?? null;
    const f = history.f(invocation);
    if (f === "cas") evidence ||= isJsonArray(argument) && argument.length === 2;
    else evidence ||= argument === null && model.observes({ f, value: null });
  }
  return evidence;
}
