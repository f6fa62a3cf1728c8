import type { ConsensusView } from "../../../../checkers/consensus/view.ts";
import { logView } from "../../state-machine/instance-log.ts";
import type { FastPaxosState } from "./server.ts";

/** What white-box checkers look at, by instance, those that are slots of the log among them; and what was executed. */
export function fastPaxosView({ decided, promised, votes, certificate, log }: FastPaxosState): ConsensusView {
  return {
    decided,
    promised,
    votes,
    certificates: certificate === null ? [] : [certificate],
    ...logView(log),
  };
}
