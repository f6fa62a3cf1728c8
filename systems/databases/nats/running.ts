import { UsageError } from "../../../histories/errors.ts";
import type { NodeId } from "../../contracts/protocol.ts";
import type { RunningServers } from "../../contracts/running-servers.ts";
import { inTurn, NotYet, takeAway, untilUsable } from "../running.ts";
import { addressIn, commonLogin, fileIn, tlsIn, type UrlForm } from "../server-url.ts";
import { NatsClient } from "./client.ts";
import { answers } from "./server.ts";
import { loadNats, NatsSession, NobodyThere, type NatsAccess } from "./session.ts";
import { createFor, deleteStreams, MadeStreams, mostReplicas, StreamNames, streamsOf } from "./streams.ts";

const form: UrlForm = {
  example: "nats://user:password@host:4222, nats://:token@host, or tls://…?ca=file&cert=file&key=file",
  protocols: ["nats"],
  port: 4222,
  tls: { protocols: ["tls"], port: 4222 },
  parameters: ["credentials"],
};
/** How long a client waits for a connection, and for each answer, in milliseconds. */
const patience = 2_000;

/** Servers of NATS JetStream that run already: the names of all streams of a run begin with its own. */
export const runningNats: RunningServers = {
  example: form.example,
  settings: ["reads"],
  address: (url) => addressIn(url, form),
  async open(surroundings, { urls, name, keep, workload = "queue", settings = {} }) {
    await loadNats();
    const accesses = accessesOf(urls);
    const prefix = `${name}_`;
    const names = new StreamNames(prefix);
    const replicas = Math.min(mostReplicas, surroundings.nodes.length);
    const streams = new MadeStreams(replicas);
    const turn = inTurn();
    let maker: NodeId | undefined;
    let version: string | undefined;

    const on = async <Result>(
      node: NodeId,
      body: (session: NatsSession) => Promise<Result>,
    ): Promise<Result> => {
      const address = surroundings.address(node);
      const session = await NatsSession.open(address, patience, accesses.get(node));
      try {
        return await body(session);
      } catch (error) {
        if (error instanceof NobodyThere)
          throw new Error(
            "nobody there takes requests of JetStream: it is not switched on, or has no leader",
            {
              cause: error,
            },
          );
        throw error;
      } finally {
        session.close();
      }
    };
    return {
      start: (node) =>
        turn(() =>
          untilUsable(surroundings, node, () =>
            on(node, async (session) => {
              version ??= session.serverVersion;
              if (maker === undefined) {
                await createFor(workload, session, names, replicas);
                maker = node;
              } else if (workload !== "log" && (await streamsOf(session, prefix)).length === 0)
                throw new NotYet(
                  `it has not got what the run has made on ${maker}: are the two of one cluster?`,
                );
            }),
          ),
        ),
      openClient: (node) =>
        Promise.resolve(
          new NatsClient({
            workload,
            reads: settings["reads"] === "direct" ? "direct" : "leader",
            names,
            streams,
            connect: () =>
              NatsSession.open(surroundings.route("clients", node), patience, accesses.get(node)),
          }),
        ),
      ping: answers,
      version: () => Promise.resolve(version === undefined ? undefined : `NATS ${version}`),
      async close() {
        if (keep || maker === undefined) return;
        await takeAway(surroundings.nodes, (node) => on(node, (session) => deleteStreams(session, prefix)), {
          what: `streams whose names begin with ${prefix}`,
          how: "nats stream ls, and nats stream rm of each",
        });
      },
    };
  },
};

/** How each server is come to. */
function accessesOf(urls: ReadonlyMap<NodeId, URL>): ReadonlyMap<NodeId, NatsAccess> {
  const { user, password, database } = commonLogin(urls);
  if (database !== "")
    throw new UsageError(`Expected no path in a URL of NATS, found /${database}.`, "E_URL");
  if (user !== "" && password === "")
    throw new UsageError(
      "Expected a password with the user in a URL of NATS. A token stands where the password does: nats://:token@host.",
      "E_URL",
    );
  const login = user === "" && password === "" ? {} : { login: { user, password } };
  return new Map(
    [...urls].map(([node, url]) => {
      const tls = tlsIn(url, form);
      const credentials = fileIn(url, "credentials");
      return [
        node,
        {
          ...login,
          ...(credentials === undefined ? {} : { credentials }),
          ...(tls === undefined ? {} : { tls }),
        },
      ] as const;
    }),
  );
}
