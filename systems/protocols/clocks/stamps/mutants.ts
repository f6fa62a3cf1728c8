import { causalHistory, union, withNext, type HistoryStamp } from "./causal-history.ts";
import type { LogicalClock } from "./clock.ts";
import { lamportClock } from "./lamport-clock.ts";
import { merged, vectorClock, type VectorStamp } from "./vector-clock.ts";

/** A logical clock with a known bug. */
export interface ClockMutant<Stamp extends VectorStamp | HistoryStamp | number> {
  readonly name: string;
  readonly summary: string;
  readonly clock: LogicalClock<Stamp>;
}

export const historyMutants: readonly ClockMutant<HistoryStamp>[] = [
  {
    name: "receipt-left-out",
    summary: "The receipt of a message is no event of its own.",
    clock: { ...causalHistory, received: (last, sent) => union(last, sent) },
  },
  {
    name: "sending-left-out",
    summary: "A message takes along what happened before it was sent, without its sending.",
    clock: {
      ...causalHistory,
      attached: (stamp, node) => ({ ...stamp, [node]: (stamp[node] ?? []).slice(0, -1) }),
    },
  },
  {
    name: "past-replaced",
    summary: "Whoever receives a message takes over the sender's past, and forgets its own.",
    clock: { ...causalHistory, received: (_last, sent, node) => withNext(sent, node) },
  },
];

export const vectorMutants: readonly ClockMutant<VectorStamp>[] = [
  {
    name: "counts-sends-only",
    summary: "Only sending a message counts as an event.",
    clock: { ...vectorClock, received: (last, sent) => merged(last, sent), counts: "sends" },
  },
  {
    name: "less-everywhere",
    summary: "One stamp is taken to precede another only if it is less at every node.",
    clock: {
      ...vectorClock,
      before: (one, other) =>
        Object.keys({ ...one, ...other }).every((node) => (one[node] ?? 0) < (other[node] ?? 0)),
    },
  },
  {
    name: "own-count-reset",
    summary: "A node that comes back from a crash begins to count its events anew.",
    clock: { ...vectorClock, restored: (stamp, node) => ({ ...stamp, [node]: 0 }) },
  },
];

export const lamportMutants: readonly ClockMutant<number>[] = [
  {
    name: "receipt-not-counted",
    summary: "A receipt has the greater of both stamps, not one more.",
    clock: { ...lamportClock, received: (last, sent) => Math.max(last, sent) },
  },
];
