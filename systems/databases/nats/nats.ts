import { setTimeout as sleep } from "node:timers/promises";

import type { NodeId } from "../../contracts/protocol.ts";
import type { Cluster, Surroundings, System } from "../../contracts/system.ts";
import { faultsOfResources, faultsOfServersWithoutClock } from "../faults.ts";
import { programOnNodes } from "../machines.ts";
import { missing } from "../missing.ts";
import { untilItSucceeds } from "../until-it-succeeds.ts";
import { NatsClient } from "./client.ts";
import { NatsMembers } from "./members.ts";
import { runningNats } from "./running.ts";
import { answers, natsProgram, natsServer } from "./server.ts";
import { loadNats, NatsSession } from "./session.ts";
import { createFor, MadeStreams, mostReplicas, StreamNames } from "./streams.ts";
import type { Reads } from "./values.ts";

/** How long a client waits for a connection, and for each answer, in milliseconds. */
const patience = 2_000;
/** How long a server may take from its start to its first answer, and a cluster to find its leaders. */
const startPatience = 60_000;

/** NATS JetStream, one server or a cluster. */
export const nats: System = {
  name: "nats",
  summary: "NATS JetStream, one server or a cluster, as installed: queues, logs, and values with revisions",
  claims: ["linearizable"],
  workloads: ["queue", "log", "register", "set", "counter", "unique-ids"],
  capabilities: new Set([...faultsOfServersWithoutClock, ...faultsOfResources, "membership"]),
  nodeCounts: { default: 3, minimum: 1 },
  ports: ["peer"],
  peers: "one-list",
  mutants: [],
  remote: true,
  settings: [
    {
      name: "reads",
      summary:
        "who is asked for values: the leader of their stream, or directly whoever is near, who may be behind",
      values: ["leader", "direct"],
    },
  ],
  promises({ reads }, workload) {
    switch (workload) {
      case "queue":
        return ["at-least-once"];
      case "log":
        return ["exactly-once"];
      default:
        return [reads === "direct" ? "eventual" : "linearizable"];
    }
  },
  running: runningNats,
  missing: () => missing(async () => natsProgram(), loadNats),
  async open(surroundings, { workload = "queue", settings = {} }) {
    const program = await programOnNodes(surroundings, "nats-server", "nats-server");
    await loadNats();
    const reads = settings["reads"] === "direct" ? "direct" : "leader";
    return cluster(surroundings, workload, { reads, program });
  },
};

function cluster(
  surroundings: Surroundings,
  workload: string,
  { reads, program }: { readonly reads: Reads; readonly program: string },
): Cluster {
  const [first = ""] = surroundings.nodes;
  const replicas = Math.min(mostReplicas, surroundings.nodes.length);
  const names = new StreamNames("");
  const streams = new MadeStreams(replicas);
  let prepared: Promise<void> | undefined;

  /** Makes the streams of the workload, once all servers have found one another, and a leader; whoever asks after a failure tries again. */
  const prepare = (): Promise<void> => {
    // Until leaders are found.
    prepared ??= untilItSucceeds(async () => {
      const session = await NatsSession.open(surroundings.address(first), patience);
      try {
        await createFor(workload, session, names, replicas);
      } finally {
        session.close();
      }
    }, startPatience).catch((error: unknown) => {
      prepared = undefined;
      throw error;
    });
    return prepared;
  };

  const startServer = async (node: NodeId): Promise<void> => {
    await surroundings.spawn(node, await natsServer(surroundings, node, program, members.nameOf(node)));
    const before = performance.now();
    while (!(await answers(surroundings.address(node), 1_000))) {
      if (!surroundings.alive(node)) throw new Error("the server ended as it started");
      if (performance.now() - before > startPatience)
        throw new Error(`the server gave no answer within ${startPatience / 1000} s of its start`);
      await sleep(20);
    }
  };

  const members = new NatsMembers(surroundings, startServer);

  return {
    members,
    async start(node) {
      await startServer(node);
      await prepare();
    },
    openClient: (node) =>
      Promise.resolve(
        new NatsClient({
          workload,
          reads,
          names,
          streams,
          connect: () => NatsSession.open(surroundings.route("clients", node), patience),
        }),
      ),
    ping: answers,
    primaries: () => members.leaders(),
    async version() {
      const session = await NatsSession.open(surroundings.address(first), patience);
      try {
        return session.serverVersion === undefined ? undefined : `NATS ${session.serverVersion}`;
      } finally {
        session.close();
      }
    },
    close: () => Promise.resolve(),
  };
}
