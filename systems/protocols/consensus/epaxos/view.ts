import type { ConsensusView } from "../../../../checkers/consensus/view.ts";
import type { EpaxosState } from "./replica.ts";

/**
 * What white-box checkers look at: by instance what is committed, voted for and promised; by key the writes in the order in
 * which they were executed. (Reads between two writes may be executed in any order.)
 */
export function epaxosView({ committed, votes, joined, executed }: EpaxosState): ConsensusView {
  return { decided: committed, votes, promised: joined, delivered: executed };
}
