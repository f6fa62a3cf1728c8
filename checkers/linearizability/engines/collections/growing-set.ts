import { Add, Insert, Miss, Nothing, See, Snapshot, type CollectionCalls } from "./collection-calls.ts";
import { NoCall, type Flaw } from "./items.ts";
import { Placement } from "./placement.ts";
import { orderByKey, startsOf } from "./sorting.ts";

/**
 * A set from which nobody removes anything, and which some saw as a whole, in time linear in all that was seen.
 *
 * What is seen only grows, so those who saw the whole set come in order of how much they saw, each seeing all
 * that the one before saw. That makes rounds: the elements that the next larger view has more come in, in any order,
 * then those who saw that view look, in any order; elements that no view has come last, if at all. An
 * element comes in by the call that began first (or by the one that says it was new), after everyone who
 * missed it; calls that added it again, or found it, come at any time later. Placing everything as early as
 * the rounds allow keeps all intervals if anything does.
 */
export function decideGrowingSet(set: CollectionCalls): Int32Array | Flaw | undefined {
  const { kind, item, itemCount, length, from, past, gaps, until, calls } = set;
  const views = viewsOf(set);
  if ("pattern" in views) return views;
  const { round, rounds, viewers } = views;
  const about: number[] = [];
  for (let i = 0; i < length; i++) if (kind[i] !== Nothing && item[i]! >= 0) about.push(i);
  const byItem = orderByKey(item, itemCount, Int32Array.from(about));
  const starts = startsOf(item, itemCount, Int32Array.from(about));
  const initially = new Uint8Array(itemCount);
  for (const one of set.initial) initially[one] = 1;
  const items = orderByKey(round, rounds + 1);
  const placement = new Placement(length);
  let now = 0;
  let at = 0;
  const unexpected: Flaw = { pattern: "unexpected", calls: [] };
  for (let index = 0; index <= rounds; index++) {
    const before = now;
    for (; at < items.length && round[items[at]!] === index; at++) {
      const one = items[at]!;
      let adder = NoCall;
      let found = index < rounds;
      let inserts = 0;
      let comes = before;
      for (let k = starts[one]!; k < starts[one + 1]!; k++) {
        const call = byItem[k]!;
        if (kind[call] === Insert) {
          inserts++;
          adder = call;
        } else if (kind[call] === Add && inserts === 0 && (adder === NoCall || from[call]! < from[adder]!))
          adder = call;
        if (kind[call] === Miss) comes = Math.max(comes, from[call]!);
        else if (calls.end[call]! <= until) found = true;
      }
      if (initially[one] === 1) {
        if (comes > before || inserts > 0 || index > 0) return { pattern: "missing", calls: [] };
        adder = NoCall;
        comes = 0;
      } else if (!found) {
        for (let k = starts[one]!; k < starts[one + 1]!; k++)
          if (kind[byItem[k]!] === Miss) placement.put(byItem[k]!, from[byItem[k]!]!);
        continue;
      } else {
        if (adder === NoCall) return { pattern: "never-written", calls: [] };
        if (inserts > 1) return unexpected;
        comes = Math.max(comes, from[adder]!);
      }
      now = Math.max(now, comes);
      for (let k = starts[one]!; k < starts[one + 1]!; k++)
        if (kind[byItem[k]!] === Miss) placement.put(byItem[k]!, from[byItem[k]!]!);
      if (adder !== NoCall) {
        if (past[adder]! <= comes) return unexpected;
        placement.put(adder, comes);
      }
      for (let k = starts[one]!; k < starts[one + 1]!; k++) {
        const call = byItem[k]!;
        if (call === adder || kind[call] === Miss) continue;
        if (calls.end[call]! > until) continue;
        const gap = Math.max(comes, from[call]!);
        if (past[call]! <= gap) return kind[call] === See ? unexpected : { pattern: "missing", calls: [] };
        placement.put(call, gap);
      }
    }
    const looked = now;
    for (const call of viewers[index] ?? []) {
      const gap = Math.max(looked, from[call]!);
      if (past[call]! <= gap) return { pattern: "missing", calls: [] };
      placement.put(call, gap);
      now = Math.max(now, gap);
    }
  }
  return placement.inOrder(gaps);
}

interface Views {
  /** Of each element the round in which it comes in; `rounds` if no view has it. */
  readonly round: Int32Array;
  readonly rounds: number;
  /** Of each round the calls that saw the set after it. */
  readonly viewers: readonly (readonly number[])[];
}

function viewsOf({ kind, length, itemCount, snapshots }: CollectionCalls): Views | Flaw {
  const seen: number[] = [];
  const sizes = new Int32Array(length);
  let most = 0;
  for (let i = 0; i < length; i++) {
    if (kind[i] === Nothing || kind[i] === Add || kind[i] === Insert || kind[i] === See || kind[i] === Miss)
      continue;
    // Found it empty, or saw everything.
    sizes[i] = kind[i] === Snapshot ? (snapshots.get(i)?.length ?? 0) : 0;
    most = Math.max(most, sizes[i]!);
    seen.push(i);
  }
  const round = new Int32Array(itemCount).fill(-1);
  const viewers: number[][] = [];
  /** In which view an element was met last. */
  const met = new Int32Array(itemCount).fill(-1);
  let size = -1;
  for (const call of orderByKey(sizes, most + 1, Int32Array.from(seen))) {
    const view = snapshots.get(call) ?? [];
    const grows = view.length > size;
    const index = grows ? viewers.length : viewers.length - 1;
    let known = 0;
    for (const one of view) {
      if (met[one] === call) return { pattern: "unexpected", calls: [call] };
      met[one] = call;
      if (round[one]! >= 0) known++;
      else if (grows) round[one] = index;
      else return { pattern: "missing", calls: [] };
    }
    if (known !== (grows ? Math.max(size, 0) : size)) return { pattern: "missing", calls: [] };
    if (grows) viewers.push([call]);
    else viewers[index]!.push(call);
    size = view.length;
  }
  for (let one = 0; one < itemCount; one++) if (round[one]! < 0) round[one] = viewers.length;
  return { round, rounds: viewers.length, viewers };
}
