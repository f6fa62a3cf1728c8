import { GapSet } from "./gap-set.ts";
import { callsAbout } from "./heads.ts";
import { blockedIn, certainlyInside, NoCall, type Flaw, type Items } from "./items.ts";
import { Layers } from "./layers.ts";
import { coverOf } from "./not-empty.ts";
import { Nowhere, OwnGaps } from "./own-gaps.ts";
import { orderByKey, startsOf } from "./sorting.ts";
import { decideWithTakers, SuffixMinimum } from "./unknown-removals.ts";

/**
 * A last-in, first-out stack of distinct items, in n log n.
 *
 * The interval of an item is where it is certainly inside. A gap is open when no interval of the items that are
 * left lies over it. An item goes when it can be pushed in an open gap, popped in an open gap, and each call
 * that saw it has an open gap, or one over which no interval lies but its own; its interval goes with it,
 * which opens gaps. There is a linearization exactly if all items can go.
 *
 * If there is one, look at an item pushed onto the empty stack: while it is pushed, popped or on top,
 * nothing else is inside but perhaps itself, so it can go; and without it the rest still has a linearization. As
 * what can go can go later too, the order does not matter. If on the other hand all go, push each in the last gap
 * open to its push at that time and pop it in the first one open to its pop (both in one gap, should these
 * pass each other). Then no two items cross. For if j went after i, a gap of i's push or pop was open when i
 * went, so it was open when j went, and is not strictly between the last gap open to j's push and the end of
 * j's interval, nor between its start and the first one open to j's pop. Likewise for who saw i on top of the stack.
 * And the same for who found the stack empty, in a gap that is open from the start: no item lies across it.
 *
 * With calls of unknown outcome that may have taken items left inside, the answer is given where it is the same
 * for no takers and for as many as there are items, or where taking what was guessed does.
 */
export function decideStack(items: Items): Int32Array | Flaw | undefined {
  if (items.misses.length > 0) return undefined;
  if (items.takes.length === 0) return new Peeling(items).decide();
  return decideWithTakers(items, dueOf(items), "out-of-order", (taken) => new Peeling(taken).decide());
}

/**
 * The gap by which each item left inside has to be gone: when an item below it is popped, which was pushed
 * before it; or when someone found the stack empty.
 */
function dueOf({ of, present, left, empties, addFrom, addPast, removeFrom, removePast }: Items): Int32Array {
  const { gaps, from, past } = of;
  const gone = new SuffixMinimum(gaps, gaps - 1);
  for (const call of empties) gone.put(from[call]!, past[call]! - 1);
  const below = orderByKey(addPast, gaps + 1, present);
  const due = new Int32Array(left.length);
  const byAdd = orderByKey(
    Int32Array.from(left, (one) => addFrom[one]!),
    gaps,
  );
  let next = 0;
  for (const k of byAdd) {
    const one = left[k]!;
    for (; next < below.length && addPast[below[next]!]! <= addFrom[one]!; next++)
      gone.put(removeFrom[below[next]!]!, removePast[below[next]!]! - 1);
    due[k] = Math.min(gaps - 1, gone.from(addPast[one]!));
  }
  return due;
}

const none = new Int32Array(0);

/**
 * The calls about items: item i is pushed by 2i and popped by 2i + 1, and the k-th sighting is 2 × count + k.
 * Whoever has found an open gap is no longer looked for; so those still looking lie between two open gaps,
 * and when one between them opens, the calls to look through are those that begin before it or those
 * that end after it, whichever are fewer.
 */
class Peeling {
  readonly #items: Items;
  readonly #of: Int32Array;
  readonly #from: Int32Array;
  readonly #past: Int32Array;
  readonly #byFrom: Int32Array;
  readonly #byPast: Int32Array;
  readonly #fromStart: Int32Array;
  readonly #pastStart: Int32Array;
  readonly #found: Int32Array;
  /** Of each item the calls that still look for a gap. */
  readonly #looking: Int32Array;
  readonly #open: GapSet;
  readonly #layers: Layers;
  readonly #pushAt: Int32Array;
  readonly #popAt: Int32Array;
  readonly #going: number[] = [];
  readonly #gone: number[] = [];
  readonly #own: OwnGaps | undefined;

