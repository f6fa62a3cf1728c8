import { callsAbout, headsOf, latestAtHead, type Heads } from "./heads.ts";
import { certainlyInside, type Flaw, type Items } from "./items.ts";
import { matchTakers } from "./takers.ts";
import { coverOf } from "./not-empty.ts";
import { orderByKey, startsOf } from "./sorting.ts";
import { decideWithTakers, given, refutedAnyhow } from "./unknown-removals.ts";

/**
 * A first-in, first-out queue of distinct items, in linear time.
 *
 * The calls that find an item at the head (those that see it, and its removal) form a block. A linearization is
 * an order of the items that is the order of their additions and of their blocks. So u must come before v if
 * the addition of u precedes that of v, or some call of u's block precedes some call of v's. If no circle of
 * these two relations exists, such an order does, and placing each call as early as its predecessors in that order
 * allow keeps every call in its interval: a call that came too late would be preceded by one of a later item.
 *
 * After the stretches are cut out in which one block leaves no place to others (`Heads`), every block has one
 * interval, both relations are interval orders, and two interval orders have a circle together only if two
 * items have one: of two steps a → b, c → d of one relation, a → d or c → b is one as well, so that a longer
 * circle can be cut short. So it is enough to take away, again and again, an item that is first in both orders;
 * where none is, the item whose addition returns first and the one whose block has to end first contradict
 * each other.
 *
 * Who found the queue empty did so in a gap in which nothing is certainly inside. Any choice of such gaps
 * will do: put into the part before a cut the items certainly added before it. If u comes in a later part than v
 * then v was added by the cut and u perhaps not, so that neither the addition of u nor a call of its
 * block precedes one of v's.
 *
 * A call of unknown outcome may have taken an item that was left inside, from when it began. An item u whose
 * addition precedes that of v has to be gone when v is at the head, so it needs a taker that began by then;
 * an item left inside stands in nobody's way otherwise. Hence a deadline for each item (`matchTakers`). If
 * someone saw such an item, its deadline is no longer its own; then it is not of this class unless
 * the answer is the same for no takers at all and for as many as there are items.
 */
export function decideQueue(items: Items): Int32Array | Flaw | undefined {
  if (items.misses.length > 0) return undefined;
  if (items.takes.length === 0) return orderOf(items);
  const { left, seenStart } = items;
  if (!left.some((one) => seenStart[one + 1]! > seenStart[one]!)) return withMatching(items);
  return decideWithTakers(items, dueOf(items, latestAtHead(items)), "out-of-order", orderOf);
}

const none = new Int32Array(0);

function withMatching(items: Items): Int32Array | Flaw | undefined {
  const heads = headsOf(items);
  if ("pattern" in heads) return { ...heads, calls: [...heads.calls, ...items.takes] };
  const known = { ...items, present: items.present.filter((one) => items.remover[one]! >= 0) };
  const takings = matchTakers(items, dueOf(items, heads.latest), certainlyInside(known));
  if (takings === undefined) return refutedAnyhow(items, orderOf) ?? { pattern: "out-of-order", calls: [] };
  return orderOf(given(items, takings.takers), takings.emptyAt);
}

/** The gap by which each item left inside has to be gone: when one that certainly comes after it is at the head. */
function dueOf({ of, present, left, addFrom, addPast }: Items, latest: Int32Array): Int32Array {
  const { gaps } = of;
  const least = new Int32Array(gaps + 1).fill(gaps - 1);
  for (const one of present) least[addFrom[one]!] = Math.min(least[addFrom[one]!]!, latest[one]!);
  for (let gap = gaps - 1; gap >= 0; gap--) least[gap] = Math.min(least[gap]!, least[gap + 1]!);
  return Int32Array.from(left, (one) => least[addPast[one]!]!);
}

/** An order, where nobody took an item left inside. */
function orderOf(items: Items, chosen?: Int32Array): Int32Array | Flaw {
  const heads = headsOf(items);
  if ("pattern" in heads) return heads;
  let emptyAt = chosen;
  if (emptyAt === undefined && items.empties.length > 0) {
    const takings = matchTakers({ ...items, left: none }, none, certainlyInside(items));
    if (takings === undefined) return coverOf(items);
    emptyAt = takings.emptyAt;
  }
  const parts = partsOf(items, emptyAt ?? none);
  const order = itemOrder(items, heads, parts);
  return order instanceof Int32Array ? placedCalls(items, order, parts, emptyAt ?? none) : order;
}

/** The queue between one time and the next at which it was found empty. */
interface Parts {
  /** The gaps of these times, and the number of gaps. */
  readonly cuts: Int32Array;
  /** By item. */
  readonly part: Int32Array | undefined;
}

