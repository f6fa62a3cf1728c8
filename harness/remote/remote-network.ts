import type { NodeId } from "../../systems/contracts/protocol.ts";
import type { Address, ProcessSpecification } from "../../systems/contracts/system.ts";
import { allDone } from "../all-done.ts";
import type { FaultJournal } from "../journal.ts";
import { NodeAddresses } from "../local/ports.ts";
import type { LinkFault, LinkNetwork } from "../network/link-network.ts";
import type { Link, Source } from "../nemesis/grudge.ts";
import type { RemoteMachine } from "./inventory.ts";
import type { RemoteMeans } from "./means.ts";
import type { PacketFate, PacketRule } from "./packet-filter.ts";
import { packetFilters } from "./packet-filters.ts";
import type { RemoteShell } from "./remote-shell.ts";
import { countDisturbed, disturb, netemKinds, undisturb, type Disturbed } from "./traffic-control.ts";

interface Applied {
  readonly fault: LinkFault;
  readonly links: readonly Link[];
}

/**
 * The network between machines as it is, hurt on the machines themselves: by rules of their packet filter that are this run's own, and by netem.
 * Connections of ssh are never hurt: they are how faults are undone.
 */
export class RemoteNetwork implements LinkNetwork {
  readonly kind = "remote";
  readonly #machines: readonly RemoteMachine[];
  readonly #shells: ReadonlyMap<NodeId, RemoteShell>;
  readonly #addresses: NodeAddresses;
  readonly #journal: FaultJournal;
  readonly #means: ReadonlyMap<NodeId, RemoteMeans>;
  readonly #name: string;
  readonly #applied = new Map<string, Applied>();
  /** Of each machine that has rules of ours, and that has queues of ours, the entry in the journal. */
  readonly #tables = new Map<NodeId, number>();
  readonly #queues = new Map<NodeId, number>();
  #change: Promise<unknown> = Promise.resolve();

