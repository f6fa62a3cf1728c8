import type { EventTrace } from "../../histories/event-trace.ts";
import type { Contradictions } from "../simple/contradictions.ts";
import type { Causes } from "./happens-before.ts";
import { capitalised, eventNamed } from "./names.ts";
import { judgeOtherStamps, ownCounts, type StampsSeen } from "./stamps.ts";

/**
 * Judges vector clocks of a log that tells of no messages, by themselves: are they those of some messages? They are exactly if
 * each node's own count grows with each of its events; no count goes back at a node; and whoever knows of an event, by
 * its node's count, knows all that this event knew, while this one did not know of it. Returns why this cannot be decided
 * in full, where own counts leave out numbers, so that there may be events that were not logged.
 */
export function judgeClocksAlone(
  trace: EventTrace,
  { previous }: Causes,
  found: Contradictions,
): string | undefined {
  const { nodes, node, clocks } = trace;
  const own = ownCounts(trace);
  const events = eventsByNode(trace);
  const width = nodes.length;
  const row = new Float64Array(width);
  const before = new Float64Array(width);
  const theirs = new Float64Array(width);
  const fill = (into: Float64Array, event: number): void => {
    into.fill(0);
    for (let i = clocks.offset[event]!; i < clocks.offset[event + 1]!; i++)
      into[clocks.node[i]!] = clocks.count[i]!;
  };
  let missing: string | undefined;
  for (let event = 0; event < node.length; event++) {
    fill(row, event);
    const last = previous[event]!;
    if (last < 0) before.fill(0);
    else fill(before, last);
    const me = node[event]!;
    if (row[me]! <= before[me]!)
      found.add(
        "clock-not-advanced",
        last < 0 ? [event] : [last, event],
        () =>
          `${capitalised(eventNamed(trace, event))} has ${row[me]} as its own count, ${last < 0 ? "where the first event has at least 1" : `and the event before, ${eventNamed(trace, last)}, had ${before[me]} already`}.`,
      );
    for (let other = 0; other < width; other++) {
      if (other === me || row[other] === before[other]) continue;
      const count = row[other]!;
      if (count < before[other]!) {
        const had = before[other]!;
        found.add(
          "clock-misses-event",
          [last, event],
          () =>
            `${capitalised(eventNamed(trace, event))} has ${count} for ${nodes[other]}, and the event before, ${eventNamed(trace, last)}, had ${had} already.`,
        );
        continue;
      }
      const known = lastUpTo(events[other]!, own, count);
      if (known === undefined || own[known] !== count)
        missing ??= `${eventNamed(trace, event)} knows of event ${count} of ${nodes[other]}, which is not in the log`;
      if (known === undefined) continue;
      fill(theirs, known);
      const lost = theirs.findIndex((one, i) => one > row[i]!);
      if (lost >= 0) {
        const [less, more] = [row[lost]!, theirs[lost]!];
        found.add(
          "clock-misses-event",
          [known, event],
          () =>
            `${capitalised(eventNamed(trace, event))} knows of ${eventNamed(trace, known)}, which has ${more} for ${nodes[lost]}, and yet has ${less} itself.`,
        );
      } else if (theirs[me]! >= row[me]!)
        found.add(
          "causal-circle",
          [known, event],
          () =>
            `${capitalised(eventNamed(trace, event))} and ${eventNamed(trace, known)} each know of the other, so that each happened before the other.`,
        );
    }
  }
  return missing;
}

/**
 * Holds Lamport clocks and causal histories against what vector clocks that were found right tell of happens-before, in an order of
 * the events that they allow. Where events are missing, causal histories number what nobody knows, and are not judged.
 */
export function judgeStampsByClocks(
  trace: EventTrace,
  { previous }: Causes,
  order: Int32Array,
  whole: boolean,
  found: Contradictions,
): StampsSeen {
  const { nodes, node, clocks } = trace;
  const own = ownCounts(trace);
  const events = eventsByNode(trace);
  const time = new Int32Array(nodes.length);
  const causes: number[] = [];
  return judgeOtherStamps(trace, order, whole, found, (event) => {
    const me = node[event]!;
    const before = previous[event]!;
    time.fill(-1);
    time[me] = event;
    causes.length = 0;
    if (before >= 0) causes.push(before);
    for (let i = clocks.offset[event]!; i < clocks.offset[event + 1]!; i++) {
      const other = clocks.node[i]!;
      if (other === me) continue;
      const known = lastUpTo(events[other]!, own, clocks.count[i]!);
      if (known === undefined) continue;
      time[other] = known;
      causes.push(known);
    }
    return { time, causes };
  });
}

function eventsByNode({ node, nodes }: EventTrace): number[][] {
  const events: number[][] = nodes.map(() => []);
  for (const [event, each] of node.entries()) events[each]!.push(event);
  return events;
}

/** The last event of a node whose own count is at most `count`, by halving; own counts grow, or are found out otherwise. */
function lastUpTo(events: readonly number[], own: Float64Array, count: number): number | undefined {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (own[events[middle]!]! <= count) low = middle + 1;
    else high = middle;
  }
  return events[low - 1];
}
