import { UsageError } from "../../../histories/errors.ts";
import { isJsonArray } from "../../../histories/json.ts";
import type { NodeId } from "../../contracts/protocol.ts";
import type { RunningServers } from "../../contracts/running-servers.ts";
import type { Address, Surroundings } from "../../contracts/system.ts";
import { NotYet, OfNoUse, untilUsable } from "../running.ts";
import { addressIn } from "../server-url.ts";
import { RedisClient } from "./client.ts";
import { loadIoredis } from "./connection.ts";
import { RedisDoors, redisForm } from "./doors.ts";
import { programOf } from "./programs.ts";
import { primaryAddressBy, SentinelFinder, sentinelPatience, type SentinelGroup } from "./sentinels.ts";
import type { NodeNamed } from "./slots.ts";

const form = redisForm("redis://user:password@host:6379/0?group=mymaster&sentinel=26379", [
  "group",
  "sentinel",
]);
/** How long a client waits for an answer, in milliseconds: about as long as a failover takes. */
const patience = 5_000;

/**
 * A primary, its replicas and their Sentinels that run already: each URL names a server, and the port of the Sentinel beside it, or "host:port" of one elsewhere.
 * All keys of a run begin with its name. No fault is on the way to the Sentinels, nor among the servers.
 */
export const runningSentinel: RunningServers = {
  example: form.example,
  settings: ["reads", "replication"],
  address: (url) => addressIn(url, form),
  async open(surroundings, { urls, name, keep, workload = "register", settings = {} }) {
    await loadIoredis();
    const program = programOf(workload);
    const doors = new RedisDoors(surroundings, urls, form, name);
    const named = await doors.named();
    const { group, sentinels } = groupOf(surroundings, urls);
    const members: SentinelGroup = {
      nodes: surroundings.nodes,
      async primaryBy(node) {
        const primary = await primaryAddressBy(sentinelOf(node), sentinelPatience, group);
        return primary === undefined ? undefined : named(primary);
      },
      server: (node) => surroundings.route("clients", node),
      async isPrimary(node) {
        const role = await doors.answer(surroundings.route("clients", node), sentinelPatience, "ROLE");
        return isJsonArray(role) && role[0] === "master";
      },
    };
    const primaries = new Set<NodeId>();

    function sentinelOf(node: NodeId): Address {
      return sentinels.get(node) ?? surroundings.address(node);
    }
    return {
      start: (node) =>
        untilUsable(surroundings, node, async () => {
          await doors.ask(node, "ROLE");
          primaries.add(await primaryAsNamed(sentinelOf(node), group, named));
        }),
      openClient: (node) =>
        Promise.resolve(
          new RedisClient({
            program,
            copies: settings["replication"] === "synchronous" ? 1 : 0,
            patience,
            access: doors.forClients,
            finder: new SentinelFinder(members, node, { readsHere: settings["reads"] === "replicas" }),
          }),
        ),
      ping: async (address, milliseconds) =>
        (await doors.answer(address, milliseconds, "PING")) !== undefined,
      clock: (address, milliseconds) => doors.clock(address, milliseconds),
      version: () => doors.version(),
      primaries: () => doors.primaries(),
      async close() {
        // Who was the primary at first may be anything by now.
        if (!keep && primaries.size > 0) await doors.removeKeys([]);
      },
    };
  },
};

/** The node that a Sentinel names as primary; throws if it names none of those that are tested. */
async function primaryAsNamed(sentinel: Address, group: string, named: NodeNamed): Promise<NodeId> {
  const where = `the Sentinel at ${sentinel.host}:${sentinel.port}`;
  const address = await primaryAddressBy(sentinel, patience, group);
  if (address === undefined)
    throw new NotYet(
      `${where} does not answer, wants a password, or knows no group ${group}. The URL names both: ${form.example}`,
    );
  const node = named(address);
  if (node === undefined)
    throw new OfNoUse(
      `${where} names ${address.host}:${address.port} as primary, which is the server of no --url: each server of the group is to have one`,
    );
  return node;
}

/** The name of the group, and the Sentinel of each node, as the URLs say. */
function groupOf(
  surroundings: Surroundings,
  urls: ReadonlyMap<NodeId, URL>,
): { readonly group: string; readonly sentinels: ReadonlyMap<NodeId, Address> } {
  const groups = new Set([...urls.values()].map((url) => url.searchParams.get("group") ?? "mymaster"));
  const [group = "", another] = groups;
  if (another !== undefined)
    throw new UsageError(`Expected one group in all --url, found ${group} and ${another}.`, "E_URL");
  const sentinels = [...urls].map(([node, url]) => {
    const text = url.searchParams.get("sentinel") ?? "26379";
    const [, host = surroundings.address(node).host, port] = /^(?:(.+):)?(\d+)$/.exec(text) ?? [];
    if (port === undefined)
      throw new UsageError(`Expected a port, or host:port, of a Sentinel, found ${text}.`, "E_URL");
    return [node, { host, port: Number(port) }] as const;
  });
  return { group, sentinels: new Map(sentinels) };
}
