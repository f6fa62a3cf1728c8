import { Interner, type History } from "../../histories/history.ts";
import { canonical } from "../../histories/json.ts";
import { NullValue, ValueTable } from "../../histories/value-table.ts";
import { unknownOutput, type Input, type Model, type Output, type Token } from "./model.ts";

/** An input with its output: what an operation means to the model. */
export interface Action {
  readonly input: Input;
  readonly output: Output;
}

/** The tokens that an action gives and takes, numbered. */
export interface NumberedTies {
  readonly gives: readonly number[];
  readonly takes: readonly number[];
}

/** No action: an unknown operation that cannot change anything. */
export const NoAction = -1;
/** In place of a result: the outcome is unknown. */
export const UnknownResult = -1;
/** In place of a process: the model does not ask who acts. */
export const NoProcess = -1;

const Asked = 1;
const Changes = 2;

/** What a function does, by the structure of the model; "asked": only its `meaning` tells. */
type DirectMeaning = "read" | "write" | "add" | "remove" | "asked";

function directMeaning({ structure }: Model, f: string): DirectMeaning {
  const direct = structure?.direct;
  return (direct !== undefined && Object.hasOwn(direct, f) ? direct[f] : undefined) ?? "asked";
}

/**
 * The distinct actions of a partition, numbered in order of first appearance. Operations with the same
 * action are interchangeable.
 *
 * An action is a function, an argument and a result (and a process, for models that ask who acts), each by
 * its number, so that a million actions take a few columns and no objects. Whoever needs no more than to
 * tell values apart should work on `f`, `argument` and `result`, and call `get`, which makes objects, only
 * where the model has to be asked: an engine reads a column of calls as
 *
 *     const f = alphabet.functions[alphabet.f(action)];        // "enqueue"
 *     if (structure.direct?.[f] === "add" && alphabet.argument(action) !== NullValue) item = alphabet.argument(action);
 *     else meaning = structure.meaning(alphabet.get(action).input, alphabet.get(action).output);
 *
 * The numbers of arguments and results are those of `values`, which is that of the whole history: `Dense`
 * (dense-numbers.ts) gives those of one partition small numbers of their own.
 */
export class Alphabet {
  readonly model: Model;
  #history: History | undefined;
  #values: ValueTable;
  readonly #functions: string[] = [];
  readonly #meanings: DirectMeaning[] = [];
  #size = 0;
  #f = new Uint16Array(16);
  #argument = new Int32Array(16);
  #result = new Int32Array(16);
  #process: Int32Array | undefined;
  #flags = new Uint8Array(16);
  /** The last action of each hash, plus one, and of each action the one before it with the same hash. */
  #last = new Int32Array(16);
  #before = new Int32Array(16);
  readonly #unknown: number[] = [];
  readonly #ties: NumberedTies[] = [];
  readonly #cells: string[] = [];
  readonly #tokens = new Interner<Token>(({ cell, value }) => canonical([cell, value]));

  constructor(model: Model, history?: History) {
    this.model = model;
    this.#values = new ValueTable();
    if (model.byProcess === true) this.#process = new Int32Array(16);
    if (history !== undefined) this.adopt(history);
  }

