import { fileURLToPath } from "node:url";

import { defineSystem, type Address, type Client, type Completion } from "rashomon/systems";

const server = fileURLToPath(new URL("server.js", import.meta.url));

export const system = defineSystem({
  name: "kv",
  workloads: ["set", "register"],
  faults: ["partition", "latency", "reset", "pause", "kill"],
  settings: [{ name: "saving", summary: "when changes are written down", values: ["at-once", "late"] }],
  open: (surroundings, { settings = {} }) =>
    Promise.resolve({
      async start(node) {
        const { host, port } = surroundings.address(node);
        await surroundings.spawn(node, {
          command: process.execPath,
          arguments: [server, host, String(port), surroundings.directory(node), settings["saving"] ?? ""],
        });
        while (!(await answers(surroundings.address(node), 1_000))) {
          if (!surroundings.alive(node)) throw new Error("the server ended as it started");
        }
      },
      openClient: (node) => Promise.resolve(client(surroundings.route("clients", node))),
      ping: answers,
      close: () => Promise.resolve(),
    }),
});

function client({ host, port }: Address): Client {
  const store = `http://${host}:${port}/`;
  // Whether the server has answered: what takes the connection may be a proxy, and the server down.
  let open = false;
  return {
    async invoke({ f, key, value }): Promise<Completion> {
      open ||= await answers({ host, port }, 1_000);
      if (!open) return { type: "fail", error: "no server, so nothing was sent" };
      const signal = AbortSignal.timeout(1_000);
      try {
        if (f === "add") {
          await fetch(`${store}${JSON.stringify(value)}`, { method: "PUT", body: "here", signal });
          return { type: "ok" };
        }
        if (f === "write" || f === "cas") {
          const [from, to] = Array.isArray(value) ? value : [undefined, value];
          const condition = from === undefined ? "" : `?from=${JSON.stringify(from)}`;
          const url = `${store}${JSON.stringify(key)}${condition}`;
          const { ok } = await fetch(url, { method: "PUT", body: JSON.stringify(to), signal });
          return ok ? { type: "ok" } : { type: "fail", error: "another value" };
        }
        if (key !== undefined) {
          const response = await fetch(`${store}${JSON.stringify(key)}`, { signal });
          const held = (await response.json()) as string | null;
          return { type: "ok", value: held === null ? null : Number(held) };
        }
        const keys = (await (await fetch(store, { signal })).json()) as string[];
        return { type: "ok", value: keys.map(Number) };
      } catch (error) {
        open = false;
        // A read that was not answered has changed nothing, nor has what was never sent. Whether an element was added, nobody knows.
        return { type: f === "read" || wasRefused(error) ? "fail" : "info", error: String(error) };
      }
    },
    close: () => Promise.resolve(),
  };
}

/** Whether nobody took the connection. */
function wasRefused(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && "code" in cause && cause.code === "ECONNREFUSED";
}

async function answers({ host, port }: Address, milliseconds: number): Promise<boolean> {
  try {
    return (await fetch(`http://${host}:${port}/`, { signal: AbortSignal.timeout(milliseconds) })).ok;
  } catch {
    return false;
  }
}
