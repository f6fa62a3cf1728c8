import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { RunError } from "../../histories/errors.ts";
import type { JsonObject } from "../../histories/json.ts";
import type { Machine } from "../../systems/contracts/machine.ts";
import type { NodeId } from "../../systems/contracts/protocol.ts";
import type {
  Address,
  Cluster,
  ProcessSpecification,
  Surroundings,
  System,
  SystemSettings,
} from "../../systems/contracts/system.ts";
import type { FaultJournal } from "../journal.ts";
import type { Grudge, Source } from "../nemesis/grudge.ts";
import type { FaultWorld, LinkDisturbance } from "../nemesis/fault-world.ts";
import type { LinkNetwork } from "../network/link-network.ts";
import { verifyClock, type NodeClocks } from "./clock/node-clocks.ts";
import { openClocks } from "./clock/open-clocks.ts";
import type { Skew } from "./clock/skew.ts";
import { LocalDiskFaults } from "./disk/disk-faults.ts";
import { NodeDisks } from "./disk/node-disks.ts";
import { LocalMembership } from "./membership.ts";
import type { NodeProcesses } from "./node-processes.ts";
import { recovered } from "./recovery.ts";
import type { Controller } from "./resources/cgroup.ts";
import { ResourceLimits } from "./resources/resource-limits.ts";
import { Supervisor } from "./supervisor.ts";

/** The log of a node, in its folder. */
const logFile = "node.log";
/** How long a probe waits for an answer that should come, in milliseconds. */
const answerPatience = 5_000;
/** How long a probe waits for an answer that must not come. */
const silencePatience = 150;
/** How long a node that comes back is waited for while links are hurt, in milliseconds. */
const unseenPatience = 5_000;

/**
 * The local world: nodes are real processes, of this machine unless somebody else runs them, links are real sockets through fault proxies.
 * It gives systems their surroundings, and the nemesis its means; every fault it reports as applied, it
 * has seen applied.
 */
export class LocalWorld implements Surroundings, FaultWorld {
  readonly nodes: readonly NodeId[];
  readonly seed: string;
  readonly #directory: string;
  readonly #network: LinkNetwork;
  readonly #processes: NodeProcesses;
  readonly #clocks: NodeClocks | undefined;
  readonly #disks: NodeDisks | undefined;
  readonly disks: LocalDiskFaults;
  readonly resources?: ResourceLimits;
  readonly membership: LocalMembership;
  readonly #restarting = new Map<NodeId, Promise<void>>();
  /** Nodes of which a program was started, whose output goes to their logs. */
  readonly #logging = new Set<NodeId>();
  #cluster: Cluster | undefined;

  private constructor(parts: {
    nodes: readonly NodeId[];
    seed: string;
    directory: string;
    network: LinkNetwork;
    processes: NodeProcesses;
    journal: FaultJournal;
    clocks: NodeClocks | undefined;
    disks: NodeDisks | undefined;
    resources: ResourceLimits | undefined;
  }) {
    this.nodes = parts.nodes;
    this.seed = parts.seed;
    this.#directory = parts.directory;
    this.#network = parts.network;
    this.#processes = parts.processes;
    this.#clocks = parts.clocks;
    const { disks } = parts;
    this.#disks = disks;
    const { processes, journal } = parts;
    const directory = (node: NodeId): string => this.directory(node);
    this.disks = new LocalDiskFaults({ disks, directory, processes, journal });
    if (parts.resources !== undefined) this.resources = parts.resources;
    this.membership = new LocalMembership({
      cluster: () => this.#running(),
      processes,
      kill: (node) => this.kill(node),
    });
  }

