import type { LogicalClock } from "./clock.ts";

/** The events that happened before, and the event itself: by node, the numbers of its events from 1 on, in order. */
export type HistoryStamp = Readonly<Record<string, readonly number[]>>;

/** Causal histories (Schwarz & Mattern 1994): the past itself. What other clocks tell in short can be held against it. */
export const causalHistory: LogicalClock<HistoryStamp> = {
  name: "causal history",
  zero: {},
  local: withNext,
  received: (last, sent, node) => withNext(union(last, sent), node),
  before: (one, other) => within(one, other) && !within(other, one),
};

/** With one more event of the node. */
export function withNext(past: HistoryStamp, node: string): HistoryStamp {
  const own = past[node] ?? [];
  return { ...past, [node]: [...own, (own.at(-1) ?? 0) + 1] };
}

export function union(one: HistoryStamp, other: HistoryStamp): HistoryStamp {
  const both: Record<string, readonly number[]> = { ...one };
  for (const [node, numbers] of Object.entries(other)) {
    both[node] = [...new Set([...(both[node] ?? []), ...numbers])].toSorted((a, b) => a - b);
  }
  return both;
}

function within(one: HistoryStamp, other: HistoryStamp): boolean {
  return Object.entries(one).every(([node, numbers]) => {
    const theirs = new Set(other[node] ?? []);
    return numbers.every((number) => theirs.has(number));
  });
}
