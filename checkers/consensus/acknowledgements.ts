import { ballotAt, endsOf, type Ends } from "./log-ends.ts";
import type { Monitor, Violation } from "./monitor.ts";
import type { Ballot, ConsensusView } from "./view.ts";

/** A node as it was looked at last. */
type Known = {
  readonly first: number;
  readonly ends: Ends;
  readonly promised: Record<string, number>;
};

type Claims = NonNullable<ConsensusView["acknowledged"]>;

type Memory = {
  readonly nodes: Record<string, Known>;
  /** By who claims. */
  readonly claims: Record<string, Claims>;
};

/**
 * Acknowledgements: what the leader of a ballot counts on others to have, because they said so, they have: its log up to a slot,
 * and their promises. They have it for as long as they promise no later ballot, restarts included, whatever was synced: who
 * forgets what it had acknowledged did so too early. (So in Raft and in Zab, by induction: only the leader itself changes the
 * logs of those that promised it its ballot, and it takes nothing back.) For logs without gaps along which ballots do not
 * fall, of which `log-matching` is promised too: then logs are the same up to a slot if its entry is of one ballot in both.
 */
export const acknowledgements: Monitor<Memory> = {
  name: "acknowledgements",
  summary: "what a leader counts on others to have on disk, because they said so, they have",
  begin: () => ({ nodes: {}, claims: {} }),
  crashed({ claims }, node) {
    delete claims[node];
  },
  look(memory, node, view) {
    const { nodes, claims } = memory;
    nodes[node] = knownOf(view);
    if (view.acknowledged === undefined || view.acknowledged === null) delete claims[node];
    else claims[node] = copyOf(view.acknowledged);
    for (const leader in claims) {
      for (const other in claims[leader]!.by) {
        if (leader !== node && other !== node) continue;
        const violation = judge(memory, leader, other);
        if (violation !== undefined) return violation;
      }
    }
    return undefined;
  },
};

function judge({ nodes, claims }: Memory, leader: string, node: string): Violation | undefined {
  const { ballot, by } = claims[leader]!;
  const { slots, promised } = by[node]!;
  const [there, here] = [nodes[node], nodes[leader]];
  if (there === undefined || here === undefined || latestOf(there.promised) > ballot) return undefined;
  const violation = (claim: string, fact: string): Violation => ({
    property: "acknowledgements",
    nodes: [leader, node],
    explanation: `${leader}, in ballot ${ballot}, counts on ${node} ${claim}; but ${node} ${fact}.`,
    evidence: { ballot, slots },
  });
  for (const name in promised) {
    const has = there.promised[name] ?? 0;
    if (has >= promised[name]!) continue;
    return violation(`to have promised ${promised[name]} for ${name}`, `has promised ${has}`);
  }
  const last = slots - 1;
  // What is behind a snapshot is not known, and was committed.
  if (last < here.first || last < there.first) return undefined;
  const [expected, found] = [ballotAt(here.ends, last), ballotAt(there.ends, last)];
  if (expected === found) return undefined;
  return violation(
    `to have what its own log has up to slot ${last}`,
    `has ${found === undefined ? "nothing" : `an entry of ballot ${found}`} there, and ${leader} ${expected === undefined ? "nothing" : `one of ballot ${expected}`}`,
  );
}

function knownOf({ log, promised = {} }: ConsensusView): Known {
  return { first: log?.first ?? 0, ends: log === undefined ? [] : endsOf(log), promised: { ...promised } };
}

function latestOf(promised: Readonly<Record<string, Ballot>>): Ballot {
  let latest = -Infinity;
  for (const name in promised) latest = Math.max(latest, promised[name]!);
  return latest;
}

function copyOf({ ballot, by }: Claims): Claims {
  const copy: Record<string, Claims["by"][string]> = {};
  for (const node in by) copy[node] = { slots: by[node]!.slots, promised: { ...by[node]!.promised } };
  return { ballot, by: copy };
}
