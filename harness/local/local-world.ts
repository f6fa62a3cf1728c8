import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";

import { RunError } from "../../histories/errors.ts";
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
import { NodeClocks } from "./clocks.ts";
import { ProxyNetwork } from "./network.ts";
import { reservePorts } from "./ports.ts";
import { Supervisor } from "./supervisor.ts";

/** The log of a node, in its folder. */
const logFile = "node.log";
/** How long a probe waits for an answer that should come, in milliseconds. */
const answerPatience = 5_000;
/** How long a probe waits for an answer that must not come. */
const silencePatience = 150;

/**
 * The local world: nodes are real processes of this machine, links are real sockets through fault proxies.
 * It gives systems their surroundings, and the nemesis its means; every fault it reports as applied, it
 * has seen applied.
 */
export class LocalWorld implements Surroundings, FaultWorld {
  readonly nodes: readonly NodeId[];
  readonly seed: string;
  readonly #directory: string;
  readonly #addresses: ReadonlyMap<NodeId, Address>;
  readonly #network: ProxyNetwork;
  readonly #supervisor: Supervisor;
  readonly #clocks: NodeClocks | undefined;
  #cluster: Cluster | undefined;

  private constructor(parts: {
    nodes: readonly NodeId[];
    seed: string;
    directory: string;
    addresses: ReadonlyMap<NodeId, Address>;
    network: ProxyNetwork;
    supervisor: Supervisor;
    clocks: NodeClocks | undefined;
  }) {
    this.nodes = parts.nodes;
    this.seed = parts.seed;
    this.#directory = parts.directory;
    this.#addresses = parts.addresses;
    this.#network = parts.network;
    this.#supervisor = parts.supervisor;
    this.#clocks = parts.clocks;
  }

  /** Prepares folders, ports and proxies for `nodes`; nothing runs yet. */
  static async open(options: {
    nodes: readonly NodeId[];
    seed: string;
    /** Folder under which each node has one of its own. */
    directory: string;
    toxiproxyUrl: string;
    /** Begins the names of the proxies, so that runs which share a server keep theirs apart. */
    name: string;
    journal: FaultJournal;
    /** Whether clocks are to be skewed; the library that does it is preloaded only then. */
    skewClocks: boolean;
    /** Hears of each node that ends without being asked to, and how. */
    endedByItself?: (node: NodeId, how: string) => void;
  }): Promise<LocalWorld> {
    const { nodes, seed, toxiproxyUrl, journal } = options;
    // Absolute, since nodes run in folders of their own and heal may be called from anywhere.
    const directory = resolve(options.directory);
    for (const node of nodes) mkdirSync(join(directory, node), { recursive: true });
    const { ports, release } = await reservePorts(nodes.length);
    const addresses = new Map(nodes.map((node, i) => [node, { host: "127.0.0.1", port: ports[i] ?? 0 }]));
    const clocks = options.skewClocks ? NodeClocks.open(directory, journal) : undefined;
    // Held until every proxy listens, so that none of them gets the port of a node.
    const network = await ProxyNetwork.open({
      url: toxiproxyUrl,
      prefix: options.name,
      addresses,
      journal,
    }).finally(release);
    return new LocalWorld({
      nodes,
      seed,
      directory,
      addresses,
      network,
      supervisor: new Supervisor(journal, options.endedByItself),
      clocks,
    });
  }

  /** Opens `system` here and starts all its nodes at once; resolves when all serve. */
  async start(
    system: System,
    options: { mutant?: string; workload?: string; settings?: SystemSettings },
  ): Promise<Cluster> {
    const cluster = await system.open(this, options);
    this.#cluster = cluster;
    await Promise.all(this.nodes.map((node) => this.#startFirst(cluster, node)));
    return cluster;
  }

  async #startFirst(cluster: Cluster, node: NodeId): Promise<void> {
    try {
      await cluster.start(node);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      const log = join(this.directory(node), logFile);
      throw new RunError("E_NODE_START", `Node ${node} did not start: ${why}.\nIts log: ${log}`, { cause });
    }
  }

  directory(node: NodeId): string {
    return join(this.#directory, node);
  }

  address(node: NodeId): Address {
    const address = this.#addresses.get(node);
    if (address === undefined) throw new Error(`no node ${node} in this world`);
    return address;
  }

  route(from: Source, to: NodeId): Address {
    return this.#network.route(from, to);
  }

  spawn(node: NodeId, specification: ProcessSpecification): Promise<void> {
    const environment = { ...specification.environment, ...this.#clocks?.environment(node) };
    const directory = this.directory(node);
    this.#supervisor.start(node, { ...specification, environment }, directory, join(directory, logFile));
    return Promise.resolve();
  }

  run(node: NodeId, specification: ProcessSpecification): Promise<void> {
    const directory = this.directory(node);
    return this.#supervisor.run(node, specification, directory, join(directory, logFile));
  }

  alive(node: NodeId): boolean {
    return this.#supervisor.alive(node);
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
    await this.#supervisor.kill(node);
  }

  async terminate(node: NodeId): Promise<"ended" | "killed"> {
    return this.#supervisor.terminate(node, answerPatience);
  }

  async restart(node: NodeId): Promise<void> {
    if (this.alive(node)) return;
    await this.#running().start(node);
  }

  async pause(node: NodeId): Promise<void> {
    await this.#supervisor.pause(node);
  }

  async resume(node: NodeId): Promise<void> {
    await this.#supervisor.resume(node);
  }

  paused(node: NodeId): boolean {
    return this.#supervisor.paused(node);
  }

  async setClock(node: NodeId, offsetMilliseconds: number, rate: number): Promise<void> {
    if (this.#clocks === undefined) throw new Error("clocks are not skewable in this run");
    this.#clocks.set(node, offsetMilliseconds, rate);
    const cluster = this.#running();
    if (cluster.clock === undefined || !this.alive(node) || this.paused(node)) return;
    await this.#clocks.verify(
      node,
      () => cluster.clock?.(this.address(node), answerPatience) ?? Promise.resolve(undefined),
    );
  }

  async resetClock(node: NodeId): Promise<void> {
    await this.setClock(node, 0, 1);
    this.#clocks?.settled(node);
  }

  /** Whether every node runs and every link lets an answer through; throws with the first that does not. */
  async verifyHealed(): Promise<void> {
    const down = this.nodes.filter((node) => !this.alive(node));
    if (down.length > 0) throw new Error(`not running: ${down.join(", ")}; their logs may say why`);
    const count = await this.#network.toxicCount();
    if (count > 0) throw new Error(`${count} toxics are still in force after healing`);
    const everywhere = this.nodes.flatMap((to) =>
      [...this.nodes, "clients"].filter((from) => from !== to).map((from) => ({ from, to })),
    );
    await this.#verify(everywhere, answerPatience, true, "the network to be whole", undefined);
  }

  /** Ends all nodes and removes the proxies. */
  async close(): Promise<void> {
    // Each is tried, whatever became of the others: what one leaves behind the journal still knows.
    const cluster = this.#cluster?.close() ?? Promise.resolve();
    const ended = await Promise.allSettled([cluster, this.#supervisor.close()]);
    ended.push(...(await Promise.allSettled([this.#network.close()])));
    this.#clocks?.close();
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
        // A dead or paused node answers nobody: nothing can be learnt from it.
        if (to === "clients" || !this.alive(to) || this.paused(to)) return expected;
        return cluster.ping(this.route(from, to), patience);
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
