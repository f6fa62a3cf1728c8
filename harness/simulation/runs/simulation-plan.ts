import { checkerFor } from "../../../checkers/catalogue.ts";
import { monitorFor } from "../../../checkers/consensus/monitors.ts";
import { UsageError, unknownName } from "../../../histories/errors.ts";
import { protocols } from "../../../systems/catalogue.ts";
import type { BundledProtocol } from "../../../systems/contracts/protocol.ts";
import { algorithms } from "../../../systems/protocols/shared-memory/catalogue.ts";
import { workload as findWorkload, type Workload, type WorkloadSettings } from "../../../workloads/index.ts";
import { workloadSettings } from "../../workload-settings.ts";
import { chooseSimulatedFaults, type SimulatedFault } from "./fault-kinds.ts";

/** What a user may say of a simulation; all but the protocol has defaults, or is drawn by each seed. */
export interface SimulationRequest {
  readonly protocol: string;
  readonly mutant?: string;
  readonly workload?: string;
  /** Kinds of fault by name; `all` stands for every kind that the protocol's model bears, `none` for none. */
  readonly faults?: readonly string[];
  readonly nodes?: number;
  /** Virtual seconds in which faults strike. */
  readonly seconds?: number;
  readonly rate?: number;
  readonly concurrency?: number;
  readonly interval?: number;
  readonly settings?: WorkloadSettings;
  /** Virtual seconds within which a healed quorum must serve its clients again. */
  readonly liveness?: number;
  /** How many events a run may take; far more than it needs unless given. */
  readonly events?: number;
  /** Of algorithms on shared memory: the configuration, how steps are ordered, how often priorities change, steps at most. */
  readonly configuration?: string;
  readonly schedule?: string;
  readonly changes?: number;
  readonly steps?: number;
}

const ofSharedMemory = ["configuration", "schedule", "changes", "steps"] as const;

export const simulationDefaults = { liveness: 10 } as const;

export interface PlannedWorkload {
  readonly workload: Workload;
  readonly settings: WorkloadSettings;
}

/** A simulation with every name resolved. */
export interface SimulationPlan {
  readonly options: SimulationRequest & { readonly liveness: number };
  readonly protocol: BundledProtocol;
  /** What clients may do, one of it a seed, with the settings that concern it. */
  readonly workloads: readonly PlannedWorkload[];
  readonly faults: readonly SimulatedFault[];
}

/** The protocol of that name; a usage error that lists all that can be simulated if there is none. */
function protocolOf(name: string): BundledProtocol {
  const found = protocols.find((protocol) => protocol.name === name);
  if (found !== undefined) return found;
  throw unknownName(
    "protocol",
    name,
    [...protocols, ...algorithms].map((each) => each.name),
  );
}

/** Resolves the names of `options`, or throws a usage error that says what there is. */
export function planSimulation(options: SimulationRequest): SimulationPlan {
  const protocol = protocolOf(options.protocol);
  const { name, mutants, workloads, nodeCounts, model, claims, properties } = protocol;
  const { mutant, nodes } = options;
  const other = ofSharedMemory.find((each) => options[each] !== undefined);
  if (other !== undefined) {
    throw new UsageError(`${name} sends messages: a ${other} is for algorithms on shared memory.`);
  }
  if (mutant !== undefined && !mutants.some((each) => each.name === mutant)) {
    throw unknownName(
      `mutant of ${name}`,
      mutant,
      mutants.map((each) => each.name),
    );
  }
  if (options.workload !== undefined && !workloads.includes(findWorkload(options.workload).name)) {
    throw new UsageError(
      `${name} does not serve the workload ${options.workload}. It serves: ${workloads.join(", ")}.`,
    );
  }
  if (nodes !== undefined && nodes < nodeCounts.minimum) {
    throw new UsageError(`${name} runs on at least ${nodeCounts.minimum} nodes, not on ${nodes}.`);
  }
  for (const property of properties) monitorFor(property);
  // Settings are those of one workload: the first, unless another is named.
  const isOne = Object.values(options.settings ?? {}).some((value) => value !== undefined);
  const wanted =
    options.workload === undefined ? workloads.slice(0, isOne ? 1 : undefined) : [options.workload];
  const planned = wanted.map((each): PlannedWorkload => {
    const workload = findWorkload(each);
    return { workload, settings: workloadSettings(workload, claims, options.settings ?? {}) };
  });
  for (const { workload, settings } of planned) {
    for (const check of workload.checks({ ...settings, concurrency: 1 })) checkerFor(check);
  }
  return {
    options: { ...simulationDefaults, ...options },
    protocol,
    workloads: planned,
    faults: chooseSimulatedFaults(options.faults, model),
  };
}
