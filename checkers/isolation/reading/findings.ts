import type { Finding } from "../finding.ts";
import type { AnomalyName } from "../anomalies.ts";

/** As many of one type are kept: one breaks a level, a few explain it. */
const MostOfOneType = 1000;

export class Findings {
  readonly all: Finding[] = [];
  readonly #count = new Map<string, number>();

  add(
    type: AnomalyName,
    key: number,
    transactions: readonly number[],
    operations: readonly number[],
    ofOwnWrite = false,
  ): void {
    // What breaks more must not be crowded out.
    const name = ofOwnWrite ? `${type} of own write` : type;
    const count = this.#count.get(name) ?? 0;
    if (count >= MostOfOneType) return;
    this.#count.set(name, count + 1);
    this.all.push({ type, key, transactions, operations, ...(ofOwnWrite ? { ofOwnWrite } : {}) });
  }
}
