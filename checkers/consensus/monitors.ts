import { unknownName, UsageError } from "../../histories/errors.ts";
import { acknowledgements } from "./acknowledgements.ts";
import { agreedAcceptors } from "./agreed-acceptors.ts";
import { agreement } from "./agreement.ts";
import { ballotOrder } from "./ballot-order.ts";
import { causalDelivery } from "./causal-delivery.ts";
import { durability } from "./durability.ts";
import { exactlyOnce } from "./exactly-once.ts";
import { firstComeFirstServed } from "./first-come-first-served.ts";
import { handover } from "./handover.ts";
import { integrity } from "./integrity.ts";
import { leaderCompleteness } from "./leader-completeness.ts";
import { leaderUniqueness } from "./leader-uniqueness.ts";
import { logMatching } from "./log-matching.ts";
import { membership } from "./membership.ts";
import type { Monitor } from "./monitor.ts";
import { monotonicBallots } from "./monotonic-ballots.ts";
import { mutualExclusion } from "./mutual-exclusion.ts";
import { primaryOrder } from "./primary-order.ts";
import { promisedEntries } from "./promised-entries.ts";
import { promisedQuorum } from "./promised-quorum.ts";
import { quorumCertificates } from "./quorum-certificates.ts";
import { quorumReplication } from "./quorum-replication.ts";
import { singleVote } from "./single-vote.ts";
import { stateMachineSafety } from "./state-machine-safety.ts";
import { totalOrder } from "./total-order.ts";
import { validity } from "./validity.ts";
import { visibility } from "./visibility.ts";
import { waitFreedom } from "./wait-freedom.ts";

/** What some monitors need to know of the protocol. */
export interface MonitorOptions {
  /** Of a wait-free algorithm: after how many steps of its own each process has decided. */
  readonly stepBound?: number;
}

/** Properties by name, each with the monitor that watches it. */
export const monitors: readonly {
  readonly name: string;
  readonly summary: string;
  make(options: MonitorOptions): Monitor;
}[] = [
  ...[
    agreement,
    validity,
    integrity,
    totalOrder,
    visibility,
    causalDelivery,
    primaryOrder,
    leaderUniqueness,
    logMatching,
    leaderCompleteness,
    stateMachineSafety,
    quorumCertificates,
    singleVote,
    monotonicBallots,
    promisedEntries,
    promisedQuorum,
    ballotOrder,
    acknowledgements,
    quorumReplication,
    durability,
    exactlyOnce,
    handover,
    membership,
    agreedAcceptors,
    mutualExclusion,
    firstComeFirstServed,
  ].map((monitor: Monitor) => ({
    name: monitor.name,
    summary: monitor.summary,
    make: () => monitor,
  })),
  {
    name: "wait-freedom",
    summary: waitFreedom(1).summary,
    make({ stepBound }) {
      if (stepBound === undefined)
        throw new UsageError("The monitor of wait-freedom needs the number of steps that are promised.");
      return waitFreedom(stepBound);
    },
  },
];

/** The monitor of a property; throws a `UsageError` that lists the known ones. */
export function monitorFor(property: string, options: MonitorOptions = {}): Monitor {
  const found = monitors.find(({ name }) => name === property);
  if (found === undefined)
    throw unknownName(
      "property",
      property,
      monitors.map(({ name }) => name),
    );
  return found.make(options);
}
