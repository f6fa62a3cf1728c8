import { request } from "node:http";

/** An answer of the API, reduced to what is compared: ports and the name of a resolver differ from run to run. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** Calls the API as it is written: the path is sent untouched, which `fetch` would not do. */
export function call(
  url: string,
  method: string,
  path: string,
  body = "",
  headers: Record<string, string> = {},
): Promise<Answer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const length = { "content-length": String(Buffer.byteLength(body)) };
    const options = { hostname, port, method, path, headers: { ...headers, ...length }, agent: false };
    const outgoing = request(options, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("error", reject);
      response.on("end", () => {
        const { location, "content-type": type = "-" } = response.headers;
        const text = location ?? Buffer.concat(parts).toString();
        resolve({ status: response.statusCode ?? 0, type: shortType(type), body: normalise(text) });
      });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

function shortType(type: string): string {
  return (
    new Map([
      ["application/json", "json"],
      ["application/json;charset=utf-8", "json-utf8"],
      ["text/plain; charset=utf-8", "text"],
    ]).get(type) ?? type
  );
}

function normalise(text: string): string {
  return text
    .replaceAll(/(127\.0\.0\.1|\[::\]|\[::1\]):[1-9]\d+/g, "$1:PORT")
    .replaceAll(/ on [\d.]+:\d+/g, "")
    .replaceAll("\n", "⏎");
}
