import type { Json } from "../../histories/json.ts";
import { inWords } from "../../histories/json.ts";
import type { Violation } from "./monitor.ts";
import { eachPlace, type Cursors } from "./sweep.ts";
import { kept, stillSame } from "./values.ts";
import type { LogView } from "./view.ts";

/** What was seen to be committed, by any node at any time. */
export type CommittedLog = {
  /** By slot: its value; null where nobody showed it. */
  readonly slots: ([value: Json] | null)[];
  readonly cursors: Cursors;
};

export function emptyLog(): CommittedLog {
  return { slots: [], cursors: {} };
}

/** Compares what a node has as committed with what was committed before, and adds what is new. */
export function compareCommitted(
  memory: CommittedLog,
  property: string,
  node: string,
  log: LogView,
): Violation | undefined {
  const { slots, cursors } = memory;
  const end = Math.min(log.committed, log.first + log.entries.length);
  return eachPlace(cursors, node, log.first, end, (slot) => {
    const entry = log.entries[slot - log.first];
    if (entry === null || entry === undefined) return undefined;
    while (slots.length <= slot) slots.push(null);
    const before = slots[slot];
    if (before === null || before === undefined) {
      slots[slot] = [kept(entry.value)];
      return undefined;
    }
    if (stillSame(before[0], entry.value)) return undefined;
    return {
      property,
      nodes: [node],
      explanation: `${node} has ${inWords(entry.value)} committed in slot ${slot}, where ${inWords(before[0])} was committed before.`,
      evidence: { slot, before: before[0], now: kept(entry.value) },
    };
  });
}
