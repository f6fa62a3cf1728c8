import type { NodeId } from "../../../systems/contracts/protocol.ts";
import type { Address, ProcessSpecification } from "../../../systems/contracts/system.ts";
import { allDone } from "../../all-done.ts";
import type { Residence } from "../../local/residence.ts";
import type { Link, Source } from "../../nemesis/grudge.ts";
import type { LinkFault, LinkNetwork } from "../link-network.ts";
import { Holder, runTool } from "./holder.ts";
import { Layout } from "./layout.ts";
import { countLinks, linksInSets, type LinkSet } from "./rules.ts";
import type { PacketDisturbance } from "./switch/link-model.ts";
import { PacketSwitch } from "./switch/packet-switch.ts";
import { clientsScript, clientsGone, nodeScript, routerBatch, routerScript } from "./scripts.ts";

interface Applied {
  readonly fault: LinkFault;
  readonly links: readonly Link[];
}

/**
 * A network of namespaces: every node has one of its own, with an address of its own; the clients are in that of the harness, and between
 * them all stands a router in one more. Faults are sets of links at the router, changed in one transaction of nftables for
 * the whole network. The harness has to be in a namespace of its own (`enterNamespace`), so that all this is nobody else's.
 */
export class NamespaceNetwork implements LinkNetwork {
  readonly kind = "namespaces";
  readonly #layout: Layout;
  readonly #router: Holder;
  readonly #places: ReadonlyMap<NodeId, Holder>;
  readonly #applied = new Map<string, Applied>();
  readonly #seed: string;
  /** Runs as soon as it is needed. */
  #switch: PacketSwitch | undefined;
  /** The change under way; the next waits for it. */
  #change: Promise<void> = Promise.resolve();

  private constructor(layout: Layout, router: Holder, places: ReadonlyMap<NodeId, Holder>, seed: string) {
    this.#seed = seed;
    this.#layout = layout;
    this.#router = router;
    this.#places = places;
  }

  static async open(options: {
    readonly nodes: readonly NodeId[];
    readonly ports: readonly string[];
    /** Decides which packets are lost, and the like. */
    readonly seed: string;
  }): Promise<NamespaceNetwork> {
    const layout = new Layout(options.nodes, options.ports);
    const holders: Holder[] = [];
    const held = async (script: string): Promise<Holder> => {
      const holder = await Holder.start(script);
      holders.push(holder);
      return holder;
    };
    try {
      const router = await held(routerScript());
      const [places] = await Promise.all([
        allDone(
          layout.nodes.map(async (node) => [node, await held(nodeScript(node, layout, router.pid))] as const),
        ),
        runTool("sh", ["-c", clientsScript(layout, router.pid)], ""),
      ]);
      await router.run("ip", ["-batch", "-"], routerBatch(layout));
      return new NamespaceNetwork(layout, router, new Map(places), options.seed);
    } catch (error) {
      await Promise.all(holders.map((holder) => holder.close()));
      throw error;
    }
  }

  address(node: NodeId, port?: string): Address {
    return this.#layout.listen(node, port);
  }

  route(_from: Source, to: NodeId, port?: string): Address {
    return this.address(to, port);
  }

  probe(from: Source, to: NodeId): Address {
    const { host, port } = this.address(to);
    return { host: from === "clients" ? host : this.#layout.probe(from, to), port };
  }

  place(node: NodeId, specification: ProcessSpecification): ProcessSpecification {
    return this.#place(node).enter(specification);
  }

  residence(node: NodeId): Residence {
    const { namespace, pid } = this.#place(node);
    return { namespace, holder: pid };
  }

  async apply(name: string, fault: LinkFault, links: readonly Link[]): Promise<void> {
    if (this.#applied.has(name)) throw new Error(`fault ${name} is on already`);
    this.#applied.set(name, { fault, links });
    try {
      await this.#carryOut();
    } catch (error) {
      await this.remove(name);
      throw error;
    }
  }

  async remove(name: string): Promise<void> {
    if (this.#applied.delete(name)) await this.#carryOut();
  }

  async faultsInForce(): Promise<number> {
    return countLinks(await this.#router.run("nft", ["-j", "list", "ruleset"], ""));
  }

  async close(): Promise<void> {
    await this.#switch?.close();
    // While the other end is there: with the router's namespace it goes away by itself, some time later.
    await runTool("ip", ["-batch", "-"], clientsGone);
    await Promise.all([...this.#places.values()].map((place) => place.close()));
    await this.#router.close();
  }

  /** Puts what is applied now into the router, after the change that is under way. */
  async #carryOut(): Promise<void> {
    const change = this.#change.then(async () => {
      const sets: Record<LinkSet, Link[]> = { cuts: [], resets: [], detours: [] };
      const disturbances = new Map<string, PacketDisturbance[]>();
      for (const { fault, links } of this.#applied.values()) {
        for (const link of links) {
          if (fault.kind === "cut") sets.cuts.push(link);
          else if (fault.kind === "reset") sets.resets.push(link);
          else {
            const known = disturbances.get(keyOf(link));
            if (known !== undefined) known.push(fault);
            else {
              disturbances.set(keyOf(link), [fault]);
              sets.detours.push(link);
            }
          }
        }
      }
      if (sets.detours.length > 0)
        this.#switch ??= await PacketSwitch.start(this.#router, this.#layout, this.#seed);
      // Packets that come to the switch though their link has no disturbance any more pass as they are.
      await this.#switch?.carry(
        sets.detours.map((link) => ({
          from: this.#layout.place(link.from).address,
          to: this.#layout.place(link.to).address,
          disturbances: disturbances.get(keyOf(link)) ?? [],
        })),
      );
      const transaction = linksInSets(
        { ...sets, cuts: distinct(sets.cuts), resets: distinct(sets.resets) },
        this.#layout,
      );
      // Our end of its input is a socket, which nft would not open.
      await this.#router.run("sh", ["-c", "cat | nft -j -f -"], transaction);
    });
    this.#change = change.catch(() => undefined);
    await change;
  }

  #place(node: NodeId): Holder {
    const place = this.#places.get(node);
    if (place === undefined) throw new Error(`no node ${node} in this world`);
    return place;
  }
}

function distinct(links: readonly Link[]): Link[] {
  return [...new Map(links.map((link) => [keyOf(link), link])).values()];
}

function keyOf({ from, to }: Link): string {
  return `${from}>${to}`;
}
