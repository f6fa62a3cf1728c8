import { UsageError } from "../histories/errors.ts";
import type {
  Cluster,
  FaultKind,
  Surroundings,
  System,
  SystemSetting,
  SystemSettings,
} from "./contracts/system.ts";
import { faultKinds } from "./contracts/system.ts";

/** A system of the user's own, with what need not be said left out. */
export interface SystemDefinition {
  readonly name: string;
  /** One line. */
  readonly summary?: string;
  /** What it promises; for transactions, an isolation level. Nothing unless given: the workload's own checker judges. */
  readonly claims?: readonly string[];
  /** The workloads that its clients understand; the first is the default. */
  readonly workloads: readonly string[];
  /** What it is to bear. Faults of the network, and pauses, unless given: a node that is killed must find its data again. */
  readonly faults?: readonly FaultKind[];
  /** One node unless given. */
  readonly nodes?: System["nodeCounts"];
  readonly settings?: readonly SystemSetting[];
  open(
    surroundings: Surroundings,
    options: { readonly workload?: string; readonly settings?: SystemSettings },
  ): Promise<Cluster>;
}

const usualFaults: readonly FaultKind[] = [
  "partition",
  "latency",
  "reset",
  "bandwidth",
  "slow-close",
  "pause",
];

/** A system that `rashomon test` can run; throws a `UsageError` that says what is wrong with the definition. */
export function defineSystem(definition: SystemDefinition): System {
  const problem = problemOfSystem(definition);
  if (problem !== undefined) throw new UsageError(problem, "E_SYSTEM");
  const { name, summary = "a system of your own", claims = [], workloads, settings } = definition;
  return {
    name,
    summary,
    claims,
    workloads,
    capabilities: new Set(definition.faults ?? usualFaults),
    nodeCounts: definition.nodes ?? { default: 1, minimum: 1, maximum: 1 },
    mutants: [],
    ...(settings === undefined ? {} : { settings }),
    open: (surroundings, options) => definition.open(surroundings, options),
  };
}

/** What is wrong with what is to be a definition of a system; undefined if nothing. */
export function problemOfSystem(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null)
    return `expected a system, an object, found ${typeof value}`;
  const { name, workloads, open, faults, nodes, claims } = value as Readonly<Record<string, unknown>>;
  if (typeof name !== "string" || !/^[\w.-]+$/.test(name))
    return `expected name, of letters, digits, ".", "-" and "_", found ${JSON.stringify(name)}`;
  if (!isTexts(workloads) || workloads.length === 0)
    return `expected workloads, a list of names (rashomon list workloads), found ${JSON.stringify(workloads)}`;
  if (typeof open !== "function")
    return `expected open, a function that gives a cluster, found ${typeof open}`;
  if (claims !== undefined && !isTexts(claims))
    return `expected claims, a list of names, found ${JSON.stringify(claims)}`;
  if (
    faults !== undefined &&
    !(isTexts(faults) && faults.every((fault) => faultKinds.some((kind) => kind === fault)))
  )
    return `expected faults, a list of some of ${faultKinds.join(", ")}, found ${JSON.stringify(faults)}`;
  if (nodes !== undefined && !isCounts(nodes))
    return `expected nodes, {default, minimum} in whole numbers, found ${JSON.stringify(nodes)}`;
  return undefined;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}

function isCounts(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { default: usual, minimum, maximum } = value as Readonly<Record<string, unknown>>;
  const isCount = (count: unknown): count is number => Number.isSafeInteger(count) && Number(count) >= 1;
  return (
    isCount(usual) && isCount(minimum) && minimum <= usual && (maximum === undefined || isCount(maximum))
  );
}
