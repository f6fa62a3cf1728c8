import type { Client } from "./client.ts";
import type { Mutant, NodeId } from "./protocol.ts";

/** The kinds of fault that a nemesis may be asked for, by the names of `--faults`. */
export const faultKinds = [
  "partition",
  "latency",
  "reset",
  "bandwidth",
  "slow-close",
  "kill",
  "terminate",
  "pause",
  "failover",
  "clock",
] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** How to run one operating-system process. */
export interface ProcessSpecification {
  readonly command: string;
  readonly arguments: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** The signal that asks it to end in good order; `SIGTERM` unless given. */
  readonly endedBy?: "SIGTERM" | "SIGINT";
}

/** What a user may choose about a system: how it is set up, not what clients do with it. */
export interface SystemSetting {
  /** As on the command line: "isolation-level". */
  readonly name: string;
  readonly summary: string;
  /** What it may be; the first is the default. */
  readonly values: readonly string[];
}

/** A value for each setting of a system, by name. */
export type SystemSettings = Readonly<Record<string, string>>;

/**
 * What the world gives to a system: folders, processes and addresses. Systems start nothing by themselves,
 * so that no process is left behind and every link can be cut.
 */
export interface Surroundings {
  readonly nodes: readonly NodeId[];
  /** The seed of the run, for systems that draw random numbers. */
  readonly seed: string;
  /** A folder of the node's own, which survives restarts: its data and its logs. */
  directory(node: NodeId): string;
  /** The address on which `node` is to listen; the same across restarts. */
  address(node: NodeId): Address;
  /** The address at which `from` reaches `to`: through the fault proxy. */
  route(from: NodeId | "clients", to: NodeId): Address;
  /** Starts the process of a node, in a process group of its own; its output goes to the node's log. */
  spawn(node: NodeId, process: ProcessSpecification): Promise<void>;
  /** Runs a program for a node to its end, beside the node's process; throws unless its exit code is 0. */
  run(node: NodeId, process: ProcessSpecification): Promise<void>;
  /** Whether the process of a node is alive. */
  alive(node: NodeId): boolean;
}

/** A system that is running. */
export interface Cluster {
  /** Starts a node, or starts it again after a crash; resolves when it serves. */
  start(node: NodeId): Promise<void>;
  /** A new client that speaks to `node` through the fault proxy. */
  openClient(node: NodeId): Promise<Client>;
  /** Whether a node answers at `address` within `milliseconds`; proves that faults are on and off. */
  ping(address: Address, milliseconds: number): Promise<boolean>;
  /** The wall clock of the node at `address`, in milliseconds since 1970; undefined when it does not say. */
  clock?(address: Address, milliseconds: number): Promise<number | undefined>;
  /** The nodes that lead at the moment, where the system knows. */
  primaries?(): Promise<readonly NodeId[]>;
  /** Makes the best of the candidates the primary, whose name is returned; for systems that have `failover`. */
  promote?(this: void, candidates: readonly NodeId[]): Promise<NodeId>;
  /** Lets go of what the system itself holds; the world ends the processes. */
  close(): Promise<void>;
}

/** Anything that clients can call and a nemesis can hurt. */
export interface System {
  readonly name: string;
  /** One line for `rashomon list systems`. */
  readonly summary: string;
  /** What it promises, by checker name: "linearizable", … */
  readonly claims: readonly string[];
  /** The workloads that its clients understand; the first is the default. */
  readonly workloads: readonly string[];
  /** What can be done to it. */
  readonly capabilities: ReadonlySet<FaultKind>;
  readonly nodeCounts: { readonly default: number; readonly minimum: number; readonly maximum?: number };
  readonly mutants: readonly Mutant[];
  /** What a user may choose about it; none unless given. */
  readonly settings?: readonly SystemSetting[];
  /** What it promises under settings that change that; `claims` unless given. */
  promises?(settings: SystemSettings): readonly string[];
  /** What this machine lacks for it, in words, and how to get that; undefined if nothing. */
  missing?(): Promise<string | undefined>;
  /** Prepares a run of one of its workloads; nodes are started one by one through the cluster. */
  open(
    surroundings: Surroundings,
    options: {
      readonly mutant?: string;
      readonly workload?: string;
      /** A value for each of its settings; the defaults where it is not given. */
      readonly settings?: SystemSettings;
    },
  ): Promise<Cluster>;
}
