/** What a request asks for. */
export type Endpoint =
  | {
      readonly name: "list proxies" | "create proxy" | "populate" | "reset" | "version" | "metrics";
    }
  | {
      readonly name: "show proxy" | "update proxy" | "delete proxy" | "list toxics" | "create toxic";
      readonly proxy: string;
    }
  | {
      readonly name: "show toxic" | "update toxic" | "delete toxic";
      readonly proxy: string;
      readonly toxic: string;
    };

export type Route =
  | { readonly kind: "found"; readonly endpoint: Endpoint }
  | { readonly kind: "not found" | "method not allowed" | "malformed" }
  | { readonly kind: "moved"; readonly location: string };

/**
 * Finds the endpoint of a request as upstream's router does: a path that is not in its simplest form is
 * sent there, a slash at the end makes another path, and a known path has its own methods.
 */
export function route(method: string, url: string, serveMetrics: boolean): Route {
  const [, rawPath = "", query = ""] = /^([^?]*)(.*)$/s.exec(url) ?? [];
  let path: string;
  try {
    path = decodeURIComponent(rawPath);
  } catch {
    return { kind: "malformed" };
  }
  const simplest = simplify(path);
  if (simplest !== path) return { kind: "moved", location: encodeURI(simplest) + query };
  const methods = endpointsAt(path.split("/").slice(1), serveMetrics);
  if (methods === undefined) return { kind: "not found" };
  const endpoint = methods[method] ?? methods["any"];
  return endpoint === undefined ? { kind: "method not allowed" } : { kind: "found", endpoint };
}

type Methods = Readonly<Record<string, Endpoint>>;

function endpointsAt(segments: readonly string[], serveMetrics: boolean): Methods | undefined {
  const [first = "", proxy = "", third, toxic = ""] = segments;
  if (segments.length === 1) {
    switch (first) {
      case "proxies":
        return { GET: { name: "list proxies" }, POST: { name: "create proxy" } };
      case "populate":
        return { POST: { name: "populate" } };
      case "reset":
        return { POST: { name: "reset" } };
      case "version":
        return { GET: { name: "version" } };
      case "metrics":
        return serveMetrics ? { any: { name: "metrics" } } : undefined;
      default:
        return undefined;
    }
  }
  if (first !== "proxies" || proxy === "") return undefined;
  if (segments.length === 2) {
    const update: Endpoint = { name: "update proxy", proxy };
    const show: Endpoint = { name: "show proxy", proxy };
    return { GET: show, POST: update, PATCH: update, DELETE: { name: "delete proxy", proxy } };
  }
  if (third !== "toxics") return undefined;
  if (segments.length === 3) {
    return { GET: { name: "list toxics", proxy }, POST: { name: "create toxic", proxy } };
  }
  if (segments.length > 4 || toxic === "") return undefined;
  const update: Endpoint = { name: "update toxic", proxy, toxic };
  const show: Endpoint = { name: "show toxic", proxy, toxic };
  return { GET: show, POST: update, PATCH: update, DELETE: { name: "delete toxic", proxy, toxic } };
}

/** A path without empty, `.` and `..` segments; a slash at its end stays. */
function simplify(path: string): string {
  const kept: string[] = [];
  const segments = path.split("/");
  for (const segment of segments) {
    if (segment === "..") kept.pop();
    else if (segment !== "" && segment !== ".") kept.push(segment);
  }
  const simplest = `/${kept.join("/")}`;
  return path.endsWith("/") && kept.length > 0 ? `${simplest}/` : simplest;
}
