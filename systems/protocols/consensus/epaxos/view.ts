import type { ConsensusView } from "../../../../checkers/consensus/view.ts";
import { acceptedIn } from "./messages.ts";
import type { EpaxosState } from "./replica.ts";

/**
 * What white-box checkers look at: by instance what is committed, voted for and promised; by key the writes in the order in
 * which they were executed. (Reads between two writes may be executed in any order.) Who has joined a ballot casts no vote
 * under a lower number than that of what is accepted there. In ballot 0 the owner of an instance leads it unasked.
 */
export function epaxosView({ committed, votes, joined, executed }: EpaxosState): ConsensusView {
  const promised: Record<string, number> = {};
  for (const id in joined) promised[id] = acceptedIn(joined[id]!);
  return { decided: committed, votes, promised, unpromised: acceptedIn(0), delivered: executed };
}
