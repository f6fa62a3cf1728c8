import { inWords, type Json, type JsonObject } from "../../../histories/json.ts";
import type { ShownTransaction } from "../evidence.ts";
import { Append, Read, ReadList, Unread, Write, type Transactions } from "../transactions.ts";

/** The initial transaction, as the number of one. */
export const InitialTransaction = -1;
/** Elements of a list that a sentence shows; of a longer one, the last ones. */
const MostElements = 8;

/** Short names of some transactions, T1, T2, … in the order of their invocations, and what they did in words. */
export class TransactionTexts {
  readonly transactions: Transactions;
  readonly #names = new Map<number, string>([[InitialTransaction, "T0"]]);
  readonly #named: readonly number[];

  constructor(transactions: Transactions, named: Iterable<number>) {
    this.transactions = transactions;
    this.#named = [...new Set(named)].filter((t) => t >= 0).toSorted((a, b) => a - b);
    this.#named.forEach((t, i) => this.#names.set(t, `T${i + 1}`));
  }

  get named(): readonly number[] {
    return this.#named;
  }

  /** "T3"; for a transaction that was not named, "the transaction at operation 17". */
  name(transaction: number): string {
    return (
      this.#names.get(transaction) ??
      `the transaction at operation ${this.transactions.history.sourceIndex(this.transactions.begin[transaction]!)}`
    );
  }

  /** Index of the operation that stands for a transaction. */
  operation(transaction: number): number {
    return transaction < 0 ? -1 : this.transactions.begin[transaction]!;
  }

  key(key: number): Json {
    return this.transactions.history.valueTable.get(this.transactions.keys[key]!);
  }

  /** The key in a sentence: a number alone would not read as one. */
  keyText(key: number): string {
    const value = this.key(key);
    const text = inWords(value);
    return typeof value === "string" ? value : typeof value === "number" ? `key ${text}` : text;
  }

  /** What an operation read or wrote, `undefined` if it is not known. */
  value(operation: number): Json | undefined {
    const { kind, value, history } = this.transactions;
    const number = value[operation]!;
    if (kind[operation] === ReadList) return this.list(operation);
    return number === Unread ? undefined : history.valueTable.get(number);
  }

  valueText(operation: number): string {
    const value = this.value(operation);
    if (value === undefined) return "?";
    if (this.transactions.kind[operation] !== ReadList || !Array.isArray(value)) return inWords(value);
    const words = value.map(inWords);
    return words.length <= MostElements
      ? `[${words.join(" ")}]`
      : `[… ${words.slice(-MostElements).join(" ")}] (${words.length} elements)`;
  }

  /** A list that was read. */
  list(operation: number): readonly Json[] | undefined {
    const { history } = this.transactions;
    return this.listNumbers(operation)?.map((number) => history.valueTable.get(number));
  }

  /** The elements of a list that was read, as numbers of values. */
  listNumbers(operation: number): number[] | undefined {
    const { value, key, traceFirst, traceElement, deviantFirst, deviantElement } = this.transactions;
    const number = value[operation]!;
    if (number === Unread) return undefined;
    if (number < 0)
      return Array.from(deviantElement.subarray(deviantFirst[-2 - number], deviantFirst[-1 - number]));
    const first = traceFirst[key[operation]!]!;
    return Array.from(traceElement.subarray(first, first + number));
  }

  /** `["append", "x", 3]`, as in the history. */
  micro(operation: number): Json {
    const { kind, key } = this.transactions;
    const value = this.value(operation) ?? null;
    return [functionNames[kind[operation]!] ?? "r", this.key(key[operation]!), value];
  }

  /** "wrote 3 to x", "appended 3 to x", "read x = [1 2]". */
  did(operation: number): string {
    const { kind, key, value } = this.transactions;
    const name = this.keyText(key[operation]!);
    const predicate = this.predicate(operation);
    if (predicate !== undefined)
      return value[operation] === Unread
        ? `read by the predicate ${inWords(predicate)}, which did not show ${name}`
        : `read ${name} = ${this.valueText(operation)} by the predicate ${inWords(predicate)}`;
    switch (kind[operation]) {
      case Write:
        return `wrote ${this.valueText(operation)} to ${name}`;
      case Append:
        return `appended ${this.valueText(operation)} to ${name}`;
      default:
        return `read ${name} = ${this.valueText(operation)}`;
    }
  }

  /** The predicate that an operation is part of a read by; `undefined` if it is of none. */
  predicate(operation: number): Json | undefined {
    const number = this.transactions.predicate?.[operation] ?? -1;
    return number < 0 ? undefined : this.transactions.history.valueTable.get(number);
  }

  /** "write of 3 to x", "append of 3 to x". */
  deed(operation: number): string {
    const { kind, key } = this.transactions;
    const what = kind[operation] === Append ? "append" : "write";
    return `${what} of ${this.valueText(operation)} to ${this.keyText(key[operation]!)}`;
  }

  /** The transactions as evidence shows them; `relevant` are operations to be pointed at. */
  shown(relevant: ReadonlySet<number>): ShownTransaction[] {
    const { first, begin, history } = this.transactions;
    return this.#named.map((t) => {
      const operations = this.#wholeOperations(first[t]!, first[t + 1]!);
      return {
        name: this.name(t),
        operation: begin[t]!,
        process: history.processOf(begin[t]!),
        operations: operations.map((parts) => this.#microOf(parts)),
        relevant: operations.flatMap((parts, i) => (parts.some((one) => relevant.has(one)) ? [i] : [])),
      };
    });
  }

  /** Micro-operations as the client did them: a read by predicate is one, of all its rows. */
  #wholeOperations(begin: number, end: number): number[][] {
    const whole: number[][] = [];
    const { predicate, key } = this.transactions;
    for (let operation = begin; operation < end; operation++) {
      const last = whole.at(-1);
      const same =
        last !== undefined &&
        (predicate?.[operation] ?? -1) >= 0 &&
        predicate?.[operation] === predicate?.[operation - 1] &&
        !last.some((other) => key[other] === key[operation]);
      if (same) last.push(operation);
      else whole.push([operation]);
    }
    return whole;
  }

  #microOf(parts: readonly number[]): Json {
    const [first = 0] = parts;
    const predicate = this.predicate(first);
    if (predicate === undefined) return this.micro(first);
    const { key, value } = this.transactions;
    const rows = parts.filter((operation) => value[operation] !== Unread);
    const members = rows.map((row) => [inWords(this.key(key[row]!)), this.value(row) ?? null]);
    return ["rp", predicate, Object.fromEntries(members) as JsonObject];
  }
}

const functionNames: Readonly<Record<number, string>> = {
  [Read]: "r",
  [ReadList]: "r",
  [Write]: "w",
  [Append]: "append",
};
