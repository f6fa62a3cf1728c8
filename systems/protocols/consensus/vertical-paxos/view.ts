import type { ConsensusView, LogEntry, QuorumCertificate } from "../../../../checkers/consensus/view.ts";
import { digestOf } from "../../state-machine/state-machine.ts";
import { masterView, successorOf } from "./master.ts";
import { endOf, type Leadership, type VerticalPaxosState } from "./server.ts";

type Acknowledged = NonNullable<ConsensusView["acknowledged"]>;

/**
 * What white-box checkers look at: the log, the votes for what is not known to be chosen, the certificate of what was
 * chosen last in the ballot that it came in, and what the master has decided. A leader leads when its ballot is active, which says that its ballot follows the one before.
 */
export function verticalPaxosView(state: VerticalPaxosState): ConsensusView {
  const { promised, vote, committed, machine, leading } = state;
  const { ballot, base, operations } = vote;
  const entries = operations.map((value) => ({ ballot, value }));
  const votes: Record<string, LogEntry> = {};
  for (let position = committed; position < endOf(vote); position++) {
    const entry = entries[position - base.position];
    if (entry !== undefined) votes[position] = entry;
  }
  const master = masterView(state.master, [state.complete.ballot]);
  const led = leading?.phase === "active" ? leadView(state, leading) : {};
  return {
    log: { first: base.position, entries, committed: Math.max(committed, base.position) },
    leads: leading?.phase === "active" ? leading.ballot : null,
    decided: { ...master.decided, ...led.decided },
    promised: { ballot: promised, ...master.promised },
    acknowledged: leading === null ? null : acknowledged(leading),
    votes: { ...votes, ...master.votes },
    certificates: [...(master.certificates ?? []), ...(led.certificates ?? [])],
    state: { position: machine.position, digest: digestOf(machine) },
  };
}

/** Who has taken over the state has promised the ballot; once it is active members say how much of the log they have. */
function acknowledged({ ballot, transferred, answered }: Leadership): Acknowledged {
  const by: Record<string, Acknowledged["by"][string]> = {};
  for (const id of transferred) by[id] = { slots: answered[id]?.end ?? 0, promised: { ballot } };
  return { ballot, by };
}

/** Whoever begins the next ballot asks one member only: a quorum that votes must have them all. */
const readQuorum = 1;

function leadView(state: VerticalPaxosState, leading: Leadership): ConsensusView {
  const { ballot, members, previous } = leading;
  const master = masterView(state.master, [previous.ballot]);
  return {
    decided: { [successorOf(previous.ballot)]: { ballot, members } },
    certificates: [...(master.certificates ?? []), ...certificateOf(state, leading)],
  };
}

function certificateOf({ vote }: VerticalPaxosState, leading: Leadership): QuorumCertificate[] {
  const { ballot, members, latest, begin } = leading;
  if (latest === null || vote.ballot !== ballot || latest.position < begin) return [];
  const { position, voters, quorum: size } = latest;
  const value = vote.operations[position - vote.base.position];
  if (value === undefined) return [];
  const quorum = { size, members, meets: readQuorum };
  return [{ instance: String(position), ballot, value, voters, quorum }];
}
