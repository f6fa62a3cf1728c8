import type { LogicalClock } from "./clock.ts";

/**
 * Lamport clocks (1978): an event has a greater stamp than all that happened before it. Not the other way round: of two
 * events of which neither happened before the other the stamps may be in any order, or the same.
 */
export const lamportClock: LogicalClock<number> = {
  name: "Lamport clock",
  zero: 0,
  local: (last) => last + 1,
  received: (last, sent) => Math.max(last, sent) + 1,
  before: (one, other) => one < other,
};
