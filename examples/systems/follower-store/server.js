/**
 * A key-value store over HTTP: the first node takes the writes, and tells the others afterwards, who are read from.
 *
 *     node server.js HOST PORT FOLLOWER-URL…       the leader
 *     node server.js HOST PORT --leader URL        a follower
 */
import { createServer } from "node:http";

const [host, port, ...rest] = process.argv.slice(2);
const leader = rest[0] === "--leader" ? rest[1] : undefined;
const followers = leader === undefined ? rest : [];
const values = new Map();

async function body(request) {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text;
}

function put(key, text) {
  values.set(key, text);
  for (const follower of followers) {
    fetch(`${follower}/copy${key}`, { method: "PUT", body: text }).catch(() => undefined);
  }
}

createServer(async (request, response) => {
  const { method, url = "" } = request;
  if (method === "GET") {
    response.end(values.get(url) ?? "null");
  } else if (url.startsWith("/copy")) {
    values.set(url.slice("/copy".length), await body(request));
    response.end();
  } else if (leader === undefined) {
    // With ?from=… only if that is the value. Nothing happens between the look and the change: there is one thread.
    const { pathname, searchParams } = new URL(url, "http://store");
    const text = await body(request);
    const from = searchParams.get("from");
    if (from === null || from === values.get(pathname)) put(pathname, text);
    else response.statusCode = 412;
    response.end();
  } else {
    response.writeHead(421).end("ask the leader");
  }
}).listen(Number(port), host);

// The end of standard input is the end of whoever started it.
process.stdin.resume().on("end", () => process.exit(0));
