import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { performance } from "node:perf_hooks";
import { seededRandom } from "../../workloads/random.ts";
import { answer, type ApiOptions, type Reply } from "./api.ts";
import { formatSocketAddress } from "./go/address.ts";
import { boundAddress } from "./listen.ts";
import { Metrics } from "./metrics.ts";
import { Proxies } from "./proxies.ts";
import { toxicRegistry } from "./registry.ts";
import type { ToxicType } from "./toxic.ts";

/**
 * A server with Toxiproxy's HTTP API (https://github.com/Shopify/toxiproxy, version 2.12 and the packet_loss
 * toxic after it), inside this process. Clients of Toxiproxy cannot tell it apart, except where upstream's
 * behaviour would only be in the way:
 *
 * Connections
 * - Dialling the server does not hold up other clients; upstream dials inside its accept loop.
 * - The end of a stream is handed on as such (FIN) and leaves the other direction open; upstream closes both,
 *   so that an answer to a client that has finished speaking is lost.
 * - Nothing waits for data that cannot be delivered: removing, disabling and resetting never hang.
 * Toxics
 * - Whether a toxic hurts a connection is drawn when it meets the connection and when it is updated; upstream
 *   draws again whenever a neighbour in the chain changes. The draws depend on the seed, the proxy's name,
 *   the connection's number, the direction and the toxic's name, on nothing else.
 * - An update applies to data already held too; upstream lets the held data go first.
 * - Removing `timeout` closes the connections that it was at work on; upstream closes all of the proxy's.
 * - `reset_peer` resets connections older than itself too, and only those that its toxicity chose;
 *   removing it while its time runs stops that.
 * - `slicer` never cuts below one byte, where upstream recurses without end or panics.
 * - `bandwidth` refuses a negative rate, at which upstream panics. Its held data at rate 0 is not lost.
 * - `packet_loss` has its documented default of 0.1, hands the end of a stream on, and drops nothing on removal.
 * - Integers beyond 2^53 are refused, as upstream refuses those beyond 2^63. Times beyond 24.8 days end there.
 * API
 * - An update of a toxic with an invalid body changes nothing; upstream keeps the attributes before the bad one.
 * - Reset goes on with the other proxies when one cannot listen, and then answers 500.
 * - `populate` answers `[]`, not `null`, where there are no proxies, and sees that `:80` and `0.0.0.0:80` are the
 *   address that it listens on already. `strict` brings the null back.
 * - Proxies do not show upstream's stray `"Logger":{}`, except when `strict`.
 * - Names of services (`localhost:http`) are not known as ports; an unknown host's error names no resolver.
 * - Counters in `/metrics` are live; upstream adds a connection's bytes when it ends.
 * - A body longer than 16 MiB is answered 413.
 */
export interface ToxiproxyOptions {
  /** Where the API listens; 127.0.0.1 unless given. */
  readonly host?: string;
  /** 0, a free port, unless given. */
  readonly port?: number;
  /** Whence all randomness of toxics comes; 0 unless given. */
  readonly seed?: string | number | bigint;
  /** Whether `GET /metrics` exists, as with upstream's flag `-proxy-metrics`; no unless given. */
  readonly metrics?: boolean;
  /** Shows upstream's slips in answers byte for byte; for comparing the two. */
  readonly strict?: boolean;
  /** Kinds of toxics beyond the standard ones, or in their place. */
  readonly toxics?: readonly ToxicType[];
}

/** A running server. */
export interface ToxiproxyServer {
  /** Where its API is, such as `http://127.0.0.1:40123`. */
  readonly url: string;
  /** Ends the API, all listeners and all connections at once. */
  close(): Promise<void>;
}

const longestBody = 16 * 1024 * 1024;

/** Starts a server with Toxiproxy's HTTP API in this process. */
export async function startToxiproxy(options: ToxiproxyOptions = {}): Promise<ToxiproxyServer> {
  const { host = "127.0.0.1", port = 0, seed = 0, metrics: serveMetrics = false, strict = false } = options;
  const metrics = new Metrics();
  const random = seededRandom(seed).split("toxiproxy");
  const proxies = new Proxies({ random, metrics, now: () => performance.now() });
  const registry = toxicRegistry(options.toxics);
  const api: ApiOptions = { proxies, registry, metrics, serveMetrics, strict };
  const server = createServer({ requestTimeout: 15_000, keepAliveTimeout: 60_000 }, (request, response) => {
    void respond(request, response, api);
  });
  await listening(server, host, port);
  return {
    url: `http://${formatSocketAddress(boundAddress(server))}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await proxies.clear();
    },
  };
}

async function respond(request: IncomingMessage, response: ServerResponse, api: ApiOptions): Promise<void> {
  const body = await readBody(request);
  if (body === undefined) return;
  const { method = "GET", url = "/" } = request;
  const userAgent = request.headers["user-agent"] ?? "";
  const reply = body === "too long" ? tooLong : await answer({ method, url, userAgent, body }, api);
  const headers: Record<string, string | number> = { ...reply.headers };
  if (reply.status !== 204) headers["content-length"] = Buffer.byteLength(reply.body);
  if (body === "too long") headers["connection"] = "close";
  response.writeHead(reply.status, headers);
  response.end(reply.body);
}

const tooLong: Reply = {
  status: 413,
  headers: { "content-type": "text/plain; charset=utf-8" },
  body: '{"error":"request body too long","status":413}\n',
};

/** The whole body; undefined when the client went away first. */
async function readBody(request: IncomingMessage): Promise<Uint8Array | "too long" | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of request) {
      if (!(part instanceof Buffer)) throw new TypeError("a request body is made of buffers");
      length += part.length;
      if (length > longestBody) return "too long";
      parts.push(part);
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(parts);
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
