import { proxyAlreadyExists, proxyNotFound, toApiError, type ApiError } from "./api-error.ts";
import type { ProxyGauges } from "./metrics.ts";
import { Proxy, type ProxyServices, type ProxySettings } from "./proxy.ts";

/** A proxy as a request describes it. */
export interface ProxyDescription extends ProxySettings {
  readonly name: string;
}

/**
 * The proxies of a server by name. Changes under one name happen one after the other; a proxy that waits
 * for its address to be resolved holds up no other, and none is held up by what is on its way.
 */
export class Proxies {
  readonly #services: ProxyServices;
  readonly #proxies = new Map<string, Proxy>();
  readonly #queues = new Map<string, Promise<void>>();

  constructor(services: ProxyServices) {
    this.#services = services;
  }

  /** All of them, by name. */
  all(): readonly Proxy[] {
    return [...this.#proxies.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  gauges(): readonly ProxyGauges[] {
    return this.all().map((proxy) => ({
      name: proxy.name,
      connections: proxy.connectionCount,
      toxics: proxy.toxics.length,
    }));
  }

  get(name: string): Proxy {
    const proxy = this.#proxies.get(name);
    if (proxy === undefined) throw proxyNotFound();
    return proxy;
  }

  /** Adds a proxy; one that cannot listen is not added. */
  create({ name, listen, upstream, enabled }: ProxyDescription): Promise<Proxy> {
    return this.#alone(name, async () => {
      if (this.#proxies.has(name)) throw proxyAlreadyExists();
      return this.#add(new Proxy(this.#services, name, listen, upstream), enabled);
    });
  }

  /**
   * Makes each described proxy exist: one of that name, address and upstream is kept as it is, toxics and
   * `enabled` included; one that differs is replaced. Ends at the first that fails.
   */
  async populate(
    descriptions: readonly ProxyDescription[],
  ): Promise<{ readonly proxies: readonly Proxy[]; readonly error?: ApiError }> {
    const proxies: Proxy[] = [];
    for (const description of descriptions) {
      try {
        proxies.push(await this.#addOrReplace(description));
      } catch (error) {
        return { proxies, error: toApiError(error) };
      }
    }
    return { proxies };
  }

  /** Changes a proxy by what `settings` makes of it as it then is. */
  update(name: string, settings: (proxy: Proxy) => ProxySettings): Promise<Proxy> {
    return this.#alone(name, async () => {
      const proxy = this.get(name);
      await proxy.update(settings(proxy));
      return proxy;
    });
  }

  remove(name: string): Promise<void> {
    return this.#alone(name, async () => {
      const proxy = this.get(name);
      this.#proxies.delete(name);
      await proxy.stop();
    });
  }

  /** Enables every proxy and removes every toxic; if some cannot listen, the others are reset all the same. */
  async reset(): Promise<void> {
    let failure: ApiError | undefined;
    for (const proxy of this.all()) {
      try {
        await this.#alone(proxy.name, async () => {
          for (const toxic of proxy.toxics) proxy.removeToxic(toxic);
          if (this.#proxies.get(proxy.name) === proxy) await proxy.start();
        });
      } catch (error) {
        failure ??= toApiError(error);
      }
    }
    if (failure !== undefined) throw failure;
  }

  /** Stops and forgets every proxy. */
  async clear(): Promise<void> {
    await Promise.all(this.#queues.values());
    const proxies = this.all();
    this.#proxies.clear();
    await Promise.all(proxies.map((proxy) => proxy.stop()));
  }

  #addOrReplace({ name, listen, upstream, enabled }: ProxyDescription): Promise<Proxy> {
    return this.#alone(name, async () => {
      const existing = this.#proxies.get(name);
      if (existing !== undefined) {
        if (!(await existing.differs(listen, upstream))) return existing;
        await existing.stop();
      }
      return this.#add(new Proxy(this.#services, name, listen, upstream), enabled);
    });
  }

  async #add(proxy: Proxy, enabled: boolean): Promise<Proxy> {
    if (enabled) await proxy.start();
    this.#proxies.set(proxy.name, proxy);
    return proxy;
  }

  /** Runs a change after all changes under the same name that were begun before. */
  #alone<Result>(name: string, change: () => Promise<Result>): Promise<Result> {
    const result = (this.#queues.get(name) ?? Promise.resolve()).then(change);
    const settled = result.then(
      () => {},
      () => {},
    );
    this.#queues.set(name, settled);
    void settled.then(() => {
      if (this.#queues.get(name) === settled) this.#queues.delete(name);
    });
    return result;
  }
}
