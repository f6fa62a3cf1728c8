import type { ConsensusView } from "../../../../checkers/consensus/view.ts";
import type { FastPaxosState } from "./server.ts";

/** What white-box checkers look at, by instance. */
export function fastPaxosView({ decided, promised, votes, certificate }: FastPaxosState): ConsensusView {
  return { decided, promised, votes, certificates: certificate === null ? [] : [certificate] };
}
