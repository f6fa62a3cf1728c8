import { inWords, type Json } from "../../histories/json.ts";
import type { Monitor, Violation } from "./monitor.ts";
import { eachPlace, type Cursors } from "./sweep.ts";
import { believeNothing, kept, stillSame } from "./values.ts";
import type { ConsensusView, LogView } from "./view.ts";

/** An entry of a ballot: its value, and the ballot of the entry before it; null where that was not shown. */
type Known = [ballot: number, value: Json, previous: number | null];

type Memory = {
  /** By slot: the entries that any log had there, in the order of their ballots. */
  readonly slots: Known[][];
  readonly committed: Cursors;
  readonly others: Cursors;
};

/** The ballot before the first entry of all. */
const none = -1;

/**
 * Log matching (Ongaro & Ousterhout 2014): if two logs have an entry of the same ballot in the same slot, they are the same up to
 * there. That is so exactly if each such entry has one value and one ballot before it, since then the entry before is the same
 * too, and so on. Logs of different moments are compared as well: a ballot's leader writes each slot once.
 */
export const logMatching: Monitor<Memory> = {
  name: "log-matching",
  summary: "logs with an entry of the same ballot in the same slot are the same up to there",
  begin: () => ({ slots: [], committed: {}, others: {} }),
  look(memory, node, view, occasion) {
    if (occasion !== "step") forget(memory, node);
    return lookAt(memory, node, view);
  },
  finish(memory, node, view) {
    believeNothing();
    forget(memory, node);
    return lookAt(memory, node, view);
  },
};

function forget({ committed, others }: Memory, node: string): void {
  delete committed[node];
  delete others[node];
}

function lookAt(
  { slots, committed, others }: Memory,
  node: string,
  { log }: ConsensusView,
): Violation | undefined {
  if (log === undefined) return undefined;
  const end = log.first + log.entries.length;
  const settled = Math.max(log.first, Math.min(log.committed, end));
  const look = (slot: number): Violation | undefined => judge(slots, node, log, slot);
  return (
    eachPlace(committed, node, log.first, settled, look) ??
    // What is not committed may be replaced at any place, so that what was there before counts for nothing.
    eachPlace(others, node, settled, end, look)
  );
}

function judge(slots: Known[][], node: string, log: LogView, slot: number): Violation | undefined {
  const entry = log.entries[slot - log.first];
  if (entry === null || entry === undefined) return undefined;
  const { ballot, value } = entry;
  const previous = slot === 0 ? none : (ballotBefore(log, slot) ?? null);
  while (slots.length <= slot) slots.push([]);
  const entries = slots[slot]!;
  const place = entries.findIndex((one) => one[0] >= ballot);
  const known = place < 0 ? undefined : entries[place];
  if (known === undefined || known[0] !== ballot) {
    entries.splice(place < 0 ? entries.length : place, 0, [ballot, kept(value), previous]);
    return undefined;
  }
  if (!stillSame(known[1], value))
    return {
      property: "log-matching",
      nodes: [node],
      explanation: `${node} has ${inWords(value)} in slot ${slot} from ballot ${ballot}, and a log had ${inWords(known[1])} there from the same ballot.`,
      evidence: { slot, ballot, before: known[1], now: kept(value) },
    };
  if (known[2] === null) known[2] = previous;
  if (previous === null || known[2] === previous) return undefined;
  return {
    property: "log-matching",
    nodes: [node],
    explanation: `${node} has ${inWords(value)} in slot ${slot} from ballot ${ballot}, as another log had; but before it ${node} has ${entryOf(previous)} in slot ${slot - 1}, and the other log had ${entryOf(known[2])}.`,
    evidence: { slot, ballot, before: known[2], now: previous },
  };
}

function ballotBefore({ first, before, entries }: LogView, slot: number): number | undefined {
  return slot === first ? before : entries[slot - first - 1]?.ballot;
}

function entryOf(ballot: number | null): string {
  return ballot === none || ballot === null ? "nothing" : `an entry of ballot ${ballot}`;
}
