import { UsageError } from "../../../histories/errors.ts";
import type { NodeId } from "../../contracts/protocol.ts";
import type { RunningServers } from "../../contracts/running-servers.ts";
import { inTurn, nodeAt, NotYet, takeAway, untilUsable } from "../running.ts";
import { addressIn, commonLogin, tlsIn, type UrlForm } from "../server-url.ts";
import { QueueClient } from "./client.ts";
import { OutstandingDeliveries } from "./outstanding-deliveries.ts";
import { answers } from "./server.ts";
import { AmqpSession, guest, loadAmqplib, noticedAfter, type AmqpAccess } from "./session.ts";

const form: UrlForm = {
  example: "amqp://user:password@host:5672/vhost, or amqps://…?ca=file&cert=file&key=file",
  protocols: ["amqp"],
  port: 5672,
  tls: { protocols: ["amqps"], port: 5671 },
};
/** How long a client waits for a connection, and for each answer, in milliseconds: longer than a queue takes to find a new leader. */
const patience = 3_000;

/** Nodes of RabbitMQ that run already, one or a cluster: the queue of a run has its name. */
export const runningRabbitmq: RunningServers = {
  example: form.example,
  settings: ["queue-type", "acknowledgements"],
  address: (url) => addressIn(url, form),
  async open(surroundings, { urls, name, keep, settings = {} }) {
    const { "queue-type": queueType = "quorum", acknowledgements } = settings;
    if (queueType === "mirrored")
      throw new UsageError(
        "Which queues of servers that run already are mirrored, their own policies say: choose queue-type=classic, and have a policy for queues whose names begin with rashomon_.",
      );
    await loadAmqplib();
    const type = queueType === "classic" ? "classic" : "quorum";
    const accesses = accessesOf(urls);
    const accessOf = (node: NodeId): AmqpAccess => accesses.get(node) ?? guest;
    const outstanding = new OutstandingDeliveries(noticedAfter);
    const turn = inTurn();
    let maker: NodeId | undefined;
    let broker: string | undefined;

    const on = async <Result>(
      node: NodeId,
      body: (session: AmqpSession) => Promise<Result>,
    ): Promise<Result> => {
      const session = await AmqpSession.open(surroundings.address(node), patience, accessOf(node));
      try {
        return await body(session);
      } finally {
        session.close();
      }
    };
    return {
      start: (node) =>
        turn(() =>
          untilUsable(surroundings, node, () =>
            on(node, async (session) => {
              broker ??= session.broker;
              if (maker === undefined) {
                await session.declareQueue(name, type);
                maker = node;
                return;
              }
              await session.findQueue(name).catch((error: unknown) => {
                throw new NotYet(
                  `it has not got the queue that the run has made on ${maker}: are the two of one cluster? ${String(error)}`,
                );
              });
            }),
          ),
        ),
      openClient: (node) =>
        Promise.resolve(
          new QueueClient({
            queue: name,
            connect: () => AmqpSession.open(surroundings.route("clients", node), patience, accessOf(node)),
            acknowledgements: acknowledgements === "automatic" ? "automatic" : "manual",
            outstanding,
          }),
        ),
      ping(address, milliseconds) {
        const node = nodeAt(surroundings, address);
        return answers(address, milliseconds, node === undefined ? undefined : accessOf(node).tls);
      },
      version: () => Promise.resolve(broker),
      async close() {
        if (keep || maker === undefined) return;
        await takeAway(surroundings.nodes, (node) => on(node, (session) => session.deleteQueue(name)), {
          what: `the queue ${name}`,
          how: `rabbitmqctl delete_queue ${name}`,
        });
      },
    };
  },
};

/** How each node is come to. A URL without a path names the virtual host "/", and so does one that ends with a slash. */
function accessesOf(urls: ReadonlyMap<NodeId, URL>): ReadonlyMap<NodeId, AmqpAccess> {
  const { user, password, database } = commonLogin(urls);
  return new Map(
    [...urls].map(([node, url]) => {
      const tls = tlsIn(url, form);
      return [
        node,
        {
          login: user === "" && password === "" ? guest.login : { user, password },
          virtualHost: database || guest.virtualHost,
          ...(tls === undefined ? {} : { tls }),
        },
      ] as const;
    }),
  );
}
