/**
 * A store whose followers are told of writes after they were acknowledged, and what Rashomon says of it:
 *
 *     npx rashomon test examples/systems/follower-store/follower-store.ts --nodes 2 --faults partition --time 10
 */
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { defineSystem, type Address, type Client, type Completion } from "rashomon/systems";

const server = fileURLToPath(new URL("server.js", import.meta.url));
const patience = 1_000;

export const system = defineSystem({
  name: "follower-store",
  summary: "a key-value store that tells its followers later",
  workloads: ["register"],
  nodes: { default: 2, minimum: 1 },
  open: (surroundings) => {
    const [leader = ""] = surroundings.nodes;
    return Promise.resolve({
      async start(node) {
        const { host, port } = surroundings.address(node);
        // Other nodes are reached by the routes that we are given: so links can be cut.
        const others =
          node === leader
            ? surroundings.nodes
                .filter((each) => each !== node)
                .map((each) => url(surroundings.route(node, each)))
            : ["--leader", url(surroundings.route(node, leader))];
        await surroundings.spawn(node, {
          command: process.execPath,
          arguments: [server, host, String(port), ...others],
        });
        while (!(await answers(surroundings.address(node), patience))) {
          if (!surroundings.alive(node)) throw new Error("the server ended as it started; its log says why");
          await sleep(20);
        }
      },
      openClient: (node) => Promise.resolve(client(surroundings.route("clients", node))),
      ping: answers,
      close: () => Promise.resolve(),
    });
  },
});

function client(address: Address): Client {
  /** Whether the last request was answered: until then the server may be down, or cut off, whatever takes the connection. */
  let open = false;

  /** A read has no effect: without an answer it has failed. */
  const read = async (at: string): Promise<Completion> => {
    try {
      const response = await fetch(at, { signal: AbortSignal.timeout(patience) });
      return { type: "ok", value: JSON.parse(await response.text()) as number | null };
    } catch (error) {
      return { type: "fail", error: String(error) };
    }
  };

  /** A write that was sent and not answered may have happened: nobody knows, so it is `info`. What was never sent has failed. */
  const write = async (at: string, body: string): Promise<Completion> => {
    open ||= await answers(address, patience);
    if (!open) return { type: "fail", error: "the server did not answer, and was not asked to write" };
    try {
      const { ok, status } = await fetch(at, { method: "PUT", body, signal: AbortSignal.timeout(patience) });
      return ok
        ? { type: "ok" }
        : { type: "fail", error: status === 412 ? "another value" : "not the leader" };
    } catch (error) {
      open = false;
      return { type: wasRefused(error) ? "fail" : "info", error: String(error) };
    }
  };

  return {
    async invoke({ f, key, value }) {
      const at = `${url(address)}/${JSON.stringify(key)}`;
      if (f === "read") return read(at);
      if (f === "write") return write(at, JSON.stringify(value));
      const [from, to] = Array.isArray(value) ? value : [];
      return write(`${at}?from=${JSON.stringify(from)}`, JSON.stringify(to));
    },
    close: () => Promise.resolve(),
  };
}

/** Whether nobody took the connection, so that nothing was sent. */
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

function url({ host, port }: Address): string {
  return `http://${host}:${port}`;
}
