import { isJsonArray } from "../../../histories/json.ts";
import type { NodeId } from "../../contracts/protocol.ts";
import type { RunningServers } from "../../contracts/running-servers.ts";
import { NotYet, OfNoUse, untilUsable } from "../running.ts";
import { addressIn } from "../server-url.ts";
import { RedisClient } from "./client.ts";
import { loadIoredis } from "./connection.ts";
import { RedisDoors, redisForm } from "./doors.ts";
import { programOf } from "./programs.ts";
import { ClusterFinder, type NodeNamed } from "./slots.ts";

const form = redisForm("redis://user:password@host:6379, or rediss://…?ca=file&cert=file&key=file");
/** How long a client waits for an answer, in milliseconds: about as long as a failover takes. */
const patience = 5_000;

/** Members of a Redis Cluster that run already, all that keys are on: all keys of a run begin with its name. */
export const runningCluster: RunningServers = {
  example: form.example,
  settings: ["replication"],
  address: (url) => addressIn(url, form),
  async open(surroundings, { urls, name, keep, workload = "register", settings = {} }) {
    await loadIoredis();
    const program = programOf(workload);
    const doors = new RedisDoors(surroundings, urls, form, name);
    const named = await doors.named();
    const primaries = new Set<NodeId>();
    return {
      start: (node) =>
        untilUsable(surroundings, node, async () => {
          const info = await doors.ask(node, "INFO", "cluster");
          if (typeof info !== "string" || !info.includes("cluster_enabled:1"))
            throw new OfNoUse(
              "it is no member of a cluster; a server by itself is tested as the system redis",
            );
          const state = await doors.ask(node, "CLUSTER", "INFO");
          if (typeof state !== "string" || !state.includes("cluster_state:ok"))
            throw new NotYet("it says that its cluster is not whole (CLUSTER INFO)");
          for (const primary of await primariesBy(doors, node, named)) primaries.add(primary);
        }),
      openClient: (node) =>
        Promise.resolve(
          new RedisClient({
            program,
            copies: settings["replication"] === "synchronous" ? 1 : 0,
            patience,
            access: doors.forClients,
            finder: new ClusterFinder(surroundings, node, named),
          }),
        ),
      ping: async (address, milliseconds) =>
        (await doors.answer(address, milliseconds, "PING")) !== undefined,
      clock: (address, milliseconds) => doors.clock(address, milliseconds),
      version: () => doors.version(),
      primaries: () => doors.primaries(),
      async close() {
        if (!keep && primaries.size > 0) await doors.removeKeys(primaries);
      },
    };
  },
};

/** The nodes that keys are on, as a member says; throws where one of them is not tested, to which clients would be sent on. */
async function primariesBy(doors: RedisDoors, node: NodeId, named: NodeNamed): Promise<readonly NodeId[]> {
  const ranges = await doors.ask(node, "CLUSTER", "SLOTS");
  return (isJsonArray(ranges) ? ranges : []).map((range) => {
    const [, , primary = null] = isJsonArray(range) ? range : [];
    const [host = null, port = null] = isJsonArray(primary) ? primary : [];
    const address = { host: typeof host === "string" ? host : "", port: Number(port) };
    const found = named(address);
    if (found === undefined)
      throw new OfNoUse(
        `keys of its cluster are at ${address.host}:${address.port}, which is the server of no --url: each server of the cluster is to have one`,
      );
    return found;
  });
}