  /** Prepares folders for `nodes`, which are joined by `network`; nothing runs yet. */
  static async open(options: {
    nodes: readonly NodeId[];
    seed: string;
    /** Folder under which each node has one of its own. */
    directory: string;
    /** Closed with the world. */
    network: LinkNetwork;
    journal: FaultJournal;
    /** The processes of nodes, where they are not of this machine and our own; closed with the world. */
    processes?: NodeProcesses;
    /** Whether clocks are to be skewed; if a library is needed for it, that is preloaded only then. */
    skewClocks: boolean;
    /** The clocks of nodes, where they are those of other machines; closed with the world. */
    clocks?: NodeClocks;
    /** Why libfaketime does not serve the system, where it does not. */
    withoutLibfaketime?: string;
    /** Whether nodes are to have disks of their own, which can be hurt. */
    ownDisks?: boolean;
    /** What nodes use of it is to be limited. */
    limited?: readonly Controller[];
    /** Hears of each node that ends without being asked to, and how. */
    endedByItself?: (node: NodeId, how: string) => void;
  }): Promise<LocalWorld> {
    const { nodes, seed, network, journal } = options;
    // Absolute, since nodes run in folders of their own and heal may be called from anywhere.
    const directory = resolve(options.directory);
    for (const node of nodes) mkdirSync(join(directory, node), { recursive: true });
    const processes = options.processes ?? new Supervisor(journal, options.endedByItself);
    let { clocks } = options;
    let disks: NodeDisks | undefined;
    let resources: ResourceLimits | undefined;
    try {
      const { withoutLibfaketime } = options;
      const leader = (node: NodeId): number | undefined => processes.pid(node);
      const servedBy = withoutLibfaketime === undefined ? {} : { withoutLibfaketime };
      if (options.skewClocks) clocks ??= openClocks({ directory, journal, leader, ...servedBy });
      const controllers = options.limited ?? [];
      const name = `rashomon-${process.pid}`;
      if (controllers.length > 0)
        resources = await ResourceLimits.open({ nodes, controllers, name, journal, leader });
      if (options.ownDisks === true) disks = await NodeDisks.open(nodes, directory, journal);
    } catch (error) {
      await resources?.close();
      await clocks?.close();
      await processes.close();
      await network.close();
      throw error;
    }
    const means = { network, processes, journal, clocks, disks, resources };
    return new LocalWorld({ nodes, seed, directory, ...means });
  }

