import { isJsonArray } from "../../../histories/json.ts";
import type { NodeId } from "../../contracts/protocol.ts";
import type { RunningServers } from "../../contracts/running-servers.ts";
import { untilUsable } from "../running.ts";
import { addressIn } from "../server-url.ts";
import { RedisClient } from "./client.ts";
import { loadIoredis } from "./connection.ts";
import { RedisDoors, redisForm } from "./doors.ts";
import { programOf } from "./programs.ts";

const form = redisForm("redis://user:password@host:6379/0, or rediss://…?ca=file&cert=file&key=file");
/** How long a client waits for a connection, and for each answer, in milliseconds. */
const patience = 2_000;

/** Servers of Redis that run already, a primary and its replicas: all keys of a run begin with its name. */
export const runningRedis: RunningServers = {
  example: form.example,
  settings: ["reads", "replication"],
  address: (url) => addressIn(url, form),
  async open(surroundings, { urls, name, keep, workload = "register", settings = {} }) {
    await loadIoredis();
    const program = programOf(workload);
    const doors = new RedisDoors(surroundings, urls, form, name);
    const primaries = new Set<NodeId>();
    return {
      start: (node) =>
        untilUsable(surroundings, node, async () => {
          const role = await doors.ask(node, "ROLE");
          if (isJsonArray(role) && role[0] === "master") primaries.add(node);
        }),
      openClient(node) {
        const [primary = node] = surroundings.nodes.filter((each) => primaries.has(each));
        const find = (_: string, readOnly: boolean) =>
          Promise.resolve(
            surroundings.route("clients", readOnly && settings["reads"] === "replicas" ? node : primary),
          );
        return Promise.resolve(
          new RedisClient({
            program,
            copies: settings["replication"] === "synchronous" && surroundings.nodes.length > 1 ? 1 : 0,
            patience,
            access: doors.forClients,
            finder: { find, learn: () => false },
          }),
        );
      },
      ping: async (address, milliseconds) => (await doors.clock(address, milliseconds)) !== undefined,
      clock: (address, milliseconds) => doors.clock(address, milliseconds),
      version: () => doors.version(),
      primaries: () => doors.primaries(),
      async close() {
        if (!keep && primaries.size > 0) await doors.removeKeys(primaries);
      },
    };
  },
};
