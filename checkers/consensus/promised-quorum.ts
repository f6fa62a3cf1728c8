import type { Monitor, Violation } from "./monitor.ts";
import { member, memberOr } from "./values.ts";
import type { Ballot, ConsensusView } from "./view.ts";

type Memory = {
  readonly nodes: readonly string[];
  /** By node, then by name, as it was looked at last; undefined once anybody shows too many. */
  promised: Record<string, Record<string, Ballot>> | null;
  /** By instance, where that is shown: who its acceptors are. */
  readonly acceptors: Record<string, readonly string[]>;
};

/** Nodes that vote in more instances are not followed: it would cost as much at each step. */
const mostInstances = 64;

/** What a promise that is for all instances goes by. */
const forAll = "ballot";

/**
 * Promised quorum: nobody votes in a ballot before a majority has promised it, of all nodes or of the acceptors of the
 * instance where those are shown; and they stand by it, restarts included. So whoever proposes in a ballot has heard
 * from a majority that takes part in no lower one any more (phase 1 of Paxos). For protocols of which each ballot begins so, but
 * for the first ones where these have leaders from the start.
 */
export const promisedQuorum: Monitor<Memory> = {
  name: "promised-quorum",
  summary: "nobody votes in a ballot that no majority has promised",
  begin: (nodes) => ({ nodes: [...nodes], promised: {}, acceptors: {} }),
  look(memory, node, view) {
    const { promised, votes, acceptors = {} } = view;
    if (promised === undefined || votes === undefined || memory.promised === null) return undefined;
    if (Object.keys(votes).length > mostInstances) {
      memory.promised = null;
      return undefined;
    }
    memory.promised[node] = { ...promised };
    for (const instance in acceptors) memberOr(memory.acceptors, instance, () => [...acceptors[instance]!]);
    return judge(memory, memory.promised, node, view);
  },
};

function judge(
  { nodes, acceptors }: Memory,
  promised: NonNullable<Memory["promised"]>,
  node: string,
  { votes = {}, unpromised = -Infinity }: ConsensusView,
): Violation | undefined {
  for (const instance in votes) {
    const { ballot } = votes[instance]!;
    if (ballot <= unpromised) continue;
    const group = member(acceptors, instance) ?? nodes;
    const those = group.filter((each) => {
      const promises = promised[each] ?? {};
      return (member(promises, instance) ?? promises[forAll] ?? -Infinity) >= ballot;
    });
    if (2 * those.length > group.length) continue;
    const who = those.length === 0 ? "none" : `only ${those.join(", ")}`;
    return {
      property: "promised-quorum",
      nodes: [node],
      explanation: `${node} has voted in ballot ${ballot} of instance ${instance}, which ${who} of ${group.join(", ")} has promised.`,
      evidence: { instance, ballot, promised: those, acceptors: [...group] },
    };
  }
  return undefined;
}
