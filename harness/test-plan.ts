import { checkerFor } from "../checkers/catalogue.ts";
import { UsageError, unknownName } from "../histories/errors.ts";
import type { TestDescription } from "../histories/store/test-description.ts";
import { faultKinds, type FaultKind, type System, type SystemSettings } from "../systems/contracts/system.ts";
import {
  workload as findWorkload,
  type Workload,
  type WorkloadOptions,
  type WorkloadSettings,
} from "../workloads/index.ts";
import { unavailableFaults } from "./doctor.ts";
import type { NetworkKind } from "./network/link-network.ts";
import { impossibleFaults } from "./network/possible-faults.ts";
import { jumpingClock } from "./nemesis/packages/real-clock.ts";
import { findFaultPackage } from "./nemesis/packages/catalogue.ts";
import type { RealPackage } from "./nemesis/packages/fault-package.ts";
import type { RemoteMachine } from "./remote/inventory.ts";
import { impossibleRemotely, type RemoteMeans } from "./remote/means.ts";
import { atClients } from "./running/at-clients.ts";
import {
  notToBeDone,
  refuseSettings,
  runningSystem,
  type RunningPlan,
  type RunningRequest,
} from "./running/running-system.ts";
import { findSystem } from "./systems.ts";
import { notWatched } from "./watch.ts";
import { optionOf, workloadSettings } from "./workload-settings.ts";

/** What a user may say of a test; all but the system and the seed have defaults. */
export interface TestOptions {
  readonly system: string;
  /** The system itself, where it is the user's own; `system` is then how the user calls it. */
  readonly own?: System;
  readonly seed: string;
  readonly mutant?: string;
  readonly workload?: string;
  /** Kinds of fault by name; `all` stands for every kind that system and machine can do, `none` for none. */
  readonly faults?: readonly string[];
  readonly nodes?: number;
  /** How long the workload runs. */
  readonly seconds?: number;
  /** Operations a second, all clients together. */
  readonly rate?: number;
  readonly concurrency?: number;
  /** What the workload is to be like; each workload says which of these it heeds. */
  readonly settings?: WorkloadSettings;
  /** How the system is to be set up, by the names of its settings. */
  readonly systemSettings?: SystemSettings;
  /** Mean seconds from one start or stop of a fault to the next of its kind. */
  readonly interval?: number;
  /** How nodes and clients are joined; by proxies unless given. Namespaces need a process that runs in one of its own. */
  readonly network?: NetworkKind;
  /** Other machines for the nodes, of the inventory at `path`. */
  readonly inventory?: {
    readonly path: string;
    readonly machines: readonly RemoteMachine[];
    /** What each machine has, where somebody has looked. */
    readonly means?: ReadonlyMap<string, RemoteMeans>;
  };
  /** Servers that the user runs, one a node, if the test is to be on them. */
  readonly running?: RunningRequest;
  /** Whether the history is judged while the run goes on: to tell of the first violation, or to stop at it. */
  readonly whileRunning?: "tell" | "stop";
}

/** A test with every name resolved and every default filled in. */
export interface TestPlan {
  readonly description: TestDescription;
  readonly system: System;
  readonly workload: Workload;
  readonly settings: WorkloadSettings;
  readonly systemSettings: SystemSettings;
  readonly packages: readonly RealPackage[];
  readonly intervalSeconds: number;
  readonly network: NetworkKind;
  /** The machines of the nodes, if they are others than this one. */
  readonly machines?: readonly RemoteMachine[];
  readonly means?: ReadonlyMap<string, RemoteMeans>;
  /** Where the nodes are, if they run already. */
  readonly servers?: RunningPlan;
  readonly whileRunning?: "tell" | "stop";
  /** What the user should know: faults of `all` that were left out, and why. */
  readonly notes: readonly string[];
}

export const testDefaults = { seconds: 20, rate: 200, faults: ["partition", "kill", "pause"] } as const;

