import type { ConsensusView } from "../../../../checkers/consensus/view.ts";
import { digestOf } from "../../state-machine/state-machine.ts";
import type { ZabState } from "./server.ts";

/**
 * What white-box checkers look at. An epoch is a ballot; its leader is who a quorum has taken the history
 * of. Slot 1 is the first transaction.
 */
export function zabView(state: ZabState): ConsensusView {
  const { acceptedEpoch, currentEpoch, history, role, phase, leading, committed, machine } = state;
  return {
    log: { first: 1, entries: history, committed: committed + 1 },
    leads: leading !== null && phase === "broadcast" ? leading.epoch : null,
    promised: { accepted: acceptedEpoch, current: currentEpoch },
    delivered: { messages: machine.store.messages },
    state: { position: machine.position, digest: digestOf(machine) },
    more: { role, phase },
  };
}
