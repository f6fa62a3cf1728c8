import type { Blocks } from "./blocks.ts";
import { Before } from "./blocks.ts";
import { ZoneTree } from "./zone-tree.ts";

/** Two blocks each of which must come before the other, found when a call of the first returned. */
export interface Conflict {
  /** The call whose return made it certain. */
  readonly culprit: number;
  /** Its block, and the other. */
  readonly block: number;
  readonly other: number;
  /** The known call by whose return the other block's `last` was what it was then. */
  readonly otherLast: number;
}

/**
 * Whether any two blocks conflict: first(A) < last(B) and first(B) < last(A). Linear, for blocks come in
 * order of `first`: two forward zones that overlap are neighbours among the forward ones, and a backward one
 * can lie only in the last forward zone that began before its end.
 */
export function hasConflict({ count, first, last }: Blocks): boolean {
  let from = first[0]!;
  let to = last[0]!;
  for (let block = 1; block < count; block++) {
    const one = first[block]!;
    const two = last[block]!;
    if (one < to && from < two) return true;
    if (one < two) {
      from = one;
      to = two;
    }
  }
  return false;
}

/** The first conflict in time, among the calls that had returned before `flawed` did (if it is given). */
export function firstConflict(blocks: Blocks, flawed: number | undefined): Conflict | undefined {
  const { from, count, first, opener, block, raise } = blocks;
  const { byEnd } = from;
  const tree = new ZoneTree(count, first);
  const lastBy = new Int32Array(count).fill(-1);
  tree.open(first[0]!, first[0]!);
  for (let at = 0; at < byEnd.length; at++) {
    const culprit = byEnd[at]!;
    if (culprit === flawed) return undefined;
    const to = raise[culprit]!;
    if (to === Before) continue;
    const own = block[culprit]!;
    if (opener[own] === culprit) {
      tree.open(first[own]!, to);
      lastBy[own] = culprit;
      // It returned later than anything began: nothing has to come after it yet.
      continue;
    }
    if (to <= tree.last(own)) continue;
    tree.raise(own, to);
    lastBy[own] = culprit;
    const other = tree.conflict(own);
    if (other >= 0) return { culprit, block: own, other, otherLast: lastBy[other]! };
  }
  return undefined;
}
