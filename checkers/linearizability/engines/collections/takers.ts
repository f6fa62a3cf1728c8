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
 * collection in gap t there must be no fewer takers by then than items certainly added. That is enough: an item
 * added later is not due sooner than one added before (which `due` has to promise), so for a later gap by which
 * items added after t are due, the items added before are due by then anyhow. So each call chooses its gap
 * by itself.
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
    const free = freeGaps(items, covered);
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
function freeGaps({ of, left, takes, addPast }: Items, covered: Uint8Array): Uint8Array {
  const { gaps, from } = of;
  /** Items certainly added by a gap, less takers that had begun, as differences. */
  const lacking = new Int32Array(gaps + 1);
  for (const one of left) lacking[addPast[one]!]!++;
  for (const call of takes) lacking[from[call]!]!--;
  const free = new Uint8Array(gaps);
  for (let gap = 0, lacks = 0; gap < gaps; gap++) {
    lacks += lacking[gap]!;
    if (covered[gap] === 0 && lacks <= 0) free[gap] = 1;
  }
  return free;
}

/** Of each gap the first one from there on that is marked; the number of gaps if there is none. */
function nextOf(marked: Uint8Array): Int32Array {
  const next = new Int32Array(marked.length + 1);
  next[marked.length] = marked.length;
  for (let gap = marked.length - 1; gap >= 0; gap--) next[gap] = marked[gap] === 1 ? gap : next[gap + 1]!;
  return next;
}

/** The last gaps: nothing has to be gone by any. */
export function neverDue({ left, of }: Items): Int32Array {
  return new Int32Array(left.length).fill(of.gaps - 1);
}
