import { Numbers } from "./numbers.ts";
import { RowSet } from "./row-set.ts";
import type { UsedSets } from "./used-sets.ts";

const None = -1;

/**
 * A set of configurations, each a row of numbers and a multiset of used unknown calls, in which one covers
 * all with the same row that have used the same calls and more: whatever these can go on to do, it can.
 */
export class Configurations {
  readonly #rows: RowSet;
  readonly #usedSets: UsedSets;
  /** Row → the last configuration with it; configuration → the one with the same row before it. */
  readonly #last = new Numbers();
  readonly #before = new Numbers();
  readonly #row = new Numbers();
  readonly #used = new Numbers();

  constructor(width: number, usedSets: UsedSets) {
    this.#rows = new RowSet(width);
    this.#usedSets = usedSets;
  }

  get size(): number {
    return this.#used.length;
  }

  /** 32-bit words held. */
  get words(): number {
    return this.#rows.words + this.#last.words + this.#before.words + this.#row.words + this.#used.words;
  }

  used(configuration: number): number {
    return this.#used.get(configuration);
  }

  /** Copies the row of a configuration. */
  read(configuration: number, into: Int32Array): void {
    this.#rows.read(this.#row.get(configuration), into);
  }

  /** A number of the row, that of a column. */
  value(configuration: number, column: number): number {
    return this.#rows.value(this.#row.get(configuration), column);
  }

  /** Whether one is there that covers this. */
  covers(row: Int32Array, used: number): boolean {
    const found = this.#rows.find(row);
    return found >= 0 && this.#covered(found, used);
  }

  /** Adds a configuration, whose number is the size before, unless one is there that covers it. */
  add(row: Int32Array, used: number): boolean {
    const found = this.#rows.add(row);
    if (found >= 0 && this.#covered(found, used)) return false;
    const number = found >= 0 ? found : -1 - found;
    if (found < 0) this.#last.push(None);
    this.#before.push(this.#last.get(number));
    this.#last.set(number, this.#used.length);
    this.#row.push(number);
    this.#used.push(used);
    return true;
  }

  clear(): void {
    this.#rows.clear();
    for (const column of [this.#last, this.#before, this.#row, this.#used]) column.truncate(0);
  }

  #covered(row: number, used: number): boolean {
    for (let one = this.#last.get(row); one !== None; one = this.#before.get(one))
      if (this.#usedSets.isPart(this.#used.get(one), used)) return true;
    return false;
  }
}
