import { Proxy, Toxiproxy, type ICreateToxicBody } from "toxiproxy-node-client";
import { startToxiproxy, type ToxiproxyOptions, type ToxiproxyServer } from "../server.ts";
import { dial, PeerServer, type Peer } from "./peer.ts";

/** A server behind a proxy named "p", driven by the client library that everyone uses. */
export class Scene {
  readonly toxiproxy: ToxiproxyServer;
  readonly client: Toxiproxy;
  readonly server: PeerServer;
  proxy: Proxy;

  private constructor(toxiproxy: ToxiproxyServer, client: Toxiproxy, server: PeerServer, proxy: Proxy) {
    this.toxiproxy = toxiproxy;
    this.client = client;
    this.server = server;
    this.proxy = proxy;
  }

  /** Sets the scene, plays in it and clears it away. */
  static async play(
    act: (scene: Scene) => Promise<void>,
    start: () => Promise<ToxiproxyServer> = () => startToxiproxy({ metrics: true }),
  ): Promise<void> {
    const server = await PeerServer.start();
    const toxiproxy = await start();
    try {
      const client = new Toxiproxy(toxiproxy.url);
      const proxy = await client.createProxy({ name: "p", listen: "127.0.0.1:0", upstream: server.address });
      await act(new Scene(toxiproxy, client, server, proxy));
    } finally {
      await toxiproxy.close();
      await server.close();
    }
  }

  static embedded(options: ToxiproxyOptions): () => Promise<ToxiproxyServer> {
    return () => startToxiproxy(options);
  }

  /** A client's end and the server's end of a new connection. */
  async connect(): Promise<{ client: Peer; server: Peer }> {
    const index = this.server.peers.length;
    const client = await dial(this.proxy.listen);
    return { client, server: await this.server.peer(index) };
  }

  /** Adds a toxic, downstream and at work on every connection unless told otherwise. */
  async addToxic(
    type: string,
    attributes: Record<string, number>,
    rest: { name?: string; stream?: "upstream" | "downstream"; toxicity?: number } = {},
  ): ReturnType<Proxy["addToxic"]> {
    const stream = rest.stream ?? "downstream";
    const body = { type, attributes, stream, toxicity: 1, name: `${type}_${stream}`, ...rest };
    return this.proxy.addToxic(body as ICreateToxicBody<unknown>);
  }

  /** A counter of `/metrics` for one direction of the proxy. */
  async counter(name: string, direction: "upstream" | "downstream"): Promise<number> {
    const text = await (await fetch(`${this.toxiproxy.url}/metrics`)).text();
    const prefix = `toxiproxy_proxy_${name}{direction="${direction}"`;
    const line = text.split("\n").find((candidate) => candidate.startsWith(prefix));
    return Number(line?.split(" ").at(-1) ?? 0);
  }
}
