import { UsageError, unknownName } from "../../../histories/errors.ts";
import type { SystemModel } from "../../../systems/contracts/protocol.ts";
import { commonPackages, realPackages } from "../../nemesis/packages/catalogue.ts";
import { simulatedPackages, type SimulatedPackage } from "../../nemesis/packages/simulated-faults.ts";

/** A kind of fault of simulated runs. */
export interface SimulatedFault {
  readonly kind: string;
  readonly summary: string;
  /** What starts and stops it; absent for what is wrong all the time until the network is stable. */
  readonly package?: SimulatedPackage;
  /** Whether a system that assumes `model` is to bear it. */
  readonly within: (model: SystemModel) => boolean;
}

const notSynchronous = ({ timing }: SystemModel): boolean => timing !== "synchronous";
const recovering = ({ failures }: SystemModel): boolean => failures === "crash-recovery";

/** Which models bear a fault, by the kind of its package. */
const bearers: Readonly<Record<string, (model: SystemModel) => boolean>> = {
  partition: notSynchronous,
  latency: notSynchronous,
  bandwidth: notSynchronous,
  hold: notSynchronous,
  slow: notSynchronous,
  pause: notSynchronous,
  clock: (model) => notSynchronous(model) && model.clockBound !== 0,
  reset: (model) => notSynchronous(model) && model.channels === "any",
  kill: recovering,
  terminate: recovering,
  crash: recovering,
  membership: ({ reconfigurable }) => reconfigurable === true,
  stop: ({ failures }) => failures === "crash-stop",
};

const ambient: readonly SimulatedFault[] = [
  {
    kind: "loss",
    summary: "loses messages, some of a hundred",
    within: (model) => notSynchronous(model) && model.channels === "any",
  },
  {
    kind: "duplication",
    summary: "delivers messages a second time, later",
    within: (model) => notSynchronous(model) && model.channels === "any",
  },
  {
    kind: "reorder",
    summary: "lets messages take long, so that later ones overtake them",
    within: notSynchronous,
  },
];

/** What of a simulated run is like a fault that only real processes can have. */
const alike: Readonly<Record<string, string>> = {
  "power-cut": "kill, with which all is lost that was not synced",
};

/** Every kind of fault that a simulated run may have. */
export const simulatedFaults: readonly SimulatedFault[] = [
  // Connections that close slowly are nothing where there are no connections; leaders are chosen by protocols.
  ...[...commonPackages, ...simulatedPackages]
    .filter(({ kind }) => kind !== "slow-close" && kind !== "failover")
    .map((each): SimulatedFault => ({
      kind: each.kind,
      summary: each.summary,
      package: each,
      within: bearers[each.kind] ?? (() => false),
    })),
  ...ambient,
];

/** The faults by these names; `all` stands for all that the model bears, `none` for none. */
export function chooseSimulatedFaults(
  names: readonly string[] | undefined,
  model: SystemModel,
): readonly SimulatedFault[] {
  const borne = simulatedFaults.filter(({ within }) => within(model));
  if (names === undefined) return borne;
  if (names.length === 0) throw new UsageError("No fault is named. To run without any: --faults none.");
  if (names.includes("none")) {
    if (names.length > 1) throw new UsageError(`--faults none excludes the others: ${names.join(", ")}.`);
    return [];
  }
  const known = simulatedFaults.map(({ kind }) => kind);
  for (const name of names) {
    if (!known.includes(name) && realPackages.some(({ kind }) => kind === name)) {
      const like = alike[name];
      throw new UsageError(
        `The fault ${name} is one of real processes (rashomon test).${like === undefined ? "" : ` In simulation there is ${like}.`}`,
      );
    }
    if (name !== "all" && !known.includes(name)) throw unknownName("fault", name, known);
  }
  return simulatedFaults.filter(
    (fault) => names.includes(fault.kind) || (names.includes("all") && borne.includes(fault)),
  );
}
