import type { LogicalClock } from "./clock.ts";

/** By node, how many of its events happened before, the event itself included; absent is 0. */
export type VectorStamp = Readonly<Record<string, number>>;

/** Vector clocks (Fidge 1988, Mattern 1988): one stamp is less than another exactly if its event happened before. */
export const vectorClock: LogicalClock<VectorStamp> = {
  name: "vector clock",
  zero: {},
  local: advanced,
  received: (last, sent, node) => advanced(merged(last, sent), node),
  before: precedes,
};

export function advanced(stamp: VectorStamp, node: string): VectorStamp {
  return { ...stamp, [node]: (stamp[node] ?? 0) + 1 };
}

/** The least stamp above both. */
export function merged(one: VectorStamp, other: VectorStamp): VectorStamp {
  const both: Record<string, number> = { ...one };
  for (const [node, count] of Object.entries(other)) both[node] = Math.max(both[node] ?? 0, count);
  return both;
}

/** Nowhere more, and somewhere less. */
export function precedes(one: VectorStamp, other: VectorStamp): boolean {
  const least = Object.entries(one).every(([node, count]) => count <= (other[node] ?? 0));
  return least && Object.entries(other).some(([node, count]) => count > (one[node] ?? 0));
}
