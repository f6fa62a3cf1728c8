import type { ConsensusView } from "../../../../checkers/consensus/view.ts";
import { masterVotes } from "../vertical-paxos/replicated-master.ts";
import type { VerticalPaxosOneState } from "./server.ts";

/** What white-box checkers look at, by instance; and the votes of the master. */
export function verticalPaxosOneView({
  acceptors,
  decided,
  certificate,
  master,
}: VerticalPaxosOneState): ConsensusView {
  const { promised, votes } = masterVotes(master, (key) => `record ${key}`);
  for (const key in acceptors) {
    const acceptor = acceptors[key]!;
    promised[key] = acceptor.promised;
    if (acceptor.vote !== null) votes[key] = acceptor.vote;
  }
  return { decided, promised, votes, certificates: certificate === null ? [] : [certificate] };
}
