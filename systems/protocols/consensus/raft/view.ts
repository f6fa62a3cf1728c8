import type { ConsensusView } from "../../../../checkers/consensus/view.ts";
import { digestOf } from "../../state-machine/state-machine.ts";
import type { Configuration } from "./configuration.ts";
import { configurationAt } from "./log.ts";
import type { RaftState } from "./server.ts";

type Acknowledged = NonNullable<ConsensusView["acknowledged"]>;

/**
 * What white-box checkers look at. A term is a ballot, its leader the one whom a majority voted for. Who is a member is
 * part of what is replicated.
 */
export function raftView(state: RaftState): ConsensusView {
  const { term, vote, log, role, committed, machine } = state;
  const { members, before = [] } = configurationAt(log, committed);
  return {
    log: {
      first: log.snapshot.index + 1,
      before: log.snapshot.term,
      entries: log.entries,
      committed: committed + 1,
    },
    leads: role === "leader" ? term : null,
    promised: { term },
    members: groupsOf(state.configuration),
    acknowledged: acknowledged(state),
    votes: vote === null ? {} : { election: { ballot: vote.term, value: vote.candidate } },
    state: { position: machine.position, digest: `${digestOf(machine)} ${members.join()} ${before.join()}` },
    more: { role },
  };
}

/** Of both, while the members change by joint consensus. */
function groupsOf({ members, before }: Configuration): (readonly string[])[] {
  return before === undefined ? [members] : [members, before];
}

/** Votes are for this term; entries are those that followers said match. */
function acknowledged({ term, role, votes, leading }: RaftState): Acknowledged | null {
  const promised = { term };
  const by: Record<string, Acknowledged["by"][string]> = {};
  if (role === "candidate") for (const voter of votes) by[voter] = { slots: 0, promised };
  for (const [id, { match }] of Object.entries(leading?.followers ?? {})) {
    if (match > 0) by[id] = { slots: match + 1, promised };
  }
  return role === "candidate" || leading !== null ? { ballot: term, by } : null;
}
