import { findSystem, systems } from "../harness/index.ts";
import { unknownName } from "../histories/errors.ts";
import {
  algorithms,
  protocols,
  type BundledAlgorithm,
  type ProtocolMutant,
  type System,
} from "../systems/index.ts";
import { table } from "./table.ts";

/** Something of a catalogue, for programs. */
export interface Listing {
  readonly name: string;
  readonly summary: string;
  readonly [detail: string]: unknown;
}

export function systemNames(): string[] {
  return systems.map(({ name }) => name);
}

/** A system for programs; throws a `UsageError` that lists the known ones. */
export function systemAsData(name: string): Listing {
  const { summary, claims, workloads, mutants, capabilities, nodeCounts, settings = [] } = findSystem(name);
  return {
    name,
    summary,
    claims,
    workloads,
    faults: [...capabilities],
    nodes: nodeCounts.default,
    settings,
    mutants: mutants.map((mutant) => ({
      name: mutant.name,
      summary: mutant.summary,
      killedBy: mutant.killedBy,
    })),
  };
}

/** A system, for a terminal. */
export function systemInWords(name: string): string {
  const system = findSystem(name);
  const { settings = [], mutants } = system;
  const protocol = protocols.find((one) => one.name === name);
  return [
    `${name}: ${system.summary}`,
    table(factsOf(system)),
    ...section(
      "Settings; what comes first is usual:",
      settings.map(({ name: setting, summary, values }) => [
        setting === "isolation-level" ? "--isolation-level" : `--set ${setting}=`,
        `${summary}: ${values.join(", ")}`,
      ]),
    ),
    ...section(
      "Small configurations, to be explored:",
      (protocol?.explorations ?? []).map(({ name: configuration, nodes, clients }) => [
        `--configuration ${configuration}`,
        `${counted(nodes, "node")}, ${counted(clients.flat().length, "request")}`,
      ]),
    ),
    ...mutantsSection(protocol?.mutants ?? mutants),
  ].join("\n");
}

export function algorithmNames(): string[] {
  return algorithms.map(({ name }) => name);
}

/** An algorithm on shared memory for programs; throws a `UsageError` that lists the known ones. */
export function algorithmAsData(name: string): Listing {
  const { summary, properties, processes, configurations, mutants } = findAlgorithm(name);
  return {
    name,
    summary,
    properties,
    processes: processes === Infinity ? null : processes,
    configurations: configurations.map((configuration) => configuration.name),
    mutants: mutants.map((mutant) => ({ name: mutant.name, summary: mutant.summary })),
  };
}

/** An algorithm on shared memory, for a terminal. */
export function algorithmInWords(name: string): string {
  const { summary, properties, processes, configurations, mutants } = findAlgorithm(name);
  return [
    `${name}: ${summary}`,
    table([
      ["  promises", properties.join(", ")],
      ["  processes", processes === Infinity ? "any number" : `up to ${processes}`],
    ]),
    ...section(
      "Small configurations, to be explored:",
      configurations.map(({ name: configuration, inputs, refuted }) => [
        `--configuration ${configuration}`,
        counted(inputs.length, "process") + (refuted === undefined ? "" : `: no ${refuted.property} here`),
      ]),
    ),
    ...mutantsSection(mutants),
  ].join("\n");
}

function findAlgorithm(name: string): BundledAlgorithm {
  const found = algorithms.find((one) => one.name === name);
  if (found === undefined) throw unknownName("algorithm", name, algorithmNames());
  return found;
}

function factsOf(system: System): string[][] {
  const { claims, workloads, capabilities, nodeCounts, running, remote } = system;
  const { default: usual, minimum, maximum } = nodeCounts;
  const least = minimum === usual ? "" : `, at least ${minimum}`;
  const most = maximum === undefined || maximum === usual ? "" : `, at most ${maximum}`;
  const elsewhere = [
    ...(running === undefined ? [] : ["servers that run already (--url)"]),
    ...(remote === undefined ? [] : ["other machines (--inventory)"]),
  ];
  return [
    ["  promises", claims.join(", ") || "nothing, whatever its settings"],
    ["  workloads", workloads.join(", ")],
    [
      "  faults",
      [...capabilities].join(", ") +
        (system.withoutFaults === undefined ? "" : "; fewer under some settings or on few nodes"),
    ],
    ["  nodes", `${usual}${least}${most}`],
    ...(elsewhere.length === 0 ? [] : [["  also on", elsewhere.join(", ")]]),
  ];
}

function mutantsSection(mutants: readonly ProtocolMutant[]): string[] {
  return section(
    "Versions with a known bug:",
    mutants.map((mutant) => [`--mutant ${mutant.name}`, mutant.summary + howCaught(mutant)]),
  );
}

/** By what a mutant is caught, besides real processes, or that it cannot be. */
function howCaught({ equivalent, chance, exploration, simulation }: ProtocolMutant): string {
  if (equivalent !== undefined) return " Nobody can tell it from the protocol.";
  const ways = [
    ...(exploration === undefined ? [] : ["explore"]),
    ...(simulation === undefined ? [] : ["simulate"]),
    ...(chance === undefined ? [] : ["by its chances"]),
  ];
  return ways.length === 0 ? "" : ` (${ways.join(", ")})`;
}

function section(title: string, rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  return ["", title, table(rows.map(([first = "", ...others]) => [`  ${first}`, ...others]))];
}

/** How much more there is to tell of something than its summary; empty if nothing. */
export function moreOf({ settings, mutants }: Listing): string {
  const count = (list: unknown, what: string): string[] =>
    Array.isArray(list) && list.length > 0 ? [counted(list.length, what)] : [];
  return [...count(settings, "setting"), ...count(mutants, "mutant")].join(", ");
}

function counted(count: number, what: string): string {
  if (count === 0) return `no ${what}`;
  return `${count} ${what}${count === 1 ? "" : what.endsWith("s") ? "es" : "s"}`;
}