function partsOf({ of, count, present, addPast }: Items, emptyAt: Int32Array): Parts {
  const cuts = [...new Set(emptyAt.toSorted()), of.gaps];
  if (cuts.length === 1) return { cuts: Int32Array.from(cuts), part: undefined };
  const partAt = new Int32Array(of.gaps + 1);
  for (let gap = 0, part = 0; gap <= of.gaps; gap++) {
    if (gap > cuts[part]!) part++;
    partAt[gap] = part;
  }
  const part = new Int32Array(count);
  for (const one of present) part[one] = partAt[addPast[one]!]!;
  return { cuts: Int32Array.from(cuts), part };
}

/** The items in the order in which they go through the queue, part by part. */
function itemOrder(items: Items, heads: Heads, { cuts, part }: Parts): Int32Array | Flaw {
  const { of, count, present, addFrom, addPast } = items;
  const inParts = part === undefined ? present : orderByKey(part, cuts.length, present);
  const starts = part === undefined ? [0, present.length] : startsOf(part, cuts.length, present);
  const sorted = (keys: Int32Array, range: number): Int32Array => {
    const byKey = orderByKey(keys, range, inParts);
    return part === undefined ? byKey : orderByKey(part, cuts.length, byKey);
  };
  const byAddFrom = sorted(addFrom, of.gaps + 1);
  const byAddPast = sorted(addPast, of.gaps + 1);
  const byFirst = sorted(heads.first, heads.times);
  const byLast = sorted(heads.last, heads.times);
  /** How many of the two orders have passed the item. */
  const passed = new Uint8Array(count);
  const order = new Int32Array(present.length);
  let done = 0;
  for (let index = 0; index < cuts.length; index++) {
    const start = starts[index]!;
    const end = starts[index + 1]!;
    let [adding, added, heading, headed] = [start, start, start, start];
    for (;;) {
      const before = adding + heading;
      while (added < end && passed[byAddPast[added]!] === 2) added++;
      if (added === end) break;
      while (headed < end && passed[byLast[headed]!] === 2) headed++;
      const addLimit = addPast[byAddPast[added]!]!;
      while (adding < end && addFrom[byAddFrom[adding]!]! < addLimit)
        if (++passed[byAddFrom[adding++]!]! === 2) order[done++] = byAddFrom[adding - 1]!;
      const headLimit = heads.last[byLast[headed]!]!;
      while (heading < end && heads.first[byFirst[heading]!]! <= headLimit)
        if (++passed[byFirst[heading++]!]! === 2) order[done++] = byFirst[heading - 1]!;
      if (adding + heading === before) return outOfOrder(items, heads, byAddPast[added]!, byLast[headed]!);
    }
  }
  return order;
}

/** `early` was added before `late`, and `late` was at the head before `early`. */
function outOfOrder(items: Items, heads: Heads, early: number, late: number): Flaw {
  const { holder } = heads;
  const involved = new Set([early, late]);
  if (holder !== undefined) {
    for (const gap of [items.removeFrom[early]!, items.removePast[late]! - 1])
      if (holder[gap]! >= 0) involved.add(holder[gap]!);
    for (let k = items.seenStart[late]!; k < items.seenStart[late + 1]!; k++)
      if (holder[items.seenPast[k]! - 1]! >= 0) involved.add(holder[items.seenPast[k]! - 1]!);
  }
  const calls = callsAbout(items, involved);
  const against = items.remover[late]! >= 0 ? items.remover[late]! : calls[0]!;
  return { pattern: "out-of-order", calls, against };
}

/** The calls of the items in this order, each as early as may be. */
function placedCalls(
  { of, adder, remover, addFrom, removeFrom, seen, seenStart, seenFrom, empties }: Items,
  order: Int32Array,
  { cuts, part }: Parts,
  emptyAt: Int32Array,
): Int32Array {
  const calls = new Int32Array(2 * order.length + seen.length + empties.length);
  const times = new Int32Array(calls.length);
  let placed = 0;
  // Within a gap: before a cut, at it, after it; additions first.
  const put = (call: number, gap: number, phase: number): void => {
    if (call < 0) return;
    calls[placed] = call;
    times[placed++] = 5 * gap + phase;
  };
  for (let k = 0; k < empties.length; k++) put(empties[k]!, emptyAt[k]!, 2);
  let add = 0;
  let head = 0;
  let now = 0;
  for (const one of order) {
    const its = part === undefined ? 0 : part[one]!;
    if (its !== now) {
      now = its;
      add = head = cuts[now - 1]!;
    }
    const cut = cuts[now]!;
    add = Math.max(add, addFrom[one]!);
    put(adder[one]!, add, add === cut ? 0 : 3);
    head = Math.max(head, add);
    for (let k = seenStart[one]!; k < seenStart[one + 1]!; k++) {
      head = Math.max(head, seenFrom[k]!);
      put(seen[k]!, head, head === cut ? 1 : 4);
    }
    head = Math.max(head, removeFrom[one]!);
    put(remover[one]!, head, head === cut ? 1 : 4);
  }
  const byTime = orderByKey(times.subarray(0, placed), 5 * of.gaps);
  return byTime.map((k) => calls[k]!);
}