  constructor(items: Items) {
    const { of, count, present, addFrom, addPast, removeFrom, removePast, seen, seenStart } = items;
    const { gaps } = of;
    const size = 2 * count + seen.length;
    this.#items = items;
    this.#of = new Int32Array(size);
    this.#from = new Int32Array(size);
    this.#past = new Int32Array(size);
    this.#looking = new Int32Array(count);
    const calls = new Int32Array(2 * present.length + seen.length);
    const counts = new Int32Array(gaps + 1);
    let last = 0;
    for (const one of present) {
      this.#set((calls[last++] = 2 * one), one, addFrom[one]!, addPast[one]!);
      this.#set((calls[last++] = 2 * one + 1), one, removeFrom[one]!, removePast[one]!);
      for (let k = seenStart[one]!; k < seenStart[one + 1]!; k++)
        this.#set((calls[last++] = 2 * count + k), one, items.seenFrom[k]!, items.seenPast[k]!);
      if (addPast[one]! >= removeFrom[one]!) continue;
      counts[addPast[one]!]!++;
      counts[removeFrom[one]!]!--;
    }
    for (let gap = 0; gap < gaps; gap++) counts[gap + 1]! += counts[gap]!;
    this.#byFrom = orderByKey(this.#from, gaps + 1, calls);
    this.#byPast = orderByKey(this.#past, gaps + 1, calls);
    this.#fromStart = startsOf(this.#from, gaps + 1, calls);
    this.#pastStart = startsOf(this.#past, gaps + 1, calls);
    this.#found = new Int32Array(size).fill(Nowhere);
    this.#open = new GapSet(gaps, false);
    const hasSightings = seen.length > 0;
    this.#layers = new Layers(counts.subarray(0, gaps), hasSightings ? 1 : 0);
    this.#own = hasSightings ? new OwnGaps(items) : undefined;
    this.#pushAt = new Int32Array(count);
    this.#popAt = new Int32Array(count);
  }

