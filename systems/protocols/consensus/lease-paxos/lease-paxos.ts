/**
 * Multi-Paxos whose leader answers reads at once, by a lease (Gray & Cheriton, "Leases: an efficient fault-tolerant mechanism
 * for distributed file cache consistency", 1989; Chandra, Griesemer & Redstone, "Paxos made live", 2007, §5.2). Acceptors
 * that hear from the leader promise nothing to anybody else for a while, themselves and restarts included. A leader
 * whom a quorum heard takes this to last from when it asked, and somewhat less long, for clocks may be off: by no more
 * than a known bound. If they are off by more, reads may be stale; everything else rests on no clock. Everything else
 * is Multi-Paxos.
 */
import type { BundledProtocol } from "../../../contracts/protocol.ts";
import { multiPaxos, multiPaxosBy } from "../multi-paxos/multi-paxos.ts";
import { leasePaxosExplorations } from "./explorations.ts";
import { leasePaxosMutants } from "./mutants.ts";
import { clockBound, leasePaxosRules } from "./rules.ts";
import { rulesOf } from "../../rules-of.ts";

const name = "lease-paxos";

export const leasePaxos: BundledProtocol = {
  ...multiPaxos,
  name,
  summary:
    "Multi-Paxos whose leader answers reads by a lease, with clocks that are off by no more than a bound.",
  model: { ...multiPaxos.model, clockBound },
  explorations: leasePaxosExplorations,
  mutants: leasePaxosMutants,
  build: (mutant) => multiPaxosBy(rulesOf(name, leasePaxosRules, leasePaxosMutants, mutant), name),
};
