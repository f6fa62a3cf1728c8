import type { ConsensusView } from "../../../../checkers/consensus/view.ts";
import { digestOf } from "../../state-machine/state-machine.ts";
import { configurationAt } from "./log.ts";
import type { RaftState } from "./server.ts";

/**
 * What white-box checkers look at. A term is a ballot, its leader the one whom a majority voted for. Who is a member is
 * part of what is replicated.
 */
export function raftView({ term, vote, log, role, committed, machine }: RaftState): ConsensusView {
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
    votes: vote === null ? {} : { election: { ballot: vote.term, value: vote.candidate } },
    state: { position: machine.position, digest: `${digestOf(machine)} ${members.join()} ${before.join()}` },
    more: { role },
  };
}
