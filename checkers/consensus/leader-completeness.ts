import { inWords, type Json } from "../../histories/json.ts";
import type { Monitor, Violation } from "./monitor.ts";
import { eachPlace, type Cursors } from "./sweep.ts";
import { believeNothing, kept, stillSame } from "./values.ts";
import type { ConsensusView, LogView } from "./view.ts";

/** A committed entry: its value, and a ballot in which it was committed or before which it was. */
type Committed = [value: Json, ballot: number];

type Memory = {
  readonly slots: (Committed | null)[];
  /** The highest ballot in which anybody led so far; −1 before the first. */
  highest: number;
  readonly committed: Cursors;
  /** By node and the ballot in which it leads. */
  readonly leading: Record<string, [ballot: number, cursors: Cursors]>;
};

/**
 * Leader completeness (Ongaro & Ousterhout 2014): what is committed in a ballot is in the logs of the leaders of that and all
 * later ballots. In which ballot an entry was committed is what the leader who says so leads in; if a follower is the first
 * to show it, the highest ballot led in so far, which is no earlier.
 */
export const leaderCompleteness: Monitor<Memory> = {
  name: "leader-completeness",
  summary: "what is committed is in the logs of the leaders of all later ballots",
  begin: () => ({ slots: [], highest: -1, committed: {}, leading: {} }),
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

function forget({ committed, leading }: Memory, node: string): void {
  delete committed[node];
  delete leading[node];
}

function lookAt(memory: Memory, node: string, { log, leads }: ConsensusView): Violation | undefined {
  const { slots, leading } = memory;
  if (log === undefined) return undefined;
  const leader = leads === null ? undefined : leads;
  if (leader !== undefined && leader > memory.highest) memory.highest = leader;
  add(memory, node, log, leader ?? memory.highest);
  if (leader === undefined) {
    if (leading[node] !== undefined) delete leading[node];
    return undefined;
  }
  const [ballot, cursors] = leading[node] ?? [leader, {}];
  const fresh: Cursors = ballot === leader ? cursors : {};
  const violation = eachPlace(fresh, node, log.first, slots.length, (slot) => {
    const committed = slots[slot];
    if (committed === null || committed === undefined || committed[1] > leader) return undefined;
    const entry = log.entries[slot - log.first];
    if (entry !== null && entry !== undefined && stillSame(committed[0], entry.value)) return undefined;
    const has = entry === null || entry === undefined ? "nothing" : inWords(entry.value);
    return {
      property: "leader-completeness",
      nodes: [node],
      explanation: `${node} leads in ballot ${leader} and has ${has} in slot ${slot}, where ${inWords(committed[0])} was committed by ballot ${committed[1]}.`,
      evidence: { slot, leads: leader, committed: committed[0], by: committed[1] },
    };
  });
  if (fresh[node] === undefined) delete leading[node];
  else leading[node] = [leader, fresh];
  return violation;
}

/** Notes what is committed now; of what was before only whether it was in an earlier ballot than was known. */
function add(memory: Memory, node: string, log: LogView, ballot: number): void {
  const { slots, committed } = memory;
  const end = Math.min(log.committed, log.first + log.entries.length);
  eachPlace(committed, node, log.first, end, (slot) => {
    const entry = log.entries[slot - log.first];
    if (entry === null || entry === undefined) return undefined;
    while (slots.length <= slot) slots.push(null);
    const before = slots[slot];
    if (before === null || before === undefined) slots[slot] = [kept(entry.value), ballot];
    else if (before[1] > ballot) before[1] = ballot;
    return undefined;
  });
}
