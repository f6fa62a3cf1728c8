import type { Client } from "./client.ts";
import type { Machine } from "./machine.ts";
import type { Mutant, NodeId } from "./protocol.ts";
import type { RunningServers } from "./running-servers.ts";

/** The kinds of fault that a nemesis may be asked for, by the names of `--faults`. */
export const faultKinds = [
  "partition",
  "latency",
  "reset",
  "bandwidth",
  "slow-close",
  "loss",
  "duplication",
  "corruption",
  "reorder",
  "kill",
  "terminate",
  "pause",
  "failover",
  "clock",
  "power-cut",
  "kill-at-sync",
  "disk-error",
  "disk-slow",
  "disk-full",
  "lying-sync",
  "file-corruption",
  "restart-storm",
  "cpu",
  "memory",
  "membership",
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** Faults of single packets, which networks of namespaces can have: what stands on TCP bears them if it bears latency. */
export const packetFaultKinds = [
  "loss",
  "duplication",
  "corruption",
  "reorder",
] as const satisfies readonly FaultKind[];

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
  /** A folder of the node's own, which survives restarts: its data. Faults of disks hit what is in it. */
  directory(node: NodeId): string;
  /** A folder for what is to be read after the run, and for what the world itself writes down; no fault touches it. */
  logs(node: NodeId): string;
  /** The address on which `node` is to listen, for clients or at one of its further `ports`; the same across restarts. */
  address(node: NodeId, port?: string): Address;
  /**
   * The address at which `from` reaches `to`, at the port for clients or at one of its further `ports`: through a fault proxy where
   * links are made of proxies, and the node's own address where they are hurt below.
   */
  route(from: NodeId | "clients", to: NodeId, port?: string): Address;
  /** Starts the process of a node, in a process group of its own; its output goes to the node's log. */
  spawn(node: NodeId, process: ProcessSpecification): Promise<void>;
  /** The path at which a node finds a file or folder of this machine: the same here; on another machine, that of a copy. */
  bring?(node: NodeId, path: string): Promise<string>;
  /** The machine on which a node is, where that is another one than this. */
  machine?(node: NodeId): Machine | undefined;
  /** Runs a program for a node to its end, beside the node's process; throws unless its exit code is 0. */
  run(node: NodeId, process: ProcessSpecification): Promise<void>;
  /** Whether the process of a node is alive. */
  alive(node: NodeId): boolean;
}

/** How nodes of a running system cease to be its members, and become members again. The nodes that are members serve meanwhile. */
export interface Members {
  /** The nodes that are members, as those agree on that are left; throws when too few of them answer to say so. */
  list(): Promise<readonly NodeId[]>;
  /** Those of the members without which the others still have all that there is; all of them unless given. */
  dispensable?(): Promise<readonly NodeId[]>;
  /**
   * Has the other members take a node out, whether that runs or not; resolves when they have agreed to it. The node may end by that; if it does
   * not, the world ends it.
   */
  remove(node: NodeId): Promise<void>;
  /**
   * Has a node join anew that is no member and does not run, with nothing of the data that it had; resolves when it serves as a member. Of one that
   * became a member before this failed, what it has is not taken away: it is started as any other.
   */
  add(node: NodeId): Promise<void>;
}

/** What whoever runs a system can do to its nodes besides talking to them. */
export interface Operator {
  /** Ends the process of a node, which `Cluster.start` may start again. */
  readonly end: (node: NodeId) => Promise<void>;
}

/** A system that is running. */
export interface Cluster {
  /** Starts a node, or starts it again after a crash; resolves when it serves. */
  start(node: NodeId): Promise<void>;
  /** A new client that speaks to `node` through the fault proxy. */
  openClient(node: NodeId): Promise<Client>;
  /** Whether a node answers at `address` within `milliseconds`; proves that faults are on and off. */
  ping(address: Address, milliseconds: number): Promise<boolean>;
  /** Which server it is, and of which version: "PostgreSQL 18.4"; undefined when it does not say. */
  version?(): Promise<string | undefined>;
  /** The wall clock of the node at `address`, in milliseconds since 1970; undefined when it does not say. */
  clock?(address: Address, milliseconds: number): Promise<number | undefined>;
  /** The nodes that lead at the moment, where the system knows. */
  primaries?(): Promise<readonly NodeId[]>;
  /** Makes the best of the candidates the primary, whose name is returned; for systems that have `failover`. */
  promote?(this: void, candidates: readonly NodeId[]): Promise<NodeId>;
  /** For systems that have `membership`. */
  readonly members?: Members;
  /**
   * Waits until the system serves again, and does for it once what its manual has an operator do, if it would not come back by itself; called when all faults are off and
   * all nodes run. What was done, in words; undefined where there was no need. Throws if it does not serve. For systems that can be lost so.
   */
  recover?(this: void, operator: Operator): Promise<string | undefined>;
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
  /**
   * The functions that its clients understand, by workload, where they do with less than all of them: `{ register: ["read", "write"] }` of a
   * store without compare-and-set.
   */
  readonly functions?: Readonly<Record<string, readonly string[]>>;
  /** What can be done to it. */
  readonly capabilities: ReadonlySet<FaultKind>;
  readonly nodeCounts: { readonly default: number; readonly minimum: number; readonly maximum?: number };
  /** Names of the ports on which a node listens besides the one for clients: "peer", … */
  readonly ports?: readonly string[];
  /**
   * Whether each member can be told another address of each peer ("each-link", unless given), so that a proxy can stand on every link, or
   * all members share one list of addresses ("one-list"). Those use `address(peer, port)` among themselves: on more than one node, links can be
   * hurt only in network namespaces.
   */
  readonly peers?: "each-link" | "one-list";
  readonly mutants: readonly Mutant[];
  /** What a user may choose about it; none unless given. */
  readonly settings?: readonly SystemSetting[];
  /** What it promises of a workload under settings, on so many nodes, that change that; `claims` unless given. */
  promises?(settings: SystemSettings, workload: string, nodes: number): readonly string[];
  /** Faults that it is not to have as it is set up, on so many nodes, each with the reason. */
  withoutFaults?(settings: SystemSettings, nodes: number): ReadonlyMap<FaultKind, string>;
  /** How far clocks may be off, in milliseconds, for it to keep its promises; however far unless given. */
  readonly clockBound?: number;
  /** Why libfaketime, by which clocks are set where nothing better works, does not serve it: it hangs, or its clock stays right. */
  readonly withoutLibfaketime?: string;
  /** What this machine lacks for it, in words, and how to get that; undefined if nothing. */
  missing?(): Promise<string | undefined>;
  /**
   * Whether its nodes may be on other machines (`--inventory`): it touches their files only through what it spawns and runs there, and through `machine`, with the paths
   * of `directory`, `logs` and `bring`. They may not unless given.
   */
  readonly remote?: true;
  /** How servers are tested that the user already runs; they cannot be unless given. */
  readonly running?: RunningServers;
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
