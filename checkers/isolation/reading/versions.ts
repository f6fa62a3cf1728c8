import { Aborted, NoVersion, Read, Write, type Transactions } from "../transactions.ts";
import type { Findings } from "./findings.ts";
import { FromInitial, FromNobody, FromSeveral, registerSource, writersOf } from "./sources.ts";
import { None, type Writes } from "./writes.ts";

/**
 * The versions that a system gave to what it wrote: told by the writes themselves, or by whoever read them. A higher one came
 * later. They also tell writes of one value apart.
 */
export class Versions {
  /** Version of each write; `NoVersion` while it is not known. */
  readonly of: Float64Array;
  /** Of each key: whether any operation on it told a version. */
  readonly isVersioned: Uint8Array;
  /** Of each key: the version of its initial value, `NoVersion` if nobody told. */
  readonly initial: Float64Array;

  readonly #transactions: Transactions;
  readonly #told: Float64Array;
  readonly #writes: Writes;
  readonly #findings: Findings;

  constructor(transactions: Transactions, told: Float64Array, writes: Writes, findings: Findings) {
    const { kind, key, keys, status } = transactions;
    this.#transactions = transactions;
    this.#told = told;
    this.#writes = writes;
    this.#findings = findings;
    this.of = told.slice();
    this.isVersioned = new Uint8Array(keys.length);
    this.initial = new Float64Array(keys.length).fill(NoVersion);
    for (let i = 0; i < kind.length; i++) {
      if (told[i] === NoVersion || (kind[i] !== Read && kind[i] !== Write)) continue;
      this.isVersioned[key[i]!] = 1;
      // Versions of one transaction's writes rise as it goes on.
      const before = writes.before[i]!;
      const owner = writes.owner[i]!;
      if (before !== None && told[before]! > told[i]! && status[owner] !== Aborted) {
        findings.add("cyclic-versions", key[i]!, [owner], [before, i]);
      }
    }
  }

  /** As `registerSource`, for read `i` that told the version of what it read. */
  source(i: number, reader: number): number {
    const k = this.#transactions.key[i]!;
    const value = this.#transactions.value[i]!;
    const exact = this.#source(k, value, reader, this.#has(i));
    if (exact !== FromNobody) return exact;
    const fitting = this.#source(k, value, reader, this.#fits(i));
    if (fitting !== FromNobody) {
      if (fitting === FromInitial) this.initial[k] = this.#told[i]!;
      else if (fitting >= 0) this.of[fitting] = this.#told[i]!;
      return fitting;
    }
    const other = this.#source(k, value, reader, undefined);
    if (other >= 0)
      this.#findings.add("cyclic-versions", k, [reader, this.#writes.owner[other]!], [i, other]);
    else if (other === FromInitial || other === FromSeveral)
      this.#findings.add("cyclic-versions", k, [reader], [i]);
    return other;
  }

  /** The transactions that may have written what `i` read, −1 for the initial one; not the reader itself. */
  writersOf(i: number, reader: number): readonly number[] {
    const { key, value } = this.#transactions;
    for (const accept of [this.#has(i), this.#fits(i), undefined]) {
      const found = writersOf(this.#transactions, this.#writes, key[i]!, value[i]!, accept).filter(
        (writer) => writer !== reader,
      );
      if (found.length > 0) return found;
    }
    return [];
  }

  #source(
    k: number,
    value: number,
    reader: number,
    accept: ((write: number) => boolean) | undefined,
  ): number {
    return registerSource(this.#transactions, this.#writes, k, value, reader, accept);
  }

  #versionOf(k: number, write: number): number {
    return write === None ? this.initial[k]! : this.of[write]!;
  }

  #has(i: number): (write: number) => boolean {
    const k = this.#transactions.key[i]!;
    return (write) => this.#versionOf(k, write) === this.#told[i];
  }

  #fits(i: number): (write: number) => boolean {
    const k = this.#transactions.key[i]!;
    return (write) => this.#versionOf(k, write) === NoVersion;
  }
}
