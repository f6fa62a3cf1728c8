/**
 * A real server as a system of one's own: Redis, a primary with replicas.
 *
 *     npx rashomon test examples/systems/redis-replication/redis-replication.ts --faults partition,kill,pause --time 20
 *     npx rashomon test examples/systems/redis-replication/redis-replication.ts --set reads=replicas --faults partition --time 10
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";

import {
  defineSystem,
  installedProgram,
  missing,
  untilItServes,
  type Address,
  type Client,
} from "rashomon/systems";

import { Connection, ErrorReply } from "./resp.ts";

/** How long a client waits for each answer, in milliseconds: every request needs a limit. */
const patience = 1_000;

const redisServer = (): string => installedProgram("redis-server", "redis-server");

export const system = defineSystem({
  name: "redis-replication",
  summary: "a Redis primary and its replicas",
  workloads: ["register"],
  nodes: { default: 3, minimum: 1, maximum: 7 },
  // `kill`, since each change is on the disk before it is acknowledged.
  faults: ["partition", "latency", "reset", "kill", "terminate", "pause", "restart-storm"],
  settings: [{ name: "reads", summary: "who is asked for reads", values: ["primary", "replicas"] }],
  missing: () => missing(() => Promise.resolve(redisServer())),
  open: (surroundings, { settings = {} }) => {
    const [primary = ""] = surroundings.nodes;
    return Promise.resolve({
      // Called for all nodes at once, and again for each restart. Who follows whom stands in the arguments, so that both are the same; a system
      // whose first node forms a cluster that the others join has to remember that it has done so.
      async start(node) {
        const { host, port } = surroundings.address(node);
        // By a route of our own to the primary: so the link between the two can be cut.
        const route = surroundings.route(node, primary);
        const data = join(surroundings.directory(node), "data");
        mkdirSync(data, { recursive: true });
        const directives: readonly (readonly [name: string, ...values: string[]])[] = [
          ["bind", host],
          ["port", String(port)],
          // In a network namespace clients and peers come from other addresses than 127.0.0.1, which it would refuse.
          ["protected-mode", "no"],
          ["dir", data],
          ["save", ""],
          ["appendonly", "yes"],
          ["appendfsync", "always"],
          ["repl-timeout", "5"],
          ...(node === primary ? [] : [["replicaof", route.host, String(route.port)] as const]),
        ];
        // In the foreground, as it is unless told otherwise: the process that is spawned is the one that is killed and paused.
        await surroundings.spawn(node, {
          command: redisServer(),
          arguments: directives.flatMap(([name, ...values]) => [`--${name}`, ...values]),
        });
        const serves = (): Promise<boolean> => answers(surroundings.address(node), patience);
        // Not until it has what the primary has: that may be down, or cut off, when a replica is started again.
        await untilItServes({ alive: () => surroundings.alive(node), up: serves, serves });
      },
      openClient: (node) => {
        const readsFrom = settings["reads"] === "replicas" ? node : primary;
        return Promise.resolve(
          client((f) => surroundings.route("clients", f === "read" ? readsFrom : primary)),
        );
      },
      ping: answers,
      primaries: () => Promise.resolve(surroundings.alive(primary) ? [primary] : []),
      close: () => Promise.resolve(),
    });
  },
});

/** One request, and so atomic. Reading in one request and writing in the next would be none. */
const compareAndSet =
  "if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end; redis.call('SET', KEYS[1], ARGV[2]); return 1";

/** Errors by which it says that it has done nothing. Of any other nobody knows. */
const refusals = /^(READONLY|LOADING|MASTERDOWN|MISCONF|NOREPLICAS|OOM) /;

function client(serverFor: (f: string) => Address): Client {
  const connections = new Map<string, Connection>();
  const connected = async (address: Address): Promise<Connection> => {
    const name = `${address.host}:${address.port}`;
    const open = connections.get(name);
    if (open?.usable === true) return open;
    const connection = await Connection.open(address, patience);
    connections.set(name, connection);
    return connection;
  };
  return {
    async invoke({ f, key, value }) {
      const name = `register:${JSON.stringify(key)}`;
      let sent = false;
      try {
        const server = await connected(serverFor(f));
        sent = true;
        if (f === "read") {
          const held = await server.ask("GET", name);
          return { type: "ok", value: held === null ? null : Number(held) };
        }
        const [from, to] = Array.isArray(value) ? value : [undefined, value];
        if (f === "write") await server.ask("SET", name, String(to));
        else if ((await server.ask("EVAL", compareAndSet, "1", name, String(from), String(to))) === 0)
          return { type: "fail", error: "another value" };
        return { type: "ok" };
      } catch (error) {
        // Without a connection nothing was sent, and a read changes nothing. Whatever else was not answered may have happened.
        const refused = error instanceof ErrorReply && refusals.test(error.message);
        return { type: !sent || f === "read" || refused ? "fail" : "info", error: String(error) };
      }
    },
    close: () => Promise.resolve(connections.forEach((connection) => connection.close())),
  };
}

/** Whether a server answers, in so many milliseconds from connecting on. */
async function answers(address: Address, milliseconds: number): Promise<boolean> {
  try {
    (await Connection.open(address, milliseconds)).close();
    return true;
  } catch {
    return false;
  }
}
