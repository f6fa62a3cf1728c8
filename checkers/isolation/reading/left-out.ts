import type { Transactions } from "../transactions.ts";
import { Unobserved } from "./observed.ts";
import type { Rows } from "./rows.ts";
import { FromInitial, FromSeveral } from "./sources.ts";
import type { Writes } from "./writes.ts";

/**
 * Finds the writers of rows that predicates left out, in reads `leftOut`, once it is known whom anybody has certainly seen: puts them into
 * `source` and `candidates`, and tells `mayHaveSeen` of them.
 */
export function readLeftOut(
  { key, predicate }: Transactions,
  { owner }: Writes,
  rows: Rows,
  leftOut: readonly number[],
  observed: Uint8Array,
  source: Int32Array,
  candidates: Map<number, readonly number[]>,
  mayHaveSeen: (writers: readonly number[]) => void,
): void {
  let seen: number;
  do {
    // Who may have been seen by one of them may have been seen by all.
    seen = countOf(observed);
    rows.forget();
    for (const i of leftOut) {
      const writers = rows.writersOfOthers(key[i]!, predicate![i]!, owner[i]!, observed);
      source[i] = writers.length === 1 ? FromInitial : FromSeveral;
      if (writers.length > 1) candidates.set(i, writers);
    }
    for (const i of leftOut) mayHaveSeen(candidates.get(i) ?? []);
  } while (countOf(observed) > seen);
}

/** How many transactions were observed, or may have been. */
function countOf(observed: Uint8Array): number {
  return observed.reduce((count, how) => (how === Unobserved ? count : count + 1), 0);
}
