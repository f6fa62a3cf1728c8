import type { ConsensusView } from "../../../../checkers/consensus/view.ts";
import { digestOf } from "../../state-machine/state-machine.ts";
import type { RaftState } from "./server.ts";

/** What white-box checkers look at. A term is a ballot, its leader the one whom a majority voted for. */
export function raftView({ term, vote, log, role, committed, machine }: RaftState): ConsensusView {
  return {
    log: { first: log.snapshot.index + 1, entries: log.entries, committed: committed + 1 },
    leads: role === "leader" ? term : null,
    promised: { term },
    votes: vote === null ? {} : { election: { ballot: vote.term, value: vote.candidate } },
    state: { position: machine.position, digest: digestOf(machine) },
    more: { role },
  };
}
