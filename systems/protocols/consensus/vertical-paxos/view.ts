import type { ConsensusView } from "../../../../checkers/consensus/view.ts";
import { digestOf } from "../../state-machine/state-machine.ts";
import type { VerticalPaxosState } from "./server.ts";

/** What white-box checkers look at. A leader leads when its ballot is active. */
export function verticalPaxosView({
  promised,
  vote,
  committed,
  machine,
  leading,
}: VerticalPaxosState): ConsensusView {
  const { ballot, base, operations } = vote;
  const entries = operations.map((value) => ({ ballot, value }));
  return {
    log: { first: base.position, entries, committed: Math.max(committed, base.position) },
    leads: leading?.phase === "active" ? leading.ballot : null,
    promised: { ballot: promised },
    state: { position: machine.position, digest: digestOf(machine) },
  };
}
