import { PrefixMinimum } from "../../models/prefix-minimum.ts";
import type { Items } from "./items.ts";
import { orderByKey } from "./sorting.ts";

/** Which calls of unknown outcome took which items, and the gap in which each `Empty` call found nothing. */
export interface Takings {
  readonly takers: readonly (readonly [item: number, call: number])[];
  /** By place in `Items.empties`. */
  readonly emptyAt: Int32Array;
}

/**
 * Matches items left inside with the calls of unknown outcome that may have taken them, where an item only
 * has to be gone by some gap, whatever becomes of the others. `due` gives that gap for each of `Items.left`,
 * the last gap if none; who found nothing inside sets another: by then everything is gone that was certainly added.
 * `covered` tells the gaps in which an item whose remover is known is certainly inside.
 *
 * Any taker that began by then will do, so there is a matching exactly if for each gap at least as many takers
 * began up to it as items are due (Hall's theorem; the sets of takers contain one another). For an empty
 * collection in gap t, the items that were added by then, and for each later gap those added later and due there,
 * must not be more than the takers. As a later such gap t' takes in the items of an earlier one, what t asks
 * of the gaps from t' on is part of what t' asks. So each call may choose its gap by itself.
 *
 * `undefined`: there is no matching.
 */
export function matchTakers(items: Items, due: Int32Array, covered: Uint8Array): Takings | undefined {
  const { of, left, takes, empties, addPast } = items;
  const { gaps, from, past } = of;
  const never = gaps - 1;
  const emptyAt = new Int32Array(empties.length);
  const deadline = due.slice();
  if (empties.length > 0) {
    const free = freeGaps(items, due, covered);
    const chosen = new Uint8Array(gaps);
    const next = nextOf(free);
    for (let k = 0; k < empties.length; k++) {
      const gap = next[from[empties[k]!]!]!;
      if (gap >= past[empties[k]!]!) return undefined;
      emptyAt[k] = gap;
      chosen[gap] = 1;
    }
    const nextChosen = nextOf(chosen);
    for (let k = 0; k < left.length; k++)
      deadline[k] = Math.min(deadline[k]!, nextChosen[addPast[left[k]!]!]!, never);
  }
  const takers: (readonly [number, number])[] = [];
  for (const k of orderByKey(deadline, gaps)) {
    if (deadline[k] === never) break;
    const call = takes[takers.length];
    if (call === undefined || from[call]! > deadline[k]!) return undefined;
    takers.push([left[k]!, call]);
  }
  return { takers, emptyAt };
}

/** The gaps in which the collection can have been empty. */
function freeGaps(items: Items, due: Int32Array, covered: Uint8Array): Uint8Array {
  const { of, left, takes, addPast } = items;
  const { gaps, from } = of;
  const free = new Uint8Array(gaps);
  const taken = new Int32Array(gaps + 1);
  for (const call of takes) taken[from[call]!]!++;
  // Items left, by the gap from which on they are certainly inside.
  const byAddPast = orderByKey(addPast, gaps + 1, left);
  const dueOf = new Int32Array(items.count).fill(gaps - 1);
  let demands = false;
  for (let k = 0; k < left.length; k++) {
    dueOf[left[k]!] = due[k]!;
    demands ||= due[k]! < gaps - 1;
  }
  // Spare takers of the gaps after the current one, less those of the current one.
  const spare = new PrefixMinimum();
  if (demands) for (let gap = 0; gap < gaps; gap++) spare.push(0);
  let takers = takes.length;
  let inside = left.length;
  for (let gap = gaps - 1; gap >= 0; gap--) {
    if (gap + 1 < gaps) {
      takers -= taken[gap + 1]!;
      if (demands && taken[gap + 1]! > 0) spare.add(gap + 1, taken[gap + 1]!);
    }
    for (; inside > 0 && addPast[byAddPast[inside - 1]!]! > gap; inside--) {
      const one = byAddPast[inside - 1]!;
      if (dueOf[one]! < gaps - 1) spare.add(dueOf[one]!, -1);
    }
    const least = demands ? Math.min(0, spare.minimum) : 0;
    if (covered[gap] === 0 && inside <= takers + least) free[gap] = 1;
  }
  return free;
}

/** Of each gap the first one from there on that is marked; the number of gaps if there is none. */
export function nextOf(marked: Uint8Array): Int32Array {
  const next = new Int32Array(marked.length + 1);
  next[marked.length] = marked.length;
  for (let gap = marked.length - 1; gap >= 0; gap--) next[gap] = marked[gap] === 1 ? gap : next[gap + 1]!;
  return next;
}

/** The last gaps: nothing has to be gone by any. */
export function neverDue({ left, of }: Items): Int32Array {
  return new Int32Array(left.length).fill(of.gaps - 1);
}