/** Resolves the names of `options`, or throws a usage error that says what there is. */
export function planTest(
  options: TestOptions,
  context: { readonly versions: Readonly<Record<string, string>>; readonly started: string },
): TestPlan {
  const chosen = options.own ?? findSystem(options.system);
  const { mutant } = options;
  const running =
    options.running === undefined
      ? undefined
      : runningSystem(chosen, options.running, `rashomon_${context.started.replace(/\D/g, "")}`);
  if (running !== undefined) refuseSettings(chosen, options.systemSettings ?? {});
  const system = running?.system ?? chosen;
  if (mutant !== undefined && !system.mutants.some(({ name }) => name === mutant)) {
    throw unknownName(
      `mutant of ${system.name}`,
      mutant,
      system.mutants.map(({ name }) => name),
    );
  }
  const workloadName = options.workload ?? system.workloads[0] ?? "";
  const workload = findWorkload(workloadName);
  if (!system.workloads.includes(workload.name)) {
    throw new UsageError(
      `${system.name} does not serve the workload ${workload.name}. It serves: ${system.workloads.join(", ")}.`,
    );
  }
  const { inventory } = options;
  if (inventory !== undefined && system.remote !== true)
    throw new UsageError(
      `${system.name} prepares its nodes on this machine, so they cannot be on others. Start them there yourself, and name each with --url.`,
      "E_INVENTORY",
    );
  const machines = inventory?.machines.slice(0, options.nodes ?? inventory.machines.length);
  const names = nodeNames(machines?.length ?? options.nodes, system);
  if (inventory !== undefined && (options.nodes ?? 0) > inventory.machines.length)
    throw new UsageError(
      `The inventory ${inventory.path} has ${inventory.machines.length} machines, not ${options.nodes}.`,
      "E_INVENTORY",
    );
  const nodes = machines?.map(({ node }) => node) ?? names;
  const network = machines === undefined ? (options.network ?? "proxies") : "remote";
  if (running !== undefined && network === "namespaces")
    throw new UsageError("Servers that run already are reached through proxies: --network proxies.");
  const impossible =
    machines !== undefined
      ? impossibleRemotely(machines, inventory?.means)
      : running === undefined
        ? impossibleFaults(network, system, nodes)
        : notToBeDone;
  const systemSettings = settingsOf(system, options.systemSettings ?? {});
  const unfit = unfitFaults(system, systemSettings, nodes);
  // What this machine lacks is nothing to nodes on others.
  const lacking = machines === undefined ? unavailableFaults(system) : new Map<FaultKind, string>();
  const { faults, notes } = chooseFaults(options.faults, system, { lacking, impossible, unfit });
  // Of what comes along it is known; of a system of one's own it may have been forgotten.
  if (options.own !== undefined && options.faults === undefined)
    notes.push(...testDefaults.faults.filter((fault) => !system.capabilities.has(fault)).map(unlisted));
  const seconds = options.seconds ?? testDefaults.seconds;
  const rate = options.rate ?? testDefaults.rate;
  const concurrency = options.concurrency ?? Math.max(4, 2 * nodes.length);
  const intervalSeconds = options.interval ?? usualInterval(seconds);
  const found = faults.map(findFaultPackage);
  const packages = found.map((each) => {
    if (running !== undefined) return atClients(each);
    return machines !== undefined && each.kind === "clock" ? jumpingClock : each;
  });
  const claims = system.promises?.(systemSettings, workload.name, nodes.length) ?? system.claims;
  const settings = workloadSettings(
    workload,
    claims,
    options.settings ?? {},
    system.functions?.[workload.name],
  );
  const checks = checksOf(workload, { ...settings, concurrency, rate });
  const description: TestDescription = {
    format: 1,
    name: [system.name, mutant, workload.name].filter((part) => part !== undefined).join("-"),
    system: system.name,
    ...(mutant === undefined ? {} : { mutant }),
    workload: workload.name,
    seed: options.seed,
    nodes,
    concurrency,
    rate,
    seconds,
    faults,
    network,
    legend: packages.map(({ band }) => band),
    ...(Object.keys(settings).length === 0 ? {} : { settings }),
    ...(Object.keys(systemSettings).length === 0 ? {} : { systemSettings }),
    checks,
    command: [
      `rashomon test ${options.own === undefined ? system.name : shellWord(options.system)}`,
      ...(mutant === undefined ? [] : [`--mutant ${mutant}`]),
      `--workload ${workload.name}`,
      `--faults ${faults.length === 0 ? "none" : faults.join(",")}`,
      ...(running === undefined
        ? [`--nodes ${nodes.length}`]
        : running.servers.shown.map((url) => `--url ${shellWord(url)}`)),
      ...(inventory === undefined ? [] : [`--inventory ${shellWord(inventory.path)}`]),
      ...(options.running?.keep === true ? ["--keep"] : []),
      `--time ${seconds}`,
      `--rate ${rate}`,
      `--concurrency ${concurrency}`,
      `--interval ${intervalSeconds}`,
      ...(machines === undefined ? [`--network ${network}`] : []),
      ...Object.entries(systemSettings).map(([name, value]) => `--set ${name}=${value}`),
      ...settingsInWords(settings),
      `--seed ${shellWord(options.seed)}`,
      ...(options.whileRunning === undefined ? [] : ["--check-while-running"]),
      ...(options.whileRunning === "stop" ? ["--stop-at-violation"] : []),
    ].join(" "),
    versions: context.versions,
    started: context.started,
  };
  const { whileRunning } = options;
  const plan = {
    description,
    system,
    workload,
    settings,
    systemSettings,
    packages,
    intervalSeconds,
    network,
    ...(running === undefined ? {} : { servers: running.servers }),
    ...(machines === undefined ? {} : { machines }),
    ...(inventory?.means === undefined ? {} : { means: inventory.means }),
  };
  if (whileRunning === undefined) return { ...plan, notes };
  const unwatched = notWatched(description.checks);
  if (unwatched !== undefined)
    return { ...plan, notes: [...notes, `not checked while running: ${unwatched}`] };
  return { ...plan, whileRunning, notes };
}

/** In whole milliseconds, so that the command that repeats the run says it exactly, and in a few digits. */
function usualInterval(seconds: number): number {
  return Math.round(Math.min(10, Math.max(1, seconds / 6)) * 1_000) / 1_000;
}

