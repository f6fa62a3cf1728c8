import { type ICreateToxicBody, type Proxy as ToxiproxyProxy, Toxiproxy } from "toxiproxy-node-client";

import { RunError } from "../../histories/errors.ts";
import type { Address, ProcessSpecification } from "../../systems/contracts/system.ts";
import type { Link, Source } from "../nemesis/grudge.ts";
import type { FaultJournal } from "../journal.ts";
import { allDone } from "../all-done.ts";
import type { LinkFault, LinkNetwork } from "../network/link-network.ts";
import type { NodeAddresses } from "./ports.ts";

type Stream = "upstream" | "downstream";

interface AppliedToxic {
  readonly proxy: string;
  readonly toxic: string;
  readonly entry: number;
}

/** Where the Toxiproxy server is, and how to let go of it. */
export interface ProxyServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * A network of proxies: every link between two nodes, in each direction, and every link from the clients to a
 * node passes a proxy of its own, one a port. Links are hurt through Toxiproxy's HTTP API only, so that
 * a user's own Toxiproxy server serves as well as the embedded one.
 */
export class ProxyNetwork implements LinkNetwork {
  readonly kind = "proxies";
  readonly #client: Toxiproxy;
  readonly #server: ProxyServer;
  readonly #journal: FaultJournal;
  readonly #entry: number;
  readonly #addresses: NodeAddresses;
  readonly #proxies: ReadonlyMap<string, ToxiproxyProxy>;
  /** Toxics in force, by the name of the fault that brought them. */
  readonly #applied = new Map<string, AppliedToxic[]>();

  private constructor(
    client: Toxiproxy,
    server: ProxyServer,
    journal: FaultJournal,
    entry: number,
    addresses: NodeAddresses,
    proxies: ReadonlyMap<string, ToxiproxyProxy>,
  ) {
    this.#client = client;
    this.#server = server;
    this.#journal = journal;
    this.#entry = entry;
    this.#addresses = addresses;
    this.#proxies = proxies;
  }

  /** Makes the proxies for nodes that listen, or will listen, at `addresses`; `prefix` keeps runs apart. */
  static async open(options: {
    /** Closed with the network. */
    server: ProxyServer;
    prefix: string;
    addresses: NodeAddresses;
    /** Nodes that share one list of addresses reach one another without proxies. */
    peers: "each-link" | "one-list";
    journal: FaultJournal;
  }): Promise<ProxyNetwork> {
    const { server, prefix, addresses, peers, journal } = options;
    const { url } = server;
    const client = new Toxiproxy(url);
    const { nodes } = addresses;
    const sources = peers === "each-link" ? [...nodes, "clients"] : ["clients"];
    const wanted = sources.flatMap((from) =>
      nodes
        .filter((to) => to !== from)
        .flatMap((to) => [undefined, ...addresses.ports].map((port) => ({ from, to, port }))),
    );
    const nameOf = ({ from, to, port }: (typeof wanted)[number]): string =>
      [prefix, from, to, ...(port === undefined ? [] : [port])].join("-");
    const entry = journal.enter({ kind: "proxies", url, names: wanted.map(nameOf) });
    const proxies = new Map<string, ToxiproxyProxy>();
    for (const each of wanted) {
      const { host, port } = addresses.of(each.to, each.port);
      const proxy = await client.createProxy({
        name: nameOf(each),
        listen: "127.0.0.1:0",
        upstream: `${host.includes(":") ? `[${host}]` : host}:${port}`,
      });
      proxies.set(keyOf(each, each.port), proxy);
    }
    return new ProxyNetwork(client, server, journal, entry, addresses, proxies);
  }

  address(node: string, port?: string): Address {
    return this.#addresses.of(node, port);
  }

  /** The address at which `from` reaches `to`: that of the proxy, or of the node itself where there is none. */
  route(from: Source, to: string, port?: string): Address {
    const proxy = this.#proxies.get(keyOf({ from, to }, port));
    if (proxy === undefined) return this.address(to, port);
    const { listen } = proxy;
    const colon = listen.lastIndexOf(":");
    return { host: listen.slice(0, colon), port: Number(listen.slice(colon + 1)) };
  }

  /** What passes a proxy is as good as sent by the node. */
  probe(from: Source, to: string): Address {
    return this.route(from, to);
  }

  /** Every process of this machine is at the place of every node. */
  place(_node: string, specification: ProcessSpecification): ProcessSpecification {
    return specification;
  }

  /** Puts `fault` on what is sent along `links`, under `name`; all of it or, on an error, none. */
  async apply(name: string, fault: LinkFault, links: readonly Link[]): Promise<void> {
    if (this.#applied.has(name)) throw new Error(`fault ${name} is on already`);
    const applied: AppliedToxic[] = [];
    this.#applied.set(name, applied);
    try {
      // Waited for to the end, so that on an error no toxic comes on after the others were taken off.
      await allDone(
        [...this.#streams(links)].map(async ([proxy, streams]) => {
          // One at a time: the real Toxiproxy 2.12 may panic when two are added to live links of a proxy at once.
          for (const stream of streams)
            applied.push(await this.#add(proxy, toxicFor(`${name}-${stream}`, stream, fault)));
        }),
      );
    } catch (error) {
      await this.remove(name);
      throw await this.#blamed(error);
    }
  }

  /** Adds a toxic, and looks whether the server has it. */
  async #add(proxy: ToxiproxyProxy, body: ICreateToxicBody<unknown>): Promise<AppliedToxic> {
    const applied = { proxy: proxy.name, toxic: body.name };
    const entry = this.#journal.enter({ kind: "toxic", url: this.#server.url, ...applied });
    try {
      await proxy.addToxic(body);
      await proxy.getToxic(body.name);
      return { ...applied, entry };
    } catch (error) {
      await removeToxic(this.#client, proxy.name, body.name);
      this.#journal.strike(entry);
      throw error;
    }
  }

  /** Without its server no link carries anything any more: then that is the error, and the end of the run. */
  async #blamed(error: unknown): Promise<unknown> {
    try {
      await this.#client.getVersion();
      return error;
    } catch (cause) {
      return new RunError(
        "E_TOXIPROXY_LOST",
        `The Toxiproxy server at ${this.#server.url} does not answer any more.`,
        { cause },
      );
    }
  }

