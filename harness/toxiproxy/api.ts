import { ApiError, toApiError } from "./api-error.ts";
import { encodeArray, encodeFloat32, encodeNumber, encodeObject, encodeString } from "./go/json-encode.ts";
import type { Metrics } from "./metrics.ts";
import type { Proxies } from "./proxies.ts";
import type { Proxy } from "./proxy.ts";
import type { ToxicRegistry } from "./registry.ts";
import { readProxies, readProxy, readProxyUpdate, readToxic, readToxicUpdate } from "./requests.ts";
import { route, type Endpoint } from "./routes.ts";
import type { Toxic } from "./toxic.ts";

/** The version of Toxiproxy whose API this is. */
export const toxiproxyVersion = "2.12.0";

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface ApiOptions {
  readonly proxies: Proxies;
  readonly registry: ToxicRegistry;
  readonly metrics: Metrics;
  /** Whether `/metrics` exists. */
  readonly serveMetrics: boolean;
  /** Whether to show upstream's slips too: see `startToxiproxy`. */
  readonly strict: boolean;
}

export interface ApiRequest {
  readonly method: string;
  /** The path as it was sent, with the query. */
  readonly url: string;
  readonly userAgent: string;
  readonly body: Uint8Array;
}

/** What a request is answered; nothing of HTTP's transport is known here. */
export async function answer(request: ApiRequest, options: ApiOptions): Promise<Reply> {
  const found = route(request.method, request.url, options.serveMetrics);
  switch (found.kind) {
    case "moved":
      return { status: 301, headers: { location: found.location }, body: "" };
    case "malformed":
      return { status: 400, headers: { "content-type": plainText }, body: "400 Bad Request" };
    case "not found":
      return plainError(404, "404 page not found");
    case "method not allowed":
      return { status: 405, headers: {}, body: "" };
    case "found":
      break;
  }
  // Browsers are kept out so that no web page can command a server on its visitor's machine.
  if (request.userAgent.startsWith("Mozilla/")) return matched(plainError(403, "User agent not allowed"));
  try {
    return matched(await handle(found.endpoint, request.body, options));
  } catch (error) {
    const { message, status } = toApiError(error);
    return matched(plainError(status, encodeError({ message, status })));
  }
}

async function handle(endpoint: Endpoint, body: Uint8Array, options: ApiOptions): Promise<Reply> {
  const { proxies, registry, strict } = options;
  const show = (proxy: Proxy): string => encodeProxy(proxy, strict);
  switch (endpoint.name) {
    case "list proxies":
      return json(200, encodeObject(proxies.all().map((proxy) => [proxy.name, show(proxy)])));
    case "create proxy":
      return json(201, show(await proxies.create(readProxy(body))));
    case "show proxy":
      return json(200, show(proxies.get(endpoint.proxy)));
    case "update proxy": {
      proxies.get(endpoint.proxy);
      return json(200, show(await proxies.update(endpoint.proxy, readProxyUpdate(body))));
    }
    case "delete proxy":
      await proxies.remove(endpoint.proxy);
      return noContent;
    case "list toxics":
      return json(200, encodeArray(proxies.get(endpoint.proxy).toxics.map(encodeToxic)));
    case "create toxic": {
      const proxy = proxies.get(endpoint.proxy);
      const toxic = readToxic(body, registry, (name) => proxy.refuseToxicName(name));
      proxy.addToxic(toxic);
      return json(200, encodeToxic(toxic));
    }
    case "show toxic":
      return json(200, encodeToxic(proxies.get(endpoint.proxy).toxic(endpoint.toxic)));
    case "update toxic": {
      const proxy = proxies.get(endpoint.proxy);
      const toxic = proxy.toxic(endpoint.toxic);
      const { toxicity, attributes } = readToxicUpdate(body, toxic);
      proxy.updateToxic(toxic, toxicity, attributes);
      return json(200, encodeToxic(toxic));
    }
    case "delete toxic": {
      const proxy = proxies.get(endpoint.proxy);
      proxy.removeToxic(proxy.toxic(endpoint.toxic));
      return noContent;
    }
    case "populate":
      return populate(body, options);
    case "reset":
      await proxies.reset();
      return noContent;
    case "version":
      return json(200, `{"version": "${toxiproxyVersion}"}\n`, "application/json;charset=utf-8");
    case "metrics":
      break;
  }
  return json(200, options.metrics.format(proxies.gauges()), "text/plain; version=0.0.4; charset=utf-8");
}

async function populate(body: Uint8Array, { proxies, strict }: ApiOptions): Promise<Reply> {
  let error: ApiError | undefined;
  let done: readonly Proxy[] = [];
  try {
    ({ proxies: done, error } = await proxies.populate(readProxies(body)));
  } catch (thrown) {
    error = toApiError(thrown);
  }
  const shown = done.map((proxy) => encodeProxy(proxy, strict));
  const list = strict && shown.length === 0 ? "null" : encodeArray(shown);
  const failure = error === undefined ? "" : `${encodeError(error).slice(1, -1)},`;
  return json(error?.status ?? 201, `{${failure}"proxies":${list}}`);
}

const plainText = "text/plain; charset=utf-8";

const noContent: Reply = { status: 204, headers: {}, body: "" };

function json(status: number, body: string, contentType = "application/json"): Reply {
  return { status, headers: { "content-type": contentType }, body };
}

function plainError(status: number, text: string): Reply {
  const headers = { "content-type": plainText, "x-content-type-options": "nosniff" };
  return { status, headers, body: `${text}\n` };
}

let matchedRequests = 0;

/** Every request that reached an endpoint has an identity. */
function matched(reply: Reply): Reply {
  const identity = (matchedRequests++).toString(32).padStart(20, "0");
  return { ...reply, headers: { ...reply.headers, "x-toxiproxy-request-id": identity } };
}

function encodeError({ message, status }: { message: string; status: number }): string {
  return encodeObject([
    ["error", encodeString(message)],
    ["status", String(status)],
  ]);
}

function encodeProxy(proxy: Proxy, strict: boolean): string {
  return encodeObject([
    ["name", encodeString(proxy.name)],
    ["listen", encodeString(proxy.listen)],
    ["upstream", encodeString(proxy.upstream)],
    ["enabled", String(proxy.enabled)],
    ...(strict ? ([["Logger", "{}"]] as const) : []),
    ["toxics", encodeArray(proxy.toxics.map(encodeToxic))],
  ]);
}

function encodeToxic(toxic: Toxic): string {
  const attributes = Object.entries(toxic.attributes);
  return encodeObject([
    ["attributes", encodeObject(attributes.map(([name, number]) => [name, encodeNumber(number)]))],
    ["name", encodeString(toxic.name)],
    ["type", encodeString(toxic.type.type)],
    ["stream", encodeString(toxic.stream)],
    ["toxicity", encodeFloat32(toxic.toxicity)],
  ]);
}