  /** Takes the numbers of functions and values of a history, whose operations it is about to number. */
  adopt(history: History): void {
    if (this.#history === history) return;
    if (this.#size > 0) throw new Error("an alphabet is about one history");
    this.#history = history;
    this.#values = history.valueTable;
    this.#functions.splice(0, Infinity, ...history.functions);
  }

  /** How many actions there are. */
  get size(): number {
    return this.#size;
  }

  /** The values that arguments and results are numbers of. */
  get values(): ValueTable {
    return this.#values;
  }

  /** The names of functions by their number. */
  get functions(): readonly string[] {
    return this.#functions;
  }

  /** Number in `functions` of an action's function. */
  f(number: number): number {
    return this.#f[number]!;
  }

  /** Number in `values` of an action's argument. */
  argument(number: number): number {
    return this.#argument[number]!;
  }

  /** Number in `values` of an action's result; `UnknownResult`. */
  result(number: number): number {
    return this.#result[number]!;
  }

  number({ f, value, process }: Input, output: Output): number {
    let named = this.#functions.indexOf(f);
    if (named < 0) named = this.#functions.push(f) - 1;
    return this.numberOf(
      named,
      this.#values.number(value),
      output === unknownOutput ? UnknownResult : this.#values.number(output),
      typeof process === "number" ? process : NoProcess,
    );
  }

  /** The number of an action given by the numbers of its parts. */
  numberOf(f: number, argument: number, result: number, process: number): number {
    const hash = hashOf(f, argument, result, process);
    for (let action = this.#last[hash & (this.#last.length - 1)]! - 1; action >= 0;) {
      if (
        this.#argument[action] === argument &&
        this.#result[action] === result &&
        this.#f[action] === f &&
        (this.#process === undefined || this.#process[action] === process)
      )
        return action;
      action = this.#before[action]! - 1;
    }
    if (this.#size === this.#f.length) this.#grow(2 * this.#f.length);
    const action = this.#size++;
    this.#f[action] = f;
    this.#argument[action] = argument;
    this.#result[action] = result;
    if (this.#process !== undefined) this.#process[action] = process;
    this.#link(action, hash);
    return action;
  }

  get(number: number): Action {
    return { input: this.input(number), output: this.output(number) };
  }

  input(number: number): Input {
    if (!(number >= 0 && number < this.#size)) throw new RangeError(`no action ${number}`);
    const f = this.#functions[this.#f[number]!] ?? "";
    const value = this.#values.get(this.#argument[number]!);
    const process = this.#process?.[number] ?? NoProcess;
    return process === NoProcess ? { f, value } : { f, value, process };
  }

  output(number: number): Output {
    const result = this.#result[number]!;
    return result === UnknownResult ? unknownOutput : this.#values.get(result);
  }

  /** Whether the action can leave another state behind. */
  changes(number: number): boolean {
    if (((this.#flags[number] ?? 0) & Asked) === 0) {
      const changes = this.#direct(number) ?? this.model.changes(this.input(number));
      this.#flags[number]! |= Asked | (changes ? Changes : 0);
    }
    return (this.#flags[number]! & Changes) !== 0;
  }

  /** Whether the structure of the model tells the meaning of the action, so that it is well-formed. */
  isDirect(number: number): boolean {
    return this.#direct(number) !== undefined;
  }

  /** Whether an action changes anything, by the structure of the model; `undefined` when it does not tell. */
  #direct(number: number): boolean | undefined {
    const f = this.#f[number]!;
    switch ((this.#meanings[f] ??= directMeaning(this.model, this.#functions[f] ?? ""))) {
      case "asked":
        return undefined;
      case "read":
        return this.#result[number]! > NullValue ? false : undefined;
      case "write":
      case "add":
        return this.#argument[number] === NullValue ? undefined : true;
      case "remove":
        return this.#result[number]! > NullValue ? true : undefined;
    }
  }

  /** The same input with an unknown output; `NoAction` when it changes nothing and so can be left out. */
  unknown(number: number): number {
    const cached = this.#unknown[number];
    if (cached !== undefined) return cached;
    const unknown = this.changes(number)
      ? this.numberOf(
          this.#f[number]!,
          this.#argument[number]!,
          UnknownResult,
          this.#process?.[number] ?? NoProcess,
        )
      : NoAction;
    this.#unknown[number] = unknown;
    return unknown;
  }

  /** The tokens of the model's `ties`; none when the model knows no ties. */
  ties(number: number): NumberedTies {
    const cached = this.#ties[number];
    if (cached !== undefined) return cached;
    const { input, output } = this.get(number);
    const { gives, takes } = this.model.ties?.(input, output) ?? { gives: [], takes: [] };
    const numbered = {
      gives: gives.map((token) => this.#tokens.number(token)),
      takes: takes.map((token) => this.#tokens.number(token)),
    };
    this.#ties[number] = numbered;
    return numbered;
  }

  /** Canonical text of a token's cell. */
  cell(token: number): string {
    return (this.#cells[token] ??= canonical(this.token(token).cell));
  }

  token(number: number): Token {
    return this.#tokens.values[number] ?? { cell: null, value: null };
  }

  #link(action: number, hash: number): void {
    const slot = hash & (this.#last.length - 1);
    this.#before[action] = this.#last[slot]!;
    this.#last[slot] = action + 1;
  }

  /** Makes room for so many operations; each could be another action. */
  expect(operations: number): void {
    if (this.#size === 0 && operations > this.#f.length) this.#grow(2 ** Math.ceil(Math.log2(operations)));
  }

  #grow(size: number): void {
    this.#f = enlarged(this.#f, new Uint16Array(size));
    this.#argument = enlarged(this.#argument, new Int32Array(size));
    this.#result = enlarged(this.#result, new Int32Array(size));
    this.#flags = enlarged(this.#flags, new Uint8Array(size));
    if (this.#process !== undefined) this.#process = enlarged(this.#process, new Int32Array(size));
    this.#before = new Int32Array(size);
    this.#last = new Int32Array(size);
    for (let action = 0; action < this.#size; action++)
      this.#link(
        action,
        hashOf(
          this.#f[action]!,
          this.#argument[action]!,
          this.#result[action]!,
          this.#process?.[action] ?? NoProcess,
        ),
      );
  }
}

/**
 * Neighbours stay neighbours: values are numbered in order of appearance, so operations that are close in
 * time find each other in the same lines of the cache. The greater of argument and result is the newer one
 * and tells actions apart best; the rest is mixed and moves it as a whole.
 */
function hashOf(f: number, argument: number, result: number, process: number): number {
  const newer = argument > result ? argument : result;
  const rest = argument === result ? -2 : argument > result ? result : argument;
  let hash =
    Math.imul(rest + 1, 0x9e3779b1) ^ Math.imul(f + 1, 0x85ebca6b) ^ Math.imul(process + 1, 0xc2b2ae35);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return newer + (hash ^ (hash >>> 13));
}

function enlarged<Column extends { set(from: Column): void }>(from: Column, to: Column): Column {
  to.set(from);
  return to;
}