  /** Opens `system` here and starts all its nodes at once; resolves when all serve. */
  async start(
    system: System,
    options: { mutant?: string; workload?: string; settings?: SystemSettings },
  ): Promise<Cluster> {
    const cluster = await system.open(this, options);
    this.#cluster = cluster;
    await Promise.all(this.nodes.map((node) => this.#startFirst(cluster, node)));
    // How the system was set up is no part of the test: nobody loses that.
    await this.#disks?.sync();
    return cluster;
  }

  async #startFirst(cluster: Cluster, node: NodeId): Promise<void> {
    try {
      await cluster.start(node);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      const where = this.#logging.has(node) ? `\nIts log: ${join(this.logs(node), logFile)}` : "";
      throw new RunError("E_NODE_START", `Node ${node} did not start: ${why}.${where}`, { cause });
    }
  }

  directory(node: NodeId): string {
    return this.#disks?.of(node).files ?? this.logs(node);
  }

  logs(node: NodeId): string {
    return this.#processes.folder?.(node) ?? join(this.#directory, node);
  }

  async bring(node: NodeId, path: string): Promise<string> {
    return (await this.#processes.bring?.(node, path)) ?? path;
  }

  machine(node: NodeId): Machine | undefined {
    return this.#processes.machine?.(node);
  }

  address(node: NodeId, port?: string): Address {
    return this.#network.address(node, port);
  }

  route(from: Source, to: NodeId, port?: string): Address {
    return this.#network.route(from, to, port);
  }

  async spawn(node: NodeId, specification: ProcessSpecification): Promise<void> {
    this.#logging.add(node);
    // What was prepared for the node, such as a copy of another's data.
    await this.#disks?.of(node).sync();
    const environment = { ...specification.environment, ...this.#clocks?.environment(node) };
    const placed = this.#network.place(node, { ...specification, environment });
    const residence = this.#network.residence?.(node);
    await this.#processes.start(
      node,
      placed,
      this.directory(node),
      join(this.logs(node), logFile),
      residence,
    );
    this.#clocks?.started(node);
    this.resources?.started(node);
  }

  run(node: NodeId, specification: ProcessSpecification): Promise<void> {
    this.#logging.add(node);
    const placed = this.#network.place(node, specification);
    return this.#processes.run(node, placed, this.directory(node), join(this.logs(node), logFile));
  }

  alive(node: NodeId): boolean {
    return this.#processes.alive(node);
  }

  async primaries(): Promise<readonly NodeId[]> {
    return (await this.#cluster?.primaries?.()) ?? [];
  }

  async promote(candidates: readonly NodeId[]): Promise<NodeId> {
    const { promote } = this.#running();
    if (promote === undefined) throw new Error("this system has no primary that could be chosen");
    return promote(candidates);
  }

  async cut(name: string, grudge: Grudge): Promise<void> {
    await this.#network.apply(name, { kind: "cut" }, grudge);
    await this.#verify(grudge, silencePatience, false, `${name} to silence`, name);
  }

  async disturb(name: string, disturbance: LinkDisturbance, grudge: Grudge): Promise<void> {
    await this.#network.apply(name, disturbance, grudge);
    if (disturbance.kind === "reset") {
      await this.#verify(grudge, silencePatience, false, `${name} to break`, name);
    } else if (disturbance.kind === "latency") {
      // An answer that comes sooner than the delay of one way would prove that nothing was delayed.
      const soon = Math.max(1, Math.floor((disturbance.milliseconds - disturbance.jitter) / 2));
      await this.#verify(grudge, soon, false, `${name} to delay`, name);
    }
  }

  async undisturb(name: string): Promise<void> {
    await this.#network.remove(name);
  }

  async kill(node: NodeId): Promise<void> {
    this.disks.disarm(node);
    await this.#processes.kill(node);
  }

  async terminate(node: NodeId): Promise<"ended" | "killed"> {
    this.disks.disarm(node);
    return this.#processes.terminate(node, answerPatience);
  }

  async restart(node: NodeId): Promise<void> {
    // Several faults may want it back at once.
    const under = this.#restarting.get(node);
    if (under !== undefined) return this.#untilSeen(under);
    if (this.alive(node) || this.away(node)) return;
    const restarting = this.disks
      .settled(node)
      .then(() => this.#running().start(node))
      .finally(() => this.#restarting.delete(node));
    this.#restarting.set(node, restarting);
    await this.#untilSeen(restarting);
  }

  /**
   * Waits for a node that starts; not for long where faults are on links, by which it may not reach whom it follows, or not be seen to serve, since
   * what takes them off may come only after this. Whoever was let go is waited for, or started again, by the final healing.
   */
  async #untilSeen(starting: Promise<void>): Promise<void> {
    starting.catch(() => undefined);
    for (;;) {
      const patience = sleep(unseenPatience, false, { ref: false });
      if (await Promise.race([starting.then(() => true), patience])) return;
      if ((await this.#network.faultsInForce()) > 0) return;
    }
  }

  async pause(node: NodeId): Promise<void> {
    await this.#processes.pause(node);
  }

  async resume(node: NodeId): Promise<void> {
    await this.#processes.resume(node);
  }

  paused(node: NodeId): boolean {
    return this.#processes.paused(node);
  }

  away(node: NodeId): boolean {
    return this.membership.away(node);
  }

  async setClock(node: NodeId, offset: number, rate: number): Promise<void> {
    await this.#skew(node, { since: Date.now(), offset, rate, swing: 0, period: 0 });
  }

  async strobeClock(node: NodeId, swing: number, period: number): Promise<void> {
    await this.#skew(node, { since: Date.now(), offset: 0, rate: 1, swing, period });
  }

  async #skew(node: NodeId, skew: Skew): Promise<void> {
    if (this.#clocks === undefined) throw new Error("clocks are not skewable in this run");
    await this.#clocks.set(node, skew);
    if (this.alive(node) && !this.paused(node))
      await verifyClock(this.#clocks, node, () => this.readClock(node, answerPatience));
  }

  /** What the wall clock of a node shows, in milliseconds since 1970; undefined if it does not say in time. */
  async readClock(node: NodeId, patience: number): Promise<number | undefined> {
    return this.#running().clock?.(this.address(node), patience);
  }

  async resetClock(node: NodeId): Promise<void> {
    await this.setClock(node, 0, 1);
    this.#clocks?.settled(node);
  }

  /** Waits until the nodes serve again; what was waited for, and what an operator had to do. Throws if one does not come back. */
  recover(): Promise<JsonObject> {
    const cluster = this.#running();
    return recovered({
      nodes: this.nodes,
      cluster,
      alive: (node) => this.alive(node),
      kill: (node) => this.kill(node),
      answers: (node, milliseconds) => cluster.ping(this.#network.probe("clients", node), milliseconds),
    });
  }

  /** Whether every node runs, is a member, and every link lets an answer through; throws with the first that does not. */
  async verifyHealed(): Promise<void> {
    const down = this.nodes.filter((node) => !this.alive(node));
    if (down.length > 0) throw new Error(`not running: ${down.join(", ")}; their logs may say why`);
    await this.membership.verify(this.nodes);
    this.#disks?.verify();
    const count = await this.#network.faultsInForce();
    if (count > 0) throw new Error(`${count} faults of links are still in force after healing`);
    const everywhere = this.nodes.flatMap((to) =>
      [...this.nodes, "clients"].filter((from) => from !== to).map((from) => ({ from, to })),
    );
    await this.#verify(everywhere, answerPatience, true, "the network to be whole", undefined);
  }

  /** Ends all nodes and removes the network. */
  async close(): Promise<void> {
    // Each is tried, whatever became of the others: what one leaves behind the journal still knows.
    const cluster = this.#cluster?.close() ?? Promise.resolve();
    const ended = await Promise.allSettled([cluster, this.disks.close()]);
    ended.push(...(await Promise.allSettled([this.#processes.close()])));
    ended.push(...(await Promise.allSettled([this.#clocks?.close()])));
    ended.push(...(await Promise.allSettled([this.#network.close()])));
    if (this.#disks !== undefined) ended.push(...(await Promise.allSettled([this.#disks.close()])));
    ended.push(...(await Promise.allSettled([this.resources?.close()])));
    const failed = ended.find((each) => each.status === "rejected");
    if (failed?.status === "rejected") throw failed.reason;
  }

  #running(): Cluster {
    if (this.#cluster === undefined) throw new Error("no cluster has been started");
    return this.#cluster;
  }

  /** Pings along `links` and throws if any answer differs from what is expected; undoes fault `name` then. */
  async #verify(
    links: Grudge,
    patience: number,
    expected: boolean,
    what: string,
    name: string | undefined,
  ): Promise<void> {
    const cluster = this.#running();
    const answers = await Promise.all(
      links.map(async ({ from, to }) => {
        // What a node sends to the clients is seen in its answers to them.
        const [asking, asked] = to === "clients" ? [to, from] : [from, to];
        // A dead or paused node answers nobody: nothing can be learnt from it.
        if (!this.alive(asked) || this.paused(asked)) return expected;
        const reached = asking === "clients" ? undefined : this.#network.connects?.(asking, asked, patience);
        return reached ?? cluster.ping(this.#network.probe(asking, asked), patience);
      }),
    );
    const wrong = links[answers.findIndex((answer) => answer !== expected)];
    if (wrong === undefined) return;
    if (name !== undefined) await this.#network.remove(name);
    throw new Error(
      `expected ${what} the link from ${wrong.from} to ${wrong.to}, but a probe ${expected ? "got no answer" : "got through"}`,
    );
  }
}
