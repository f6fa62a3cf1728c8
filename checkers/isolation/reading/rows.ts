import type { Json } from "../../../histories/json.ts";
import { NullValue } from "../../../histories/value-table.ts";
import { Aborted, Undetermined, Write, type Transactions } from "../transactions.ts";
import { predicateOf } from "../transactions/predicate.ts";
import { Born } from "../transactions/rows.ts";
import { Unobserved } from "./observed.ts";
import { None, type Writes } from "./writes.ts";

/** Which contents of rows match which predicates, and who wrote what does not. */
export class Rows {
  readonly #transactions: Transactions;
  readonly #writes: Writes;
  readonly #predicates = new Map<number, (content: Json) => boolean>();
  /** The final writes of each key by transactions that were not aborted: `#write[#writeFirst[k]]` and so on. */
  readonly #writeFirst: Int32Array;
  readonly #write: Int32Array;
  /** Key and predicate → transactions. */
  readonly #others = new Map<string, readonly number[]>();

  constructor(transactions: Transactions, writes: Writes) {
    this.#transactions = transactions;
    this.#writes = writes;
    const { kind, key, keys, status } = transactions;
    const counts = (i: number): boolean =>
      kind[i] === Write && writes.after[i] === None && status[writes.owner[i]!] !== Aborted;
    this.#writeFirst = new Int32Array(keys.length + 1);
    for (let i = 0; i < kind.length; i++) if (counts(i)) this.#writeFirst[key[i]! + 1]!++;
    for (let k = 0; k < keys.length; k++) this.#writeFirst[k + 1]! += this.#writeFirst[k]!;
    this.#write = new Int32Array(this.#writeFirst[keys.length]!);
    const filled = this.#writeFirst.slice();
    for (let i = 0; i < kind.length; i++) if (counts(i)) this.#write[filled[key[i]!]!++] = i;
  }

  /** Whether the predicate of this number matches the content of this number; nothing matches a row that is not there. */
  matches(predicate: number, content: number): boolean {
    if (content === NullValue) return false;
    const { valueTable } = this.#transactions.history;
    let test = this.#predicates.get(predicate);
    if (test === undefined) {
      // All have been looked at when they were read.
      test = predicateOf(valueTable.get(predicate)) ?? (() => false);
      this.#predicates.set(predicate, test);
    }
    return test(valueTable.get(content));
  }

  /** Forgets whom it told, since more may have been observed by now. */
  forget(): void {
    this.#others.clear();
  }

  /**
   * The transactions but `reader` whose version of a row does not match; −1, the initial one, is the first. Who inserted it,
   * but of whom nothing else was observed, need not have taken effect: the row may as well not have been there.
   */
  writersOfOthers(k: number, predicate: number, reader: number, observed: Uint8Array): readonly number[] {
    const name = `${k} ${predicate}`;
    let writers = this.#others.get(name);
    if (writers === undefined) {
      const { value, status, version } = this.#transactions;
      const found = [-1];
      for (let at = this.#writeFirst[k]!; at < this.#writeFirst[k + 1]!; at++) {
        const write = this.#write[at]!;
        const writer = this.#writes.owner[write]!;
        if (this.matches(predicate, value[write]!)) continue;
        if (status[writer] === Undetermined && observed[writer] === Unobserved && version?.[write] === Born)
          continue;
        found.push(writer);
      }
      this.#others.set(name, (writers = found));
    }
    return writers.includes(reader) ? writers.filter((writer) => writer !== reader) : writers;
  }
}