  /** Takes fault `name` off every link; fine if it is not on. */
  async remove(name: string): Promise<void> {
    const applied = this.#applied.get(name) ?? [];
    await Promise.all(
      applied.map(async ({ proxy, toxic, entry }) => {
        await removeToxic(this.#client, proxy, toxic);
        this.#journal.strike(entry);
      }),
    );
    this.#applied.delete(name);
  }

  /** How many toxics the server says are in force, over all links of this network. */
  async faultsInForce(): Promise<number> {
    const all = await this.#client.getAll();
    const names = new Set([...this.#proxies.values()].map(({ name }) => name));
    let count = 0;
    for (const proxy of Object.values(all)) {
      if (!names.has(proxy.name)) continue;
      const response = await this.#client.api.get<unknown[]>(
        `${this.#server.url}/proxies/${proxy.name}/toxics`,
      );
      count += response.data.length;
    }
    return count;
  }

  /** Removes all faults and the proxies. */
  async close(): Promise<void> {
    for (const name of this.#applied.keys()) await this.remove(name);
    await Promise.all([...this.#proxies.values()].map((proxy) => removeProxy(this.#client, proxy.name)));
    this.#journal.strike(this.#entry);
    await this.#server.close();
  }

  /**
   * The streams, by proxy, that carry what is sent along `links`: on the connections that `from` opened, their
   * upstream direction; on those that `to` opened, the answers.
   */
  #streams(links: readonly Link[]): ReadonlyMap<ToxiproxyProxy, ReadonlySet<Stream>> {
    const streams = new Map<ToxiproxyProxy, Set<Stream>>();
    const add = (link: Link, stream: Stream): void => {
      for (const proxy of this.#proxiesOf(link))
        streams.set(proxy, (streams.get(proxy) ?? new Set()).add(stream));
    };
    for (const { from, to } of links) {
      if (to !== "clients") add({ from, to }, "upstream");
      if (from !== "clients") add({ from: to, to: from }, "downstream");
    }
    return streams;
  }

  /** The proxies on a link, one a port. */
  #proxiesOf(link: Link): ToxiproxyProxy[] {
    const proxies = [undefined, ...this.#addresses.ports].flatMap(
      (port) => this.#proxies.get(keyOf(link, port)) ?? [],
    );
    if (proxies.length === 0) throw new Error(`no proxy on the link from ${link.from} to ${link.to}`);
    return proxies;
  }
}

/** Removes a toxic; one that is gone already, with its proxy or its server, is removed. */
export async function removeToxic(client: Toxiproxy, proxy: string, toxic: string): Promise<void> {
  await ignoringAbsence(async () => (await (await client.get(proxy)).getToxic(toxic)).remove());
}

/** Removes a proxy; one that is gone already is removed. */
export async function removeProxy(client: Toxiproxy, name: string): Promise<void> {
  await ignoringAbsence(async () => (await client.get(name)).remove());
}

async function ignoringAbsence(remove: () => Promise<void>): Promise<void> {
  try {
    await remove();
  } catch (error) {
    if (!isAbsence(error)) throw error;
  }
}

/** Whether an error of the client library says that the thing, or the whole server, is not there. */
function isAbsence(error: unknown): boolean {
  for (let each: unknown = error; each instanceof Error; each = each.cause) {
    if (
      /status code 404|ECONNREFUSED|fetch failed/.test(
        `${each.message} ${"code" in each ? String(each.code) : ""}`,
      )
    )
      return true;
  }
  return false;
}

function keyOf({ from, to }: Link, port: string | undefined): string {
  return `${from}>${to}${port === undefined ? "" : `:${port}`}`;
}

function toxicFor(name: string, stream: Stream, fault: LinkFault): ICreateToxicBody<unknown> {
  const common = { name, stream, toxicity: 1 };
  switch (fault.kind) {
    case "cut":
      // Silence, not refusal: what a firewall that drops packets does, and what is hardest to tolerate.
      return { ...common, type: "timeout", attributes: { timeout: 0 } };
    case "latency":
      return {
        ...common,
        type: "latency",
        attributes: { latency: fault.milliseconds, jitter: fault.jitter },
      };
    case "bandwidth":
      return { ...common, type: "bandwidth", attributes: { rate: fault.kilobytesPerSecond } };
    case "slow-close":
      return { ...common, type: "slow_close", attributes: { delay: fault.milliseconds } };
    case "loss":
    case "duplication":
    case "corruption":
    case "reorder":
      throw new Error(`a proxy sees no packets, so that it cannot do ${fault.kind}`);
    case "reset":
      return { ...common, type: "reset_peer", attributes: { timeout: 0 } };
  }
}
