import type { EventTrace } from "../../histories/event-trace.ts";
import type { Contradictions } from "../simple/contradictions.ts";
import type { Causes } from "./happens-before.ts";
import { capitalised, eventNamed } from "./names.ts";

/** What each node knows of all nodes: its vector time, kept for messages under way. */
export class VectorTimes {
  readonly #nodes: number;
  readonly #at: Int32Array[];
  /** Stamps of events that were sent, until the last that receives them has come. */
  readonly #sent = new Map<number, Int32Array>();
  readonly #receivers: Int32Array;
  readonly #trace: EventTrace;
  readonly #causes: Causes;

  constructor(trace: EventTrace, causes: Causes) {
    this.#trace = trace;
    this.#causes = causes;
    this.#nodes = trace.nodes.length;
    this.#at = trace.nodes.map(() => new Int32Array(this.#nodes).fill(-1));
    this.#receivers = new Int32Array(trace.node.length);
    for (const sent of causes.sender) if (sent >= 0) this.#receivers[sent]!++;
  }

  /**
   * The vector time of the next event in a causal order: of each node the latest event that happened before it, or it itself;
   * −1: none. Valid until the next call.
   */
  next(event: number): Int32Array {
    const node = this.#trace.node[event]!;
    const time = this.#at[node]!;
    const sent = this.#causes.sender[event]!;
    if (sent >= 0) {
      const stamp = this.#sent.get(sent)!;
      for (let other = 0; other < this.#nodes; other++) {
        const theirs = stamp[other]!;
        if (theirs >= 0 && this.#isLater(theirs, time[other]!)) time[other] = theirs;
      }
      if (--this.#receivers[sent]! === 0) this.#sent.delete(sent);
    }
    time[node] = event;
    if (this.#receivers[event]! > 0) this.#sent.set(event, time.slice());
    return time;
  }

  /** Events of one node are in their order in the log. */
  #isLater(a: number, b: number): boolean {
    return a > b;
  }
}

/** What a pass over the events found of each kind of stamp. */
export interface StampsSeen {
  vector: number;
  lamport: number;
  pasts: number;
}

/** What happened before an event: of each node the latest, as vector times have it; and its direct causes, or more of them. */
interface Before {
  /** Valid until the next event is asked for; −1: none. */
  readonly time: Int32Array;
  readonly causes: readonly number[];
}

/**
 * Holds all stamps against happens-before.
 *
 * Vector clocks (Fidge 1988; Mattern 1989) are right, so that one event happened before another exactly if its clock is less, if the
 * node's own count grows with each of its events, and every other count is that of the latest event of that node that happened
 * before. Of Lamport clocks and causal histories see `judgeOtherStamps`.
 */
export function judgeStamps(
  trace: EventTrace,
  causes: Causes,
  order: Int32Array,
  found: Contradictions,
): StampsSeen {
  const times = new VectorTimes(trace, causes);
  const { nodes, clocks, clocked } = trace;
  const row = new Float64Array(nodes.length);
  const own = ownCounts(trace);
  const direct: number[] = [];
  return judgeOtherStamps(trace, order, true, found, (event) => {
    const time = times.next(event);
    if (clocked[event] === 1) {
      row.fill(0);
      for (let i = clocks.offset[event]!; i < clocks.offset[event + 1]!; i++)
        row[clocks.node[i]!] = clocks.count[i]!;
      judgeClock(trace, causes, own, event, row, time, found);
    }
    direct.length = 0;
    for (const cause of [causes.previous[event]!, causes.sender[event]!]) if (cause >= 0) direct.push(cause);
    return { time, causes: direct };
  });
}

/**
 * Lamport clocks are right if each is greater than that of the event before at the node and that of the sending: then
 * whatever happened before has a lesser one. A causal history is right if it names exactly the events that happened before, and
 * the event itself; it is judged only where the trace is `whole`.
 */
export function judgeOtherStamps(
  trace: EventTrace,
  order: Int32Array,
  whole: boolean,
  found: Contradictions,
  beforeOf: (event: number) => Before,
): StampsSeen {
  const seen: StampsSeen = { vector: 0, lamport: 0, pasts: 0 };
  const { clocked, lamport, lamportValues, pasts } = trace;
  const shown = (time: number): string => String(lamportValues?.[time] ?? time);
  const numbers = pasts === undefined ? undefined : numbersOf(trace);
  // Lamport times of events without one are those before them.
  const latest = new Float64Array(lamport.length).fill(-Infinity);
  for (const event of order) {
    const { time, causes } = beforeOf(event);
    if (clocked[event] === 1) seen.vector++;
    let least = -Infinity;
    let cause = -1;
    for (const one of causes)
      if (latest[one]! > least) {
        least = latest[one]!;
        cause = one;
      }
    const stamp = lamport[event]!;
    latest[event] = Number.isNaN(stamp) ? least : stamp;
    if (!Number.isNaN(stamp)) {
      seen.lamport++;
      if (stamp <= least) {
        const [after, from] = [least, cause];
        found.add(
          "lamport-clock",
          [from, event],
          () =>
            `${capitalised(eventNamed(trace, event))} has Lamport time ${shown(stamp)}, which is not later than ${shown(after)}, up to which ${eventNamed(trace, from)} goes; but that happened before.`,
        );
      }
    }
    const past = pasts?.get(event);
    if (past !== undefined && numbers !== undefined) {
      seen.pasts++;
      if (whole) judgePast(trace, numbers, event, past, time, found);
    }
  }
  return seen;
}

/** The own count of each event; NaN where it has no clock. */
export function ownCounts({ node, clocks, clocked }: EventTrace): Float64Array {
  const own = new Float64Array(node.length).fill(NaN);
  for (let event = 0; event < node.length; event++) {
    if (clocked[event] === 0) continue;
    own[event] = 0;
    for (let i = clocks.offset[event]!; i < clocks.offset[event + 1]!; i++)
      if (clocks.node[i] === node[event]) own[event] = clocks.count[i]!;
  }
  return own;
}

function judgeClock(
  trace: EventTrace,
  { previous }: Causes,
  own: Float64Array,
  event: number,
  row: Float64Array,
  time: Int32Array,
  found: Contradictions,
): void {
  const { nodes, node } = trace;
  for (let other = 0; other < nodes.length; other++) {
    const count = row[other]!;
    if (other === node[event]) {
      const before = previous[event]!;
      const last = before < 0 ? 0 : own[before]!;
      if (count <= last)
        found.add(
          "clock-not-advanced",
          before < 0 ? [event] : [before, event],
          () =>
            `${capitalised(eventNamed(trace, event))} has ${count} as its own count, ${before < 0 ? "where the first event has at least 1" : `and the event before, ${eventNamed(trace, before)}, had ${last} already`}.`,
        );
      continue;
    }
    const known = time[other]!;
    const right = known < 0 ? 0 : own[known]!;
    if (count === right || Number.isNaN(right)) continue;
    const name = nodes[other]!;
    found.add(
      count < right ? "clock-misses-event" : "clock-knows-too-much",
      known < 0 ? [event] : [known, event],
      () =>
        count < right
          ? `${capitalised(eventNamed(trace, event))} has ${count} for ${name}, as if it had not seen ${eventNamed(trace, known)} with ${right}; but that happened before.`
          : `${capitalised(eventNamed(trace, event))} has ${count} for ${name}; but the latest event of ${name} that happened before is ${known < 0 ? "none" : `${eventNamed(trace, known)} with ${right}`}.`,
    );
  }
}

/** The number of each event at its node, from 1. */
function numbersOf({ node, nodes }: EventTrace): Int32Array {
  const counts = new Int32Array(nodes.length);
  return node.map((each) => ++counts[each]!);
}

function judgePast(
  trace: EventTrace,
  numbers: Int32Array,
  event: number,
  past: readonly (readonly [node: number, number: number])[],
  time: Int32Array,
  found: Contradictions,
): void {
  const { nodes } = trace;
  const upTo = (node: number): number => (time[node]! < 0 ? 0 : numbers[time[node]!]!);
  const named = new Set<string>();
  for (const [node, number] of past) {
    named.add(`${node} ${number}`);
    if (Number.isInteger(number) && number >= 1 && number <= upTo(node)) continue;
    found.add(
      "history-knows-too-much",
      [event],
      () =>
        `${capitalised(eventNamed(trace, event))} has event ${number} of ${nodes[node]} in its history, which did not happen before.`,
    );
    return;
  }
  for (let node = 0; node < nodes.length; node++)
    for (let number = 1; number <= upTo(node); number++) {
      if (named.has(`${node} ${number}`)) continue;
      found.add(
        "history-misses-event",
        [event],
        () =>
          `${capitalised(eventNamed(trace, event))} has not event ${number} of ${nodes[node]} in its history, which ${node === trace.node[event] && number === numbers[event] ? "is itself" : "happened before"}.`,
      );
      return;
    }
}
