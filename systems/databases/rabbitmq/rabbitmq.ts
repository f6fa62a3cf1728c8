import { setTimeout as sleep } from "node:timers/promises";

import type { NodeId } from "../../contracts/protocol.ts";
import type { Address, Cluster, Surroundings, System } from "../../contracts/system.ts";
import { faultsOfResources, faultsOfServersWithoutClock } from "../faults.ts";
import { missing } from "../missing.ts";
import { QueueClient } from "./client.ts";
import { runningRabbitmq } from "./running.ts";
import { answers, furtherPorts, prepareNode, rabbitmqProgram, rabbitmqServer } from "./server.ts";
import { RabbitmqMembers } from "./members.ts";
import { OutstandingDeliveries } from "./outstanding-deliveries.ts";
import { AmqpSession, loadAmqplib, noticedAfter } from "./session.ts";

/** How long a client waits for a connection, and for each answer, in milliseconds: longer than a queue takes to find a new leader. */
const patience = 3_000;
/** How long a node may take from its start to its first answer: Erlang is slow to start, and a node may wait for others. */
const startPatience = 180_000;
/** How long the restart of a member is waited for: it may wait itself for others, until a fault is over that only goes on after this. */
const restartPatience = 5_000;

/** The queue that clients share. */
const queueName = "rashomon";

/** RabbitMQ, one node or a cluster: one queue, whose publications are confirmed. */
export const rabbitmq: System = {
  name: "rabbitmq",
  summary: "RabbitMQ, one node or a cluster, as installed: a quorum queue, a classic one, or a mirrored one",
  claims: ["at-least-once"],
  workloads: ["queue"],
  capabilities: new Set([...faultsOfServersWithoutClock, ...faultsOfResources, "membership"]),
  withoutFaults: ({ "queue-type": queueType }) =>
    new Map(
      queueType === "quorum"
        ? []
        : [["membership", "only replicas of quorum queues come and go with their nodes"]],
    ),
  nodeCounts: { default: 3, minimum: 1 },
  ports: furtherPorts,
  peers: "one-list",
  mutants: [],
  settings: [
    {
      name: "queue-type",
      summary: "replicated by Raft, on one node only, or mirrored on all nodes by the means before that",
      values: ["quorum", "classic", "mirrored"],
    },
    {
      name: "acknowledgements",
      summary: "by the client once it has a message, or by the broker as it sends it, so that it may be lost",
      values: ["manual", "automatic"],
    },
    {
      name: "partition-handling",
      summary:
        "what nodes do that have lost touch with others: wait if they are few, go on, or restart when the others are back",
      values: ["pause-minority", "ignore", "autoheal"],
    },
  ],
  promises: ({ acknowledgements }) => [acknowledgements === "automatic" ? "at-most-once" : "at-least-once"],
  running: runningRabbitmq,
  missing: () => missing(async () => rabbitmqProgram(), loadAmqplib),
  async open(surroundings, { settings = {} }) {
    const {
      "queue-type": queueType = "quorum",
      acknowledgements = "manual",
      "partition-handling": partitionHandling = "pause-minority",
    } = settings;
    rabbitmqProgram();
    await loadAmqplib();
    return cluster(surroundings, {
      type: queueType === "quorum" ? "quorum" : "classic",
      mirrored: queueType === "mirrored",
      acknowledgements: acknowledgements === "automatic" ? "automatic" : "manual",
      // A node alone has nobody to lose touch with.
      partitionHandling: surroundings.nodes.length === 1 ? "ignore" : partitionHandling,
    });
  },
};

interface Options {
  readonly type: "quorum" | "classic";
  readonly mirrored: boolean;
  readonly acknowledgements: "automatic" | "manual";
  readonly partitionHandling: string;
}

function cluster(surroundings: Surroundings, options: Options): Cluster {
  const [founder = ""] = surroundings.nodes;
  /** The first start of the first node, whoever asks for it; the others join that. */
  let founding: Promise<void> | undefined;
  const joined = new Set<NodeId>();
  const outstanding = new OutstandingDeliveries(noticedAfter);

  const startNode = async (node: NodeId): Promise<void> => {
    prepareNode(surroundings, node, { ...options, joins: members.joins(node) });
    await surroundings.spawn(node, rabbitmqServer(surroundings, node));
    const again = joined.has(node) && surroundings.nodes.length > 1;
    await untilItServes(surroundings, node, again ? restartPatience : undefined);
  };

  const members = new RabbitmqMembers(surroundings, queueName, async (node) => {
    // It has to be there before it can be given a replica, unlike one that comes back to its own.
    joined.delete(node);
    await startNode(node);
    joined.add(node);
  });

  /** Declares the queue once all nodes are members, so that it has a replica on each. */
  const declare = async (): Promise<void> => {
    const session = await AmqpSession.open(surroundings.address(founder), startPatience);
    try {
      await session.declareQueue(queueName, options.type);
    } finally {
      session.close();
    }
  };

  return {
    members,
    async start(node) {
      if (joined.has(node)) return startNode(node);
      // Whoever joins needs somebody to join; later each comes back by itself.
      await (founding ??= startNode(founder));
      if (node !== founder) await startNode(node);
      joined.add(node);
      if (joined.size === surroundings.nodes.length) await declare();
    },
    openClient(node) {
      const connect = (): Promise<AmqpSession> =>
        AmqpSession.open(surroundings.route("clients", node), patience);
      const { acknowledgements } = options;
      return Promise.resolve(new QueueClient({ queue: queueName, connect, acknowledgements, outstanding }));
    },
    ping: (address: Address, milliseconds: number) => answers(address, milliseconds),
    async version() {
      const session = await AmqpSession.open(surroundings.address(founder), patience);
      session.close();
      return session.broker;
    },
    close: () => Promise.resolve(),
  };
}

/** Resolves when a node serves, or when it has not ended after `enough` milliseconds, where that is given. */
async function untilItServes(surroundings: Surroundings, node: NodeId, enough?: number): Promise<void> {
  const before = performance.now();
  while (!(await answers(surroundings.address(node), 1_000))) {
    if (!surroundings.alive(node)) throw new Error("the node ended as it started");
    const waited = performance.now() - before;
    if (enough !== undefined && waited > enough) return;
    if (waited > startPatience)
      throw new Error(`the node gave no answer within ${startPatience / 1000} s of its start`);
    await sleep(50);
  }
}
