import { ballotAt, endsOf, type Ends } from "./log-ends.ts";
import type { Monitor, Violation } from "./monitor.ts";
import type { ConsensusView } from "./view.ts";

/** A node's log as it was looked at last. */
type Known = { readonly first: number; readonly ends: Ends };

type Memory = {
  readonly nodes: readonly string[];
  readonly logs: Record<string, Known>;
  /** The slot in which logs begin, as far as was seen; null before any was. */
  start: number | null;
  /**
   * The last slot that anybody showed as committed: the ballot of its entry, null if a snapshot hides that, and of whom it
   * takes majorities.
   */
  last: {
    readonly slot: number;
    readonly ballot: number | null;
    readonly groups: readonly (readonly string[])[];
  } | null;
};

/**
 * Quorum replication: what is committed is in the logs of a majority, from the moment that a node shows it as committed, restarts
 * included: else those who lack it might go on without it. Of all nodes, or of the members that the node goes by that
 * shows it first. For logs without gaps along which ballots do not fall, of which `log-matching` is promised too:
 * then who has the last committed entry has all before.
 */
export const quorumReplication: Monitor<Memory> = {
  name: "quorum-replication",
  summary: "what is committed is in the logs of a majority, restarts included",
  begin: (nodes) => ({ nodes: [...nodes], logs: {}, start: null, last: null }),
  look(memory, node, view) {
    const { log } = view;
    if (log === undefined) return undefined;
    memory.logs[node] = { first: log.first, ends: endsOf(log) };
    note(memory, node, view);
    return judge(memory, node);
  },
};

function note(memory: Memory, node: string, { log, members }: ConsensusView): void {
  if (log === undefined) return;
  const slot = Math.min(log.committed, log.first + log.entries.length) - 1;
  memory.start = Math.min(memory.start ?? log.first, log.first);
  if (slot < memory.start || slot <= (memory.last?.slot ?? -1)) return;
  const ballot = (slot === log.first - 1 ? log.before : ballotAt(memory.logs[node]!.ends, slot)) ?? null;
  memory.last = { slot, ballot, groups: (members ?? [memory.nodes]).map((group) => [...group]) };
}

function judge({ logs, last }: Memory, node: string): Violation | undefined {
  if (last === null || last.ballot === null) return undefined;
  const { slot, ballot, groups } = last;
  for (const group of groups) {
    const holders = group.filter((each) => holds(logs[each], slot, ballot));
    if (2 * holders.length > group.length) continue;
    return {
      property: "quorum-replication",
      nodes: [node],
      explanation: `Slot ${slot} is committed with an entry of ballot ${ballot}; but of ${group.join(", ")} ${holders.length === 0 ? "nobody has" : `only ${holders.join(", ")} ${holders.length === 1 ? "has" : "have"}`} it.`,
      evidence: { slot, ballot, holders, group: [...group] },
    };
  }
  return undefined;
}

/** A snapshot stands for what was committed. */
function holds(log: Known | undefined, slot: number, ballot: number): boolean {
  return log !== undefined && (slot < log.first || ballotAt(log.ends, slot) === ballot);
}
