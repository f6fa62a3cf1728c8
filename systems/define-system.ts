import { UsageError, unknownName } from "../histories/errors.ts";
import type {
  Cluster,
  FaultKind,
  Surroundings,
  System,
  SystemSetting,
  SystemSettings,
} from "./contracts/system.ts";
import { faultKinds, packetFaultKinds } from "./contracts/system.ts";

/** A system of the user's own, with what need not be said left out. */
export interface SystemDefinition {
  readonly name: string;
  /** One line. */
  readonly summary?: string;
  /** What it promises; for transactions, an isolation level. Nothing unless given: the workload's own checker judges. */
  readonly claims?: readonly string[];
  /** The workloads that its clients understand; the first is the default. */
  readonly workloads: readonly string[];
  /**
   * The functions that its clients understand, by workload, where they do with less than all of them: `{ register: ["read", "write"] }` of a
   * store without compare-and-set.
   */
  readonly functions?: System["functions"];
  /** What it is to bear. Faults of the network, and pauses, unless given: a node that is killed must find its data again. */
  readonly faults?: readonly FaultKind[];
  /** One node unless given. */
  readonly nodes?: System["nodeCounts"];
  readonly settings?: readonly SystemSetting[];
  /** What it promises of a workload under settings that change that; `claims` unless given. */
  readonly promises?: System["promises"];
  /** Faults of those that it is not to have as it is set up, on so many nodes, each with the reason. */
  readonly withoutFaults?: System["withoutFaults"];
  /** How far clocks may be off, in milliseconds, for it to keep its promises; however far unless given. */
  readonly clockBound?: number;
  /** What this machine lacks for it, in words, and how to get that; undefined if nothing. */
  readonly missing?: System["missing"];
  /** Why libfaketime does not serve it, where it does not: then clocks are set by other means or not at all. */
  readonly withoutLibfaketime?: string;
  /** Names of the ports on which a node listens besides the one for clients; none unless given. */
  readonly ports?: readonly string[];
  /** "one-list" where all members share one list of addresses, so that links are hurt in network namespaces only; "each-link" unless given. */
  readonly peers?: System["peers"];
  /** Whether its nodes may be on other machines (`--inventory`): it touches their files only through what it spawns and runs. */
  readonly remote?: true;
  /** How servers are tested that the user already runs (`--url`). */
  readonly running?: System["running"];
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
  ...packetFaultKinds,
  "pause",
];

/** What a definition may say, by the names of its members; each is there, or the type is not met. */
const members: Readonly<Record<keyof SystemDefinition, true>> = {
  name: true,
  summary: true,
  claims: true,
  workloads: true,
  functions: true,
  faults: true,
  nodes: true,
  settings: true,
  promises: true,
  withoutFaults: true,
  clockBound: true,
  missing: true,
  withoutLibfaketime: true,
  ports: true,
  peers: true,
  remote: true,
  running: true,
  open: true,
};

/** What members of a `System` are called in a definition. */
const otherwiseCalled: ReadonlyMap<string, keyof SystemDefinition> = new Map([
  ["capabilities", "faults"],
  ["nodeCounts", "nodes"],
  ["workload", "workloads"],
]);

/** A system that `rashomon test` can run; throws a `UsageError` that says what is wrong with the definition. */
export function defineSystem(definition: SystemDefinition): System {
  const problem = problemOfSystem(definition);
  if (problem !== undefined) throw new UsageError(problem, "E_SYSTEM");
  for (const member of Object.keys(definition)) refuseUnknown(member);
  const { name, summary = "a system of your own", claims = [], workloads, faults = usualFaults } = definition;
  const { functions, settings, promises, withoutFaults, clockBound, missing } = definition;
  const { withoutLibfaketime, ports, peers, remote, running, nodes } = definition;
  return {
    name,
    summary,
    claims,
    workloads,
    capabilities: new Set(faults),
    nodeCounts: nodes ?? { default: 1, minimum: 1, maximum: 1 },
    mutants: [],
    ...there({ functions, settings, promises, withoutFaults, clockBound, missing }),
    ...there({ withoutLibfaketime, ports, peers, remote, running }),
    open: (surroundings, options) => definition.open(surroundings, options),
  };
}

/** The members that are there. */
function there<Members extends object>(
  all: Members,
): { [Name in keyof Members]?: NonNullable<Members[Name]> } {
  const found: { [Name in keyof Members]?: NonNullable<Members[Name]> } = {};
  for (const name of Object.keys(all) as (keyof Members)[]) {
    const value = all[name];
    if (value !== undefined && value !== null) found[name] = value;
  }
  return found;
}

/** Throws for what is no member of a definition, and would be passed over in silence. */
function refuseUnknown(member: string): void {
  if (Object.hasOwn(members, member)) return;
  const meant = otherwiseCalled.get(member);
  if (meant !== undefined)
    throw new UsageError(`A system has no member ${member}. Did you mean ${meant}?`, "E_SYSTEM");
  throw unknownName("member of a system", member, Object.keys(members));
}

/** What is wrong with what is to be a definition of a system; undefined if nothing. */
export function problemOfSystem(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null)
    return `expected a system, an object, found ${typeof value}`;
  const { name, workloads, functions, open, faults, nodes, claims, ports, peers, clockBound } =
    value as Readonly<Record<string, unknown>>;
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
  if (functions !== undefined && !isFunctions(functions))
    return `expected functions, lists of names by workload, found ${JSON.stringify(functions)}`;
  if (clockBound !== undefined && !(typeof clockBound === "number" && clockBound >= 0))
    return `expected clockBound, in milliseconds, found ${JSON.stringify(clockBound)}`;
  if (nodes !== undefined && !isCounts(nodes))
    return `expected nodes, {default, minimum} in whole numbers, found ${JSON.stringify(nodes)}`;
  if (ports !== undefined && !(isTexts(ports) && new Set(ports).size === ports.length))
    return `expected ports, a list of different names, found ${JSON.stringify(ports)}`;
  if (peers !== undefined && peers !== "each-link" && peers !== "one-list")
    return `expected peers, "each-link" or "one-list", found ${JSON.stringify(peers)}`;
  return undefined;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}

function isFunctions(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.values(value).every(isTexts);
}

function isCounts(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { default: usual, minimum, maximum } = value as Readonly<Record<string, unknown>>;
  const isCount = (count: unknown): count is number => Number.isSafeInteger(count) && Number(count) >= 1;
  return (
    isCount(usual) && isCount(minimum) && minimum <= usual && (maximum === undefined || isCount(maximum))
  );
}
