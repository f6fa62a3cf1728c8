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
    // Who reads a key again and again, contradicts himself once.
    if (type === "internal" && this.all.some((each) => isSame(each, type, key, transactions, ofOwnWrite)))
      return;
    this.#count.set(name, count + 1);
    this.all.push({ type, key, transactions, operations, ...(ofOwnWrite ? { ofOwnWrite } : {}) });
  }
}

function isSame(
  finding: Finding,
  type: AnomalyName,
  key: number,
  [transaction]: readonly number[],
  ofOwnWrite: boolean,
): boolean {
  return (
    finding.type === type &&
    finding.key === key &&
    finding.transactions[0] === transaction &&
    (finding.ofOwnWrite ?? false) === ofOwnWrite
  );
}
