import { Never, type Calls } from "../../calls.ts";

/** Not a point where the object is at rest. */
export const NoCut = -2;

/**
 * The calls of a partition laid out for the search: what begins and returns in which order, who shares a
 * slot with whom, and which unknown calls are interchangeable.
 */
export interface Timeline {
  readonly calls: Calls;
  /** Begins and returns of the known calls in order: position p for a begin, ~p for a return. */
  readonly events: Int32Array;
  /** Position → a number that no overlapping known call has. */
  readonly slot: Int32Array;
  /** How many slots there are: the greatest number of known calls in flight. */
  readonly slots: number;
  /** Classes of unknown calls with the same action, ordered by their first begin. */
  readonly classes: readonly UnknownClass[];
  /** Token → the classes that take it. */
  readonly takers: ReadonlyMap<number, readonly number[]>;
  /** All actions are below this number. */
  readonly actions: number;
  /** Event → 0 where no call before it is in flight and no unknown call began before it, else `NoCut`. */
  readonly cuts: Int32Array;
}

export interface UnknownClass {
  readonly action: number;
  /** Positions, in order of begin: whichever takes effect, it may as well be the first not used yet. */
  readonly members: readonly number[];
  /**
   * The token that the next operation must take, or −1. Where tokens overwrite one another in a single
   * cell, an unknown operation followed by none that takes its value is one that can be left out: what
   * follows replaces the value, or nothing follows.
   */
  readonly mustBeTaken: number;
}

export function layOut(calls: Calls): Timeline {
  const { begin, end, action } = calls;
  const known: number[] = [];
  const byAction = new Map<number, number[]>();
  for (let i = 0; i < calls.length; i++) {
    if (end[i] !== Never) known.push(i);
    else {
      const members = byAction.get(action[i]!);
      if (members === undefined) byAction.set(action[i]!, [i]);
      else members.push(i);
    }
  }
  const single = isSingleCell(calls);
  const classes = [...byAction].map(([unknown, members]) => ({
    action: unknown,
    members,
    mustBeTaken: single ? (calls.alphabet.ties(unknown).gives[0] ?? -1) : -1,
  }));
  const takers = new Map<number, number[]>();
  classes.forEach((unknown, number) => {
    for (const token of calls.alphabet.ties(unknown.action).takes) {
      const others = takers.get(token);
      if (others === undefined) takers.set(token, [number]);
      else others.push(number);
    }
  });
  const firstUnknown = begin[classes[0]?.members[0] ?? -1] ?? Never;

  const byEnd = Int32Array.from(known).toSorted((a, b) => end[a]! - end[b]!);

  const events = new Int32Array(2 * known.length);
  const cuts = new Int32Array(2 * known.length).fill(NoCut);
  const slot = new Int32Array(calls.length);
  const free: number[] = [];
  let slots = 0;
  let open = 0;
  let nextBegin = 0;
  let nextReturn = 0;
  for (let at = 0; at < events.length; at++) {
    const starting = known[nextBegin];
    const returning = byEnd[nextReturn]!;
    if (starting !== undefined && begin[starting]! < end[returning]!) {
      if (open === 0 && begin[starting]! < firstUnknown) cuts[at] = 0;
      events[at] = starting;
      slot[starting] = free.pop() ?? slots++;
      nextBegin++;
      open++;
    } else {
      events[at] = ~returning;
      free.push(slot[returning]!);
      nextReturn++;
      open--;
    }
  }
  return { calls, events, slot, slots, classes, takers, actions: 1 + greatest(action), cuts };
}

/** Whether all tokens of the calls are values of one cell, each given replacing the one before. */
function isSingleCell({ alphabet, action, length }: Calls): boolean {
  if (alphabet.model.overwrites !== true) return false;
  const cells = new Set<string>();
  for (let i = 0; i < length; i++) {
    const { gives, takes } = alphabet.ties(action[i]!);
    if (gives.length > 1) return false;
    for (const token of gives) cells.add(alphabet.cell(token));
    for (const token of takes) cells.add(alphabet.cell(token));
    if (cells.size > 1) return false;
  }
  return true;
}

function greatest(numbers: Int32Array): number {
  let most = -1;
  for (const number of numbers) most = Math.max(most, number);
  return most;
}

/** Positions of choices: a call by its position, for ~class the first of the class not chosen before. */
export function positionsOf(choices: Int32Array, { classes }: Timeline): Int32Array {
  const used = new Int32Array(classes.length);
  return choices.map((choice) => (choice >= 0 ? choice : classes[~choice]!.members[used[~choice]!++]!));
}