  #set(call: number, one: number, from: number, past: number): void {
    this.#of[call] = one;
    this.#from[call] = from;
    this.#past[call] = past;
    this.#looking[one]!++;
  }

  decide(): Int32Array | Flaw {
    const { items, emptyAt } = { items: this.#items, emptyAt: this.#emptyAt() };
    if (emptyAt === undefined) return coverOf(items);
    for (;;) {
      for (let gap = this.#layers.next(); gap >= 0; gap = this.#layers.next()) this.#free(gap);
      const one = this.#going.pop();
      if (one === undefined) break;
      this.#go(one);
      this.#gone.push(one);
    }
    return this.#gone.length === items.present.length ? this.#order(emptyAt) : this.#stuck();
  }

  #emptyAt(): Int32Array | undefined {
    const { of, empties } = this.#items;
    if (empties.length === 0) return none;
    const inside = certainlyInside(this.#items);
    const at = new Int32Array(empties.length);
    const free = new GapSet(of.gaps, false);
    for (let gap = 0; gap < of.gaps; gap++) if (inside[gap] === 0) free.add(gap);
    for (let k = 0; k < empties.length; k++) {
      at[k] = free.next(of.from[empties[k]!]!);
      if (at[k]! >= of.past[empties[k]!]!) return undefined;
    }
    return at;
  }

  /** A gap has become open, or one of a single item. */
  #free(gap: number): void {
    const owner = this.#own?.ownerOf(gap) ?? Nowhere;
    if (owner === Nowhere) {
      this.#opened(gap);
      return;
    }
    this.#own!.keep(owner, gap);
    const { count, seenStart, seenFrom } = this.#items;
    // Sightings that contain the gap, from the last that begins before it.
    let low = seenStart[owner]!;
    for (let high = seenStart[owner + 1]!; low < high;) {
      const middle = (low + high) >>> 1;
      if (seenFrom[middle]! <= gap) low = middle + 1;
      else high = middle;
    }
    for (let k = low - 1; k >= seenStart[owner]! && this.#own!.longest[k]! > gap; k--)
      this.#find(2 * count + k, gap);
  }

  #opened(gap: number): void {
    const open = this.#open;
    const before = open.previous(gap);
    const after = open.next(gap);
    open.add(gap);
    const [fromStart, pastStart] = [this.#fromStart, this.#pastStart];
    const left = fromStart[before + 1]!;
    const leftEnd = fromStart[gap + 1]!;
    const right = pastStart[gap + 1]!;
    const rightEnd = pastStart[after + 1]!;
    if (leftEnd - left <= rightEnd - right)
      for (let k = left; k < leftEnd; k++) this.#find(this.#byFrom[k]!, gap);
    else for (let k = right; k < rightEnd; k++) this.#find(this.#byPast[k]!, gap);
  }

  #find(call: number, gap: number): void {
    if (this.#found[call] !== Nowhere || this.#from[call]! > gap || this.#past[call]! <= gap) return;
    this.#found[call] = gap;
    const one = this.#of[call]!;
    if (--this.#looking[one]! === 0) this.#going.push(one);
  }

  #go(one: number): void {
    const { addPast, removeFrom } = this.#items;
    const push = this.#open.previous(addPast[one]! - 1);
    const pop = this.#open.next(removeFrom[one]!);
    this.#pushAt[one] = push;
    this.#popAt[one] = Math.max(push, pop);
    this.#layers.take(addPast[one]!, removeFrom[one]!);
    this.#own?.release(one, (gap) => {
      this.#opened(gap);
    });
  }

  #order(emptyAt: Int32Array): Int32Array {
    const { of, count, present, adder, remover, seen, seenStart, empties } = this.#items;
    const { gaps } = of;
    const [pushAt, popAt] = [this.#pushAt, this.#popAt];
    const order = new Int32Array(2 * present.length + seen.length + empties.length);
    let placed = 0;
    const put = (call: number): void => {
      if (call >= 0) order[placed++] = call;
    };
    // Sightings in the gaps where their item is inside.
    const seenAt = new Int32Array(seen.length);
    for (const one of present)
      for (let k = seenStart[one]!; k < seenStart[one + 1]!; k++)
        seenAt[k] = Math.min(Math.max(this.#found[2 * count + k]!, pushAt[one]!), popAt[one]!);
    const bySeenAt = orderByKey(seenAt, gaps);
    const itemOfSeen = (k: number): number => this.#of[2 * count + k]!;
    const seenByItem = new Int32Array(seen.length);
    const next = seenStart.slice();
    for (const k of bySeenAt) seenByItem[next[itemOfSeen(k)]!++] = k;
    const seenNext = seenStart.slice();
    const see = (one: number, gap: number): void => {
      for (
        ;
        seenNext[one]! < seenStart[one + 1]! && seenAt[seenByItem[seenNext[one]!]!]! <= gap;
        seenNext[one]!++
      )
        put(seen[seenByItem[seenNext[one]!]!]!);
    };
    // Pushes of a gap: what is popped last lies lowest; of those popped in the same gap, what went first.
    const byPop = orderByKey(popAt, gaps, Int32Array.from(this.#gone.toReversed())).toReversed();
    const pushes = orderByKey(pushAt, gaps, byPop);
    const byEmpty = orderByKey(emptyAt, gaps);
    const stack: number[] = [];
    let push = 0;
    let empty = 0;
    for (let gap = 0; gap < gaps; gap++) {
      for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
        see(top, gap);
        if (popAt[top]! > gap) break;
        put(remover[top]!);
        stack.pop();
      }
      for (; empty < byEmpty.length && emptyAt[byEmpty[empty]!] === gap; empty++)
        put(empties[byEmpty[empty]!]!);
      const start = push;
      while (push < pushes.length && pushAt[pushes[push]!] === gap) push++;
      // Those popped in the same gap are the last ones here, but come and go first.
      let through = push;
      for (; through > start && popAt[pushes[through - 1]!] === gap; through--) {
        const one = pushes[through - 1]!;
        put(adder[one]!);
        see(one, gap);
        put(remover[one]!);
      }
      for (let k = start; k < through; k++) {
        const one = pushes[k]!;
        put(adder[one]!);
        see(one, gap);
        stack.push(one);
      }
    }
    return order.subarray(0, placed);
  }

  /**
   * Two items that cross, if there are such among those that could not go; or all of these if they are few; or else
   * one of them with what is in its way.
   */
  #stuck(): Flaw {
    const rest = this.#items.present.filter((one) => this.#looking[one]! > 0);
    const crossing = crossingOf(this.#items, rest);
    const involved = crossing ?? (rest.length <= MostStuck ? rest : this.#firstInTheWay(rest));
    const against = crossing === undefined ? NoCall : this.#items.remover[crossing[0]]!;
    const calls = callsAbout(this.#items, involved);
    const blocked = this.#items.left.length === 0 ? undefined : this.#blocked(rest);
    return {
      pattern: "out-of-order",
      calls,
      ...(against < 0 ? {} : { against }),
      ...(blocked === undefined ? {} : { blocked }),
    };
  }

  /** The item whose call is over first of all that still look for a gap, and items that lie over all that call's gaps. */
  #firstInTheWay(rest: Int32Array): readonly number[] {
    const { addPast, removeFrom } = this.#items;
    const call = this.#byPast.find((each) => this.#found[each] === Nowhere);
    if (call === undefined) return [];
    const own = this.#of[call]!;
    const involved = [own];
    for (let gap = this.#from[call]!; gap < this.#past[call]!;) {
      let longest = Nowhere;
      for (const one of rest) {
        if (one === own || addPast[one]! > gap || removeFrom[one]! <= gap) continue;
        if (longest < 0 || removeFrom[one]! > removeFrom[longest]!) longest = one;
      }
      if (longest < 0 || involved.length > MostStuck) break;
      involved.push(longest);
      gap = removeFrom[longest]!;
    }
    return involved;
  }

  /** What keeps the first call from its place that only items left inside keep from it. */
  #blocked(rest: Int32Array): Flaw["blocked"] {
    const { addPast, removeFrom, remover } = this.#items;
    const waiting: number[] = [];
    for (const call of this.#byPast)
      if (this.#found[call] === Nowhere && remover[this.#of[call]!] !== NoCall) waiting.push(call);
    return blockedIn(
      this.#items,
      rest,
      (one) => [addPast[one]!, removeFrom[one]!],
      waiting.map((call) => [this.#from[call]!, this.#past[call]!]),
    );
  }
}

/** Items that could not go and are named, if no two of them cross. */
const MostStuck = 6;

/**
 * Two items of which one was certainly pushed while the other was inside, and certainly popped after it: of those whose
 * lower item was popped first.
 */
function crossingOf(
  { of, addFrom, addPast, removeFrom, removePast }: Items,
  among: Int32Array,
): readonly [lower: number, upper: number] | undefined {
  // By where they are certainly inside, the latest `removeFrom` of those pushed after the current gap.
  const latest = new SuffixMinimum(of.gaps + 1, 0);
  const byAdd = orderByKey(addFrom, of.gaps, among);
  let lower = -1;
  let upper = byAdd.length - 1;
  for (const one of orderByKey(addPast, of.gaps + 1, among).toReversed()) {
    for (; upper >= 0 && addFrom[byAdd[upper]!]! >= addPast[one]!; upper--) {
      const other = byAdd[upper]!;
      latest.put(of.gaps - addPast[other]!, -removeFrom[other]!);
    }
    if (addPast[one]! > removeFrom[one]!) continue;
    if (-latest.from(of.gaps - removeFrom[one]!) < removePast[one]!) continue;
    if (lower < 0 || removePast[one]! < removePast[lower]!) lower = one;
  }
  if (lower < 0) return undefined;
  const found = among.filter(
    (other) =>
      addFrom[other]! >= addPast[lower]! &&
      addPast[other]! <= removeFrom[lower]! &&
      removeFrom[other]! >= removePast[lower]!,
  );
  return [lower, found.reduce((a, b) => (removePast[b]! < removePast[a]! ? b : a))];
}
