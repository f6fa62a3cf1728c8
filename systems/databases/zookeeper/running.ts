import type { NodeId } from "../../contracts/protocol.ts";
import type { RunningServers } from "../../contracts/running-servers.ts";
import { inTurn, NotYet, OfNoUse, takeAway, untilUsable } from "../running.ts";
import { addressIn, commonLogin, type UrlForm } from "../server-url.ts";
import { VersionedClient } from "../versioned/client.ts";
import { programOf } from "../versioned/programs.ts";
import { loadZookeeperClient, ZookeeperConnection } from "./connection.ts";
import { lockSession, ZookeeperLocks } from "./locks.ts";
import { modeOf, versionOf, wordsOf } from "./server.ts";
import { answered, nodeExists, noNode, unless, ZookeeperStore } from "./store.ts";

const form: UrlForm = {
  example: "zookeeper://user:password@host:2181/path",
  protocols: ["zookeeper", "zk"],
  port: 2181,
};
/** How long a client waits for a connection, and for each answer, in milliseconds. */
const patience = 2_000;
/** How many nodes are taken away at once. */
const together = 500;

/**
 * Servers of ZooKeeper that run already: all nodes of a run are below one with its name, at the path that the URL gives. User and password are those of
 * the scheme `digest`. Without TLS, which the client library does not have.
 */
export const runningZookeeper: RunningServers = {
  example: form.example,
  settings: ["reads"],
  address: (url) => addressIn(url, form),
  async open(surroundings, { urls, name, keep, workload = "list-append", settings = {} }) {
    await loadZookeeperClient();
    const program = workload === "lock" ? undefined : programOf(workload);
    const { user, password, database } = commonLogin(urls);
    const login = { user, password };
    const place = database === "" ? "" : `/${database.replace(/\/+$/, "")}`;
    const below = `${place}/${name}`;
    const options = { patience, login, below, sync: settings["reads"] === "sync" };
    let maker: NodeId | undefined;

    const on = async <Result>(
      node: NodeId,
      body: (connection: ZookeeperConnection) => Promise<Result>,
    ): Promise<Result> => {
      const connection = await ZookeeperConnection.open(surroundings.address(node), patience, login);
      try {
        return await body(connection);
      } finally {
        connection.close();
      }
    };
    /** Makes the node of the run; one server does, and the others must have it then. */
    const make = ({ client }: ZookeeperConnection): Promise<unknown> =>
      unless(
        answered<string>((done) => client.create(below, done), patience),
        nodeExists,
      ).catch((error: unknown) => {
        if (codeOf(error) !== noNode) throw error;
        throw new OfNoUse(`there is no ${place}, below which the run is to be`);
      });
    const isThere = async (connection: ZookeeperConnection): Promise<boolean> => {
      await answered<null>((done) => connection.sync((error) => done(error, null)), patience);
      const stat = await answered<unknown>((done) => connection.client.exists(below, done), patience);
      return stat !== null && stat !== undefined;
    };

    const turn = inTurn();
    return {
      start: (node) =>
        turn(() =>
          untilUsable(surroundings, node, () =>
            on(node, async (connection) => {
              if (maker === undefined) {
                await make(connection);
                maker = node;
              } else if (!(await isThere(connection)))
                throw new NotYet(
                  `it has not got what the run has made on ${maker}: are the two of one ensemble?`,
                );
            }),
          ),
        ),
      openClient: (node) =>
        Promise.resolve(
          program === undefined
            ? new ZookeeperLocks({
                patience,
                below,
                connect: () =>
                  ZookeeperConnection.open(surroundings.route("clients", node), patience, login, lockSession),
              })
            : new VersionedClient({
                program,
                connect: () => ZookeeperStore.open(surroundings.route("clients", node), options),
              }),
        ),
      // Only one of the commands of four letters is allowed unless somebody allows more; even then it answers that it is not.
      ping: async (address, milliseconds) => (await wordsOf(address, milliseconds)) !== undefined,
      version: () => versionOf(surroundings.address(surroundings.nodes[0] ?? ""), patience),
      async primaries() {
        const modes = await Promise.all(
          surroundings.nodes.map((node) => modeOf(surroundings.address(node), 500)),
        );
        return surroundings.nodes.filter((_, i) => modes[i] === "leader" || modes[i] === "standalone");
      },
      async close() {
        if (keep || maker === undefined) return;
        await takeAway(surroundings.nodes, (node) => on(node, (connection) => remove(connection, below)), {
          what: `the node ${below}`,
          how: `zkCli.sh deleteall ${below}`,
        });
      },
    };
  },
};

/** Removes a node and those directly below it. */
async function remove({ client }: ZookeeperConnection, path: string): Promise<void> {
  const children = await answered<string[]>((done) => client.getChildren(path, done), patience);
  for (let i = 0; i < children.length; i += together) {
    const transaction = client.transaction();
    for (const child of children.slice(i, i + together)) transaction.remove(`${path}/${child}`);
    await answered<unknown>((done) => transaction.commit(done), patience);
  }
  await answered<null>((done) => client.remove(path, (error) => done(error, null)), patience);
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
