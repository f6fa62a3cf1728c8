import type { History } from "../../histories/history.ts";
import { canonical, inWords, type Json } from "../../histories/json.ts";
import { Fail } from "../../histories/operation.ts";
import type { Refutation } from "../linearizability/evidence.ts";
import { unknownOutput, type Model, type Output, type Ties } from "../linearizability/model.ts";
import { NullValue } from "../../histories/value-table.ts";
import { ModelHistory } from "../linearizability/partition.ts";
import { noOrderExplains } from "./exhaustion.ts";

/**
 * Verifies a refutation from the history and the model alone, which is to say that the history has no
 * linearization: the operations are the object's, whoever could have given what they took is among them, so
 * that by the promise of `Model.ties` a linearization of the whole history would leave one of these alone;
 * and these have none, since trying every order finds none.
 *
 * Returns what is wrong, in words; `undefined` when the refutation holds. "too large" where there are too
 * many operations to try every order.
 */
export function verifyContradiction(
  history: History,
  refutation: Refutation,
  { model, keyed = false }: { readonly model: Model; readonly keyed?: boolean },
): string | undefined {
  if (refutation.model !== model.name) return `it is about model ${refutation.model}, not ${model.name}`;
  const source = new ModelHistory(history, model, keyed);
  const named = textOf(refutation.key);
  const partition = source.partitions().find(({ key }) => textOf(key) === named);
  if (partition === undefined)
    return refutation.key === undefined
      ? "the history is about several objects, and it does not say which"
      : `the history has no key ${inWords(refutation.key)}`;
  const { operations, keys } = partition;
  const own = (keys === undefined ? undefined : model.only?.(keys)) ?? model;
  return closednessProblem(source, own, operations, refutation) ?? orderProblem(source, own, refutation);
}

/** What keeps the operations of a refutation from being enough by themselves; `undefined` when nothing does. */
export function closednessProblem(
  source: ModelHistory,
  model: Model,
  object: Int32Array,
  refutation: Refutation,
): string | undefined {
  const { operations, until } = refutation;
  const prefix = new Prefix(source, model, until);
  const kept = new Set(operations);
  if (operations.length === 0) return "it names no operation";
  if (kept.size < operations.length) return "it names an operation twice";
  for (const operation of operations) {
    if (!object.includes(operation)) return `operation ${operation} is not one of the object's`;
    if (operation > until) return `operation ${operation} begins after event ${until}`;
    if (prefix.isFailed(operation)) return `operation ${operation} failed`;
  }
  const first = prefix.missing(
    object,
    kept,
    (operation) => prefix.ties(operation),
    model.overwrites === true,
  );
  if (first === undefined) return undefined;
  // A register needs no promise: what it holds is what the last one that changed it left there.
  const byStructure = prefix.registerTies(operations);
  if (byStructure !== undefined && prefix.missing(object, kept, byStructure, true) === undefined)
    return undefined;
  return first;
}

/** Why the operations of a refutation do have a linearization; `undefined` when they have none. */
export function orderProblem(
  source: ModelHistory,
  model: Model,
  { operations, until }: Refutation,
): string | "too large" | undefined {
  const prefix = new Prefix(source, model, until);
  const verdict = noOrderExplains(
    operations.map((operation) => ({
      input: source.input(operation),
      output: prefix.output(operation),
      begin: source.completion(operation) === operation ? -1 : operation,
      end: prefix.isKnown(operation) ? source.completion(operation) : Infinity,
    })),
    model,
  );
  if (verdict === undefined) return "too large";
  return verdict ? undefined : "an order explains its operations";
}

type TiesOf = (operation: number) => Ties;

/** An object's operations as they were known right after an event. */
class Prefix {
  readonly #source: ModelHistory;
  readonly #model: Model;
  readonly #until: number;
  /** By the number of a function: what its operations are about, where the structure of the model tells. */
  readonly #about: readonly ("argument" | "result" | "nothing" | undefined)[];

  /** Ties by function, argument and result, where these come again. */
  readonly #cached: Map<number, Ties>[] = [];