  constructor(options: {
    readonly machines: readonly RemoteMachine[];
    readonly shells: ReadonlyMap<NodeId, RemoteShell>;
    /** Names of the ports beside that of clients. */
    readonly ports: readonly string[];
    readonly journal: FaultJournal;
    /** What each machine has. */
    readonly means: ReadonlyMap<NodeId, RemoteMeans>;
    /** Of the rules: letters, digits and underscores, at most 26. */
    readonly name: string;
  }) {
    const { machines, shells, ports, journal, means, name } = options;
    this.#machines = machines;
    this.#shells = shells;
    this.#journal = journal;
    this.#means = means;
    this.#name = name;
    this.#addresses = new NodeAddresses(
      machines.map(({ node }) => node),
      ports,
      (node, port) => {
        const machine = machines[node];
        if (machine === undefined) throw new Error(`no machine for node ${node + 1}`);
        return { host: machine.address, port: machine.basePort + port };
      },
    );
  }

  address(node: NodeId, port?: string): Address {
    return this.#addresses.of(node, port);
  }

  route(_from: Source, to: NodeId, port?: string): Address {
    return this.address(to, port);
  }

  probe(_from: Source, to: NodeId): Address {
    return this.address(to);
  }

  /** Whether a connection from `from`, made there, to the port for clients of `to` comes about in time. */
  async connects(from: NodeId, to: NodeId, milliseconds: number): Promise<boolean> {
    const { host, port } = this.address(to);
    const script = 'timeout "$3" bash -c ": </dev/tcp/$1/$2" 2>/dev/null && echo yes || echo no';
    const said = await this.#shell(from).run(script, [host, String(port), (milliseconds / 1000).toFixed(3)]);
    return said.trim() === "yes";
  }

  place(_node: NodeId, specification: ProcessSpecification): ProcessSpecification {
    return specification;
  }

  async apply(name: string, fault: LinkFault, links: readonly Link[]): Promise<void> {
    if (this.#applied.has(name)) throw new Error(`fault ${name} is on already`);
    if (fateOf(fault) === undefined && !netemKinds.some((kind) => kind === fault.kind))
      throw new Error(`neither packet filters nor netem can do the fault ${fault.kind}`);
    this.#applied.set(name, { fault, links });
    try {
      await this.#load();
    } catch (error) {
      await this.remove(name);
      throw error;
    }
  }

  async remove(name: string): Promise<void> {
    if (this.#applied.delete(name)) await this.#load();
  }

  async faultsInForce(): Promise<number> {
    const counts = await Promise.all(
      this.#machines.flatMap(({ node }) => {
        const shell = this.#shell(node);
        const count = packetFilters[this.#meansOf(node).filter].count(this.#name);
        return [count, ...(this.#queues.has(node) ? [countDisturbed] : [])].map(async (command) =>
          Number((await shell.perform(command)).trim()),
        );
      }),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }

  async close(): Promise<void> {
    this.#applied.clear();
    const undone = [
      ...[...this.#queues].map(async ([node, entry]) => {
        await this.#shell(node).perform(undisturb);
        this.#strike(this.#queues, node, entry);
      }),
      ...[...this.#tables].map(async ([node, entry]) => {
        await this.#shell(node).perform(packetFilters[this.#meansOf(node).filter].remove(this.#name));
        this.#strike(this.#tables, node, entry);
      }),
    ];
    await allDone(undone).finally(() => allDone([...this.#shells.values()].map((shell) => shell.close())));
  }

  /** Puts what is applied now into effect, on every machine at once, after the change that is under way. */
  async #load(): Promise<void> {
    const change = this.#change.then(() =>
      allDone(
        this.#machines.map(async (machine) => {
          await this.#filter(machine);
          await this.#disturb(machine);
        }),
      ),
    );
    this.#change = change.catch(() => undefined);
    await change;
  }

  /** Replaces the rules of a machine, if it has any or is to have some. */
  async #filter(machine: RemoteMachine): Promise<void> {
    const { node } = machine;
    const rules = this.#rulesOf(machine);
    if (rules.length === 0 && !this.#tables.has(node)) return;
    const shell = this.#shell(node);
    const { filter } = this.#meansOf(node);
    if (!this.#tables.has(node)) {
      const entry = { kind: "remote-table", node, ssh: shell.target, table: this.#name, filter } as const;
      this.#tables.set(node, this.#journal.enter(entry));
    }
    await shell.perform(packetFilters[filter].load({ ...this.#placeOf(machine), name: this.#name, rules }));
  }

  /** The same for what delays and mangles packets. */
  async #disturb(machine: RemoteMachine): Promise<void> {
    const { node } = machine;
    const disturbed = this.#disturbedFrom(machine);
    const entry = this.#queues.get(node);
    if (disturbed.length > 0) {
      const shell = this.#shell(node);
      const command = disturb({ ...this.#placeOf(machine), disturbed });
      if (entry === undefined)
        this.#queues.set(node, this.#journal.enter({ kind: "remote-queue", node, ssh: shell.target }));
      await shell.perform(command);
    } else if (entry !== undefined) {
      await this.#shell(node).perform(undisturb);
      this.#strike(this.#queues, node, entry);
    }
  }

  #strike(entries: Map<NodeId, number>, node: NodeId, entry: number): void {
    this.#journal.strike(entry);
    entries.delete(node);
  }

  /** What a machine's commands have to know of it. */
  #placeOf({ node, address }: RemoteMachine) {
    return {
      address,
      peers: this.#machines.filter((each) => each.node !== node).map((each) => each.address),
      ports: [undefined, ...this.#addresses.ports].map((port) => this.address(node, port).port),
      sshPort: sshPortOf(this.#shell(node)),
    };
  }

  /** The rules that are carried out on a machine: on what comes in from peers and clients, and on what goes out to clients. */
  #rulesOf({ node }: RemoteMachine): PacketRule[] {
    const rules: PacketRule[] = [];
    for (const [name, { fault, links }] of this.#applied) {
      const fate = fateOf(fault);
      if (fate === undefined) continue;
      for (const { from, to } of links) {
        const comment = `${name} ${from} ${to}`;
        if (to === node) rules.push({ chain: "input", other: this.#other(from), fate, comment });
        else if (to === "clients" && from === node)
          rules.push({ chain: "output", other: "clients", fate, comment });
      }
    }
    return rules;
  }

  /**
   * What is disturbed on its way out of a machine. What clients send is not on its way out of any; as it is answers that they wait for, those are late
   * in its place.
   */
  #disturbedFrom({ node }: RemoteMachine): Disturbed[] {
    const faults = new Map<string, Set<LinkFault>>();
    for (const { fault, links } of this.#applied.values()) {
      if (fateOf(fault) !== undefined) continue;
      for (const { from, to } of links) {
        const [sender, receiver] = from === "clients" ? [to, from] : [from, to];
        if (sender !== node) continue;
        const other = this.#other(receiver);
        const known = faults.get(other);
        if (known === undefined) faults.set(other, new Set([fault]));
        else known.add(fault);
      }
    }
    return [...faults].map(([other, each]) => ({ other, faults: [...each] }));
  }

  #other(source: Source): string {
    return this.#machines.find(({ node }) => node === source)?.address ?? "clients";
  }

  #meansOf(node: NodeId): RemoteMeans {
    const means = this.#means.get(node);
    if (means === undefined) throw new Error(`the machine of ${node} was not looked at`);
    return means;
  }

  #shell(node: NodeId): RemoteShell {
    const shell = this.#shells.get(node);
    if (shell === undefined) throw new Error(`no machine for node ${node}`);
    return shell;
  }
}

/** What becomes of a packet on a link with a fault; undefined where packets are not lost but disturbed. */
function fateOf(fault: LinkFault): PacketFate | undefined {
  switch (fault.kind) {
    case "cut":
      return { kind: "drop" };
    case "reset":
      return { kind: "reset" };
    case "bandwidth":
      return fault;
    case "loss":
      return { kind: "loss", rate: fault.rate };
    default:
      return undefined;
  }
}

function sshPortOf({ target }: RemoteShell): number {
  return target.port ?? 22;
}
