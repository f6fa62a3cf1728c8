import type { Server, Socket } from "node:net";
import type { Random } from "../../workloads/random.ts";
import { toxicAlreadyExists, toxicNotFound } from "./api-error.ts";
import { Connection } from "./connection.ts";
import { formatAddress, formatSocketAddress, isWildcard, resolveAddress } from "./go/address.ts";
import { boundAddress, listen } from "./listen.ts";
import type { Metrics } from "./metrics.ts";
import type { Direction, Toxic } from "./toxic.ts";

/** What every proxy of a server shares. */
export interface ProxyServices {
  readonly random: Random;
  readonly metrics: Metrics;
  readonly now: () => number;
}

/** The part of a proxy that an update may change. */
export interface ProxySettings {
  readonly listen: string;
  readonly upstream: string;
  readonly enabled: boolean;
}

/**
 * One listening address and the server behind it. Enabled, it listens; disabled, it neither listens nor
 * has connections. Toxics survive both. Changes of one proxy must not overlap: see `Proxies`.
 */
export class Proxy {
  readonly name: string;
  readonly #services: ProxyServices;
  readonly #random: Random;
  readonly #toxics: Record<Direction, Toxic[]> = { upstream: [], downstream: [] };
  readonly #connections = new Set<Connection>();
  #listen: string;
  #upstream: string;
  #server: Server | undefined;
  #accepted = 0;

  constructor(services: ProxyServices, name: string, listenAddress: string, upstream: string) {
    this.name = name;
    this.#services = services;
    this.#random = services.random.split(`proxy ${name}`);
    this.#listen = listenAddress;
    this.#upstream = upstream;
  }

  /** As given, until the proxy has listened; then the address it was bound to, and is bound to again. */
  get listen(): string {
    return this.#listen;
  }

  get upstream(): string {
    return this.#upstream;
  }

  get enabled(): boolean {
    return this.#server !== undefined;
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  /** All toxics: the upstream ones in the order of their chain, then the downstream ones. */
  get toxics(): readonly Toxic[] {
    return [...this.#toxics.upstream, ...this.#toxics.downstream];
  }

  /** Begins to listen, if it does not already. */
  async start(): Promise<void> {
    if (this.#server !== undefined) return;
    this.#server = await listen(this.#listen, (client) => this.#accept(client));
    this.#listen = formatSocketAddress(boundAddress(this.#server));
  }

  /** Stops listening and closes every connection, without waiting for anything that is on its way. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const connection of this.#connections) connection.destroy();
    await closed;
  }

  /** Whether other settings would make it another proxy: another server, or another address to listen on. */
  async differs(listenAddress: string, upstream: string): Promise<boolean> {
    const resolved = await resolveAddress(listenAddress);
    const wanted = formatAddress(isWildcard(resolved.host) ? { ...resolved, host: "::" } : resolved);
    return wanted !== this.#listen || upstream !== this.#upstream;
  }

  async update(settings: ProxySettings): Promise<void> {
    if (await this.differs(settings.listen, settings.upstream)) {
      await this.stop();
      this.#listen = settings.listen;
      this.#upstream = settings.upstream;
    }
    if (settings.enabled) await this.start();
    else await this.stop();
  }

  /** The toxic of that name; an ApiError when there is none. */
  toxic(name: string): Toxic {
    const found = this.toxics.find((toxic) => toxic.name === name);
    if (found === undefined) throw toxicNotFound();
    return found;
  }

  /** An ApiError when a toxic has that name already, in whichever direction. */
  refuseToxicName(name: string): void {
    if (this.toxics.some((toxic) => toxic.name === name)) throw toxicAlreadyExists();
  }

  /** Adds a toxic to the end of its chain, on connections that are open too. */
  addToxic(toxic: Toxic): void {
    this.refuseToxicName(toxic.name);
    this.#toxics[toxic.direction].push(toxic);
    for (const connection of this.#connections) connection.link(toxic.direction)?.add(toxic);
  }

  updateToxic(toxic: Toxic, toxicity: number, attributes: Toxic["attributes"]): void {
    toxic.toxicity = toxicity;
    toxic.attributes = attributes;
    toxic.revision++;
    for (const connection of this.#connections) connection.link(toxic.direction)?.update(toxic);
  }

  removeToxic(toxic: Toxic): void {
    const chain = this.#toxics[toxic.direction];
    chain.splice(chain.indexOf(toxic), 1);
    for (const connection of this.#connections) connection.link(toxic.direction)?.remove(toxic);
  }

  #accept(client: Socket): void {
    // Made here and not before: a connection accepted in the moment of stopping is none.
    if (this.#server === undefined) {
      client.destroy();
      return;
    }
    const { metrics, now } = this.#services;
    const connection = new Connection({
      client,
      upstream: this.#upstream,
      random: this.#random.split(`connection ${this.#accepted++}`),
      toxics: (direction) => this.#toxics[direction],
      bytes: (direction) => metrics.bytes(direction, this.name, this.#listen, this.#upstream),
      now,
      closed: (closed) => this.#connections.delete(closed),
    });
    this.#connections.add(connection);
  }
}