  constructor(source: ModelHistory, model: Model, until: number) {
    this.#source = source;
    this.#about = source.history.functions.map((f) => {
      const { direct = {} } = model.structure ?? {};
      if (!Object.hasOwn(direct, f)) return undefined;
      if (direct[f] === "read") return "nothing";
      return direct[f] === "remove" ? "result" : "argument";
    });
    this.#model = model;
    this.#until = until;
  }

  isFailed(operation: number): boolean {
    const completion = this.#source.completion(operation);
    return completion >= 0 && this.#source.history.columns.type[completion] === Fail;
  }

  isKnown(operation: number): boolean {
    return this.#source.isKnown(operation) && this.#source.completion(operation) <= this.#until;
  }

  output(operation: number): Output {
    return this.isKnown(operation) ? this.#source.output(operation) : unknownOutput;
  }

  ties(operation: number): Ties {
    // Without ties everything hangs together with everything.
    if (this.#model.ties === undefined) return { gives: [anything], takes: [anything] };
    const cache = this.#model.byProcess === true ? undefined : this.#cacheOf(operation);
    const argument = this.#source.argument(operation);
    const result = this.isKnown(operation) ? this.#source.result(operation) : -1;
    const key = argument * MostNumbers + result + 1;
    const cached = cache?.get(key);
    if (cached !== undefined) return cached;
    const ties = this.#model.ties(this.#source.input(operation), this.output(operation));
    if (cache !== undefined && cache.size < MostCached) cache.set(key, ties);
    return ties;
  }

  #cacheOf(operation: number): Map<number, Ties> {
    return (this.#cached[this.#source.history.columns.f[operation]!] ??= new Map());
  }

  /** What the operations of a register saw and left; `undefined` for any other object. */
  registerTies(kept: readonly number[]): TiesOf | undefined {
    const { structure } = this.#model;
    if (structure?.kind !== "register") return undefined;
    const meaning = (operation: number) =>
      structure.meaning(this.#source.input(operation), this.output(operation));
    // That a value was not there can be the doing of any operation.
    if (kept.some((operation) => meaning(operation).does === "differ")) return undefined;
    return (operation) => {
      const does = meaning(operation);
      const token = (value: Json) => [{ cell: null, value }];
      if (does.does === "write") return { gives: token(does.value), takes: [] };
      if (does.does === "read") return { gives: [], takes: token(does.value) };
      if (does.does === "cas") return { gives: token(does.to), takes: token(does.from) };
      return { gives: [], takes: [] };
    };
  }

  /** An operation that is not kept although it could have given what one that is kept took, in words. */
  missing(
    object: Int32Array,
    kept: ReadonlySet<number>,
    tiesOf: TiesOf,
    overwrites: boolean,
  ): string | undefined {
    const takers = new Map<string, number[]>();
    const values = new Set<number>();
    const { valueTable } = this.#source.history;
    for (const operation of kept) {
      for (const { cell, value } of tiesOf(operation).takes) {
        const text = canonical([cell, value]);
        takers.set(text, [...(takers.get(text) ?? []), operation]);
        values.add(valueTable.number(value)).add(valueTable.number(cell));
      }
    }
    if (takers.size === 0) return undefined;
    const replaced = overwrites ? new Replacements() : undefined;
    const open: { readonly giver: number; readonly takers: readonly number[] }[] = [];
    for (const operation of object) {
      if (operation > this.#until) break;
      if (!this.#concerns(operation, values) || kept.has(operation) || this.isFailed(operation)) continue;
      if (!this.isKnown(operation) && !this.#source.canChange(operation)) continue;
      for (const { cell, value } of tiesOf(operation).gives) {
        const those = takers.get(canonical([cell, value]));
        if (those !== undefined) open.push({ giver: operation, takers: those });
      }
    }
    if (open.length === 0) return undefined;
    if (replaced !== undefined) this.#noteGivers(object, tiesOf, replaced);
    for (const { giver, takers: those } of open) {
      for (const taker of those) {
        if (replaced !== undefined && this.#isReplaced(giver, taker, tiesOf, replaced)) continue;
        return `operation ${giver} could have given what operation ${taker} took, and is not named`;
      }
    }
    return undefined;
  }

  /** Whether the operation may give one of these values: asked before the model is, which is slower. */
  #concerns(operation: number, values: ReadonlySet<number>): boolean {
    const about = this.#about[this.#source.history.columns.f[operation]!];
    if (about === undefined) return true;
    if (about === "nothing") return false;
    const value = this.#source[about](operation);
    return value <= NullValue || values.has(value);
  }

  #noteGivers(object: Int32Array, tiesOf: TiesOf, replaced: Replacements): void {
    for (const operation of object) {
      if (operation > this.#until) break;
      if (!this.isKnown(operation)) continue;
      const begin = this.#begin(operation);
      for (const { cell } of tiesOf(operation).gives)
        replaced.add(canonical(cell), begin, this.#source.completion(operation));
    }
  }

  /** Whether what one gave was certainly replaced before the other began, or came only after it returned. */
  #isReplaced(giver: number, taker: number, tiesOf: TiesOf, replaced: Replacements): boolean {
    if (this.isKnown(taker) && this.#begin(giver) > this.#source.completion(taker)) return true;
    if (!this.isKnown(giver)) return false;
    const end = this.#source.completion(giver);
    const taken = new Set(tiesOf(taker).takes.map(({ cell, value }) => canonical([cell, value])));
    return tiesOf(giver)
      .gives.filter(({ cell, value }) => taken.has(canonical([cell, value])))
      .every(({ cell }) => replaced.after(canonical(cell), end) < this.#begin(taker));
  }

  #begin(operation: number): number {
    return this.#source.completion(operation) === operation ? -1 : operation;
  }
}

/** Ties that are kept, and more than there are values. */
const MostCached = 1000;
const MostNumbers = 2 ** 26;

const anything = { cell: "anything", value: null };

/** When the cells of an object were given something. */
class Replacements {
  readonly #cells = new Map<string, { readonly begins: number[]; readonly ends: number[] }>();
  readonly #first = new Map<string, number[]>();

  /** In order of begin. */
  add(cell: string, begin: number, end: number): void {
    let its = this.#cells.get(cell);
    if (its === undefined) this.#cells.set(cell, (its = { begins: [], ends: [] }));
    its.begins.push(begin);
    its.ends.push(end);
  }

  /** The earliest end of those that began after a moment; infinite when there are none. */
  after(cell: string, moment: number): number {
    const { begins, ends } = this.#cells.get(cell) ?? { begins: [], ends: [] };
    let first = this.#first.get(cell);
    if (first === undefined) {
      first = ends.slice();
      for (let i = first.length - 2; i >= 0; i--) first[i] = Math.min(first[i]!, first[i + 1]!);
      this.#first.set(cell, first);
    }
    let low = 0;
    let high = begins.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (begins[middle]! > moment) high = middle;
      else low = middle + 1;
    }
    return first[low] ?? Infinity;
  }
}

function textOf(key: Json | undefined): string {
  return key === undefined ? "" : canonical(key);
}
