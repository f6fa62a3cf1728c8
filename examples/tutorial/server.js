// node server.js HOST PORT FOLDER [late]: a key-value store over HTTP, which keeps its values in a file.
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

const [host, port, folder, saving] = process.argv.slice(2);
const file = join(folder, "values.json");
const values = new Map(Object.entries(load()));

function load() {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return {};
  }
}

// All of the new file is there or all of the old one, whatever happens meanwhile.
function save() {
  const next = openSync(`${file}.next`, "w");
  writeFileSync(next, JSON.stringify(Object.fromEntries(values)));
  fsyncSync(next);
  closeSync(next);
  renameSync(`${file}.next`, file);
}

if (saving === "late") setInterval(save, 1_000);

createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, "http://kv");
  const key = pathname.slice(1);
  if (request.method === "GET") {
    // Of the whole store, the keys.
    response.end(JSON.stringify(key === "" ? [...values.keys()] : (values.get(key) ?? null)));
    return;
  }
  let body = "";
  for await (const chunk of request) body += chunk;
  // PUT /key?from=5 changes it only if it is 5.
  const from = searchParams.get("from");
  if (from !== null && from !== values.get(key)) {
    response.writeHead(412).end();
    return;
  }
  values.set(key, body);
  // Before anybody hears of it, unless it may come late.
  if (saving !== "late") save();
  response.end();
}).listen(Number(port), host);