/** A value for each setting of the system: what was asked, or the default. */
function settingsOf(system: System, asked: SystemSettings): SystemSettings {
  const { settings = [] } = system;
  for (const name of Object.keys(asked)) {
    if (settings.some((each) => each.name === name)) continue;
    if (settings.length === 0) throw new UsageError(`${system.name} has no settings, so no ${name} either.`);
    throw unknownName(
      `setting of ${system.name}`,
      name,
      settings.map((each) => each.name),
    );
  }
  return Object.fromEntries(
    settings.map(({ name, values }) => {
      const value = asked[name] ?? values[0] ?? "";
      if (!values.includes(value)) throw unknownName(`${name} of ${system.name}`, value, values);
      return [name, value];
    }),
  );
}

/** The checks of a run; throws a usage error for what the workload or a checker would refuse once the run is over. */
function checksOf(workload: Workload, options: WorkloadOptions): TestDescription["checks"] {
  workload.generator(options);
  const checks = workload.checks(options);
  for (const check of checks) checkerFor(check);
  return [...checks, { checker: "stats" }, { checker: "unhandled-exceptions" }];
}

function settingsInWords(settings: WorkloadSettings): string[] {
  return Object.entries(settings).map(([name, value]) =>
    value === true ? optionOf(name) : `${optionOf(name)} ${shellWord(String(value))}`,
  );
}

/** `text` as one word for a shell. */
function shellWord(text: string): string {
  return /^[\w.,:@%+/-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Faults that take away what every system rests on: that disks keep what they have synced. `all` does not mean them. */
const onlyByName: ReadonlySet<FaultKind> = new Set(["lying-sync", "file-corruption"]);

function chooseFaults(
  asked: readonly string[] | undefined,
  system: System,
  lacks: Readonly<Record<"lacking" | "impossible" | "unfit", ReadonlyMap<FaultKind, string>>>,
): { faults: FaultKind[]; notes: string[] } {
  const { lacking, impossible, unfit } = lacks;
  const unavailable = new Map([...lacking, ...unfit, ...impossible]);
  const notes: string[] = [];
  if (asked?.length === 0) throw new UsageError("No fault is named. To run without any: --faults none.");
  if (asked?.includes("none") === true) {
    if (asked.length > 1) throw new UsageError(`--faults none excludes the others: ${asked.join(", ")}.`);
    return { faults: [], notes };
  }
  for (const name of asked ?? []) if (name !== "all") findFaultPackage(name);
  if (asked === undefined || asked.includes("all")) {
    const wanted: readonly FaultKind[] =
      asked === undefined ? testDefaults.faults : faultKinds.filter((kind) => !onlyByName.has(kind));
    const faults = wanted.filter((fault) => {
      const reason = system.capabilities.has(fault)
        ? unavailable.get(fault)
        : `${system.name} cannot have it`;
      if (reason !== undefined && (asked !== undefined || impossible.has(fault)))
        notes.push(`fault ${fault} left out: ${reason}`);
      return reason === undefined;
    });
    return { faults, notes };
  }
  const faults = [...new Set(asked)].map((name) => {
    const { kind } = findFaultPackage(name);
    if (!system.capabilities.has(kind)) {
      throw new UsageError(
        `${system.name} cannot have the fault ${kind}. It can have: ${[...system.capabilities].join(", ")}.`,
      );
    }
    const lack = impossible.get(kind);
    if (lack !== undefined) throw new UsageError(`The fault ${kind} cannot be had: ${lack}.`, "E_NETWORK");
    const reason = unavailable.get(kind);
    if (reason !== undefined)
      throw new UsageError(`The fault ${kind} is not available here: ${reason}.`, "E_FAULT_UNAVAILABLE");
    return kind;
  });
  return { faults, notes };
}

function unlisted(fault: FaultKind): string {
  const whose =
    fault === "kill" ? ", as one does that still has what it acknowledged when it is started again" : "";
  return `fault ${fault} left out: the system does not list it among its faults${whose}`;
}

/** The faults that the system cannot have as it is set up, each with the reason. */
function unfitFaults(
  system: System,
  settings: SystemSettings,
  nodes: readonly string[],
): ReadonlyMap<FaultKind, string> {
  const unfit = new Map(system.withoutFaults?.(settings, nodes.length) ?? []);
  if (nodes.length < 3) unfit.set("membership", "it takes three nodes, two of which go on without the third");
  return unfit;
}

function nodeNames(asked: number | undefined, system: System): string[] {
  const { default: usual, minimum, maximum } = system.nodeCounts;
  const count = asked ?? usual;
  if (count < minimum || (maximum !== undefined && count > maximum)) {
    const range = maximum === undefined ? `at least ${minimum}` : `${minimum} to ${maximum}`;
    throw new UsageError(`${system.name} runs on ${range} node${maximum === 1 ? "" : "s"}, not on ${count}.`);
  }
  return Array.from({ length: count }, (_, i) => `n${i + 1}`);
}
