import type { ConsensusView } from "../../../../checkers/consensus/view.ts";
import { digestOf } from "../../state-machine/state-machine.ts";
import { lengthUpTo } from "./history.ts";
import type { ZabState } from "./server.ts";

type Acknowledged = NonNullable<ConsensusView["acknowledged"]>;

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
    acknowledged: acknowledged(state),
    delivered: { messages: machine.store.messages },
    state: { position: machine.position, digest: digestOf(machine) },
    more: { role, phase },
  };
}

/** By ACKEPOCH that the epoch is accepted; by ACK-LD, too, that it is current, and how much of the history is there. */
function acknowledged({ leading, history }: ZabState): Acknowledged | null {
  if (leading === null || leading.epoch === 0) return null;
  const { epoch, followers } = leading;
  const by: Record<string, Acknowledged["by"][string]> = {};
  for (const [id, { stage, acknowledged: zxid }] of Object.entries(followers)) {
    if (stage === "ackepoch") by[id] = { slots: 0, promised: { accepted: epoch } };
    if (stage !== "ack-ld" || zxid === null) continue;
    by[id] = { slots: lengthUpTo(history, zxid) + 1, promised: { accepted: epoch, current: epoch } };
  }
  return { ballot: epoch, by };
}
