import type { NodeId } from "../../contracts/protocol.ts";
import type { Cluster, Surroundings, System } from "../../contracts/system.ts";
import { programOnNodes } from "../machines.ts";
import { missing } from "../missing.ts";
import { faultsOfResources, faultsOfServers } from "../faults.ts";
import { untilItServes } from "../until-it-serves.ts";
import { VersionedClient } from "../versioned/client.ts";
import { programOf, versionedWorkloads } from "../versioned/programs.ts";
import { EtcdLocks } from "./locks.ts";
import { EtcdMembers } from "./members.ts";
import { runningEtcd } from "./running.ts";
import { answers, clockOf, etcdProgram, etcdServer } from "./server.ts";
import { EtcdStore, loadEtcd3, openEtcd, within } from "./store.ts";

/** How long a client waits for a connection, and for each answer, in milliseconds. */
const patience = 2_000;
/** The shortest that etcd grants with its usual election timeout. */
const leaseSeconds = 2;

const readKinds = ["linearizable", "serializable"] as const;

/**
 * etcd, members that agree by Raft. Writes are always agreed upon; reads as well, unless they are `serializable`, as etcd calls it: then the member
 * answers from what it knows, each client keeps its own order, and reads may be stale.
 */
export const etcd: System = {
  name: "etcd",
  summary: "etcd, three members that agree by Raft",
  claims: ["strict-serializable", "linearizable"],
  workloads: [...versionedWorkloads, "lock"],
  capabilities: new Set([...faultsOfServers, ...faultsOfResources, "membership"]),
  withoutLibfaketime: "programs in Go do not heed it",
  nodeCounts: { default: 3, minimum: 1, maximum: 5 },
  ports: ["peer"],
  peers: "one-list",
  mutants: [],
  remote: true,
  settings: [
    {
      name: "reads",
      summary: "whether reads are agreed upon, or answered by the member alone",
      values: readKinds,
    },
  ],
  promises: ({ reads }) =>
    reads === "serializable"
      ? ["strong-session-serializable", "sequential"]
      : ["strict-serializable", "linearizable"],
  running: runningEtcd,
  missing: () => missing(async () => etcdProgram(), loadEtcd3),
  async open(surroundings, { workload = "register", settings = {} }): Promise<Cluster> {
    const server = await programOnNodes(surroundings, "etcd", "etcd-server");
    await loadEtcd3();
    const options = { patience, serializable: settings["reads"] === "serializable" };
    const program = workload === "lock" ? undefined : programOf(workload);
    const start = async (node: NodeId): Promise<void> => {
      await surroundings.spawn(node, etcdServer(surroundings, node, members.joinedWith(node), server));
      await untilItServes({
        alive: () => surroundings.alive(node),
        // Clients are served as soon as there is a leader, peers at once.
        up: () => answers(surroundings.address(node, "peer"), 1_000),
        serves: () => answers(surroundings.address(node), 1_000),
      });
    };
    const members = new EtcdMembers(surroundings, start);
    return {
      start,
      members,
      openClient(node) {
        const address = surroundings.route("clients", node);
        return Promise.resolve(
          program === undefined
            ? new EtcdLocks({ patience, leaseSeconds, connect: () => openEtcd(address, patience) })
            : new VersionedClient({ program, connect: () => EtcdStore.open(address, options) }),
        );
      },
      ping: (address, milliseconds) => answers(address, milliseconds),
      clock: clockOf,
      async version() {
        const client = await openEtcd(surroundings.address(surroundings.nodes[0] ?? ""), patience);
        try {
          return `etcd ${(await client.maintenance.status(within(patience))).version}`;
        } finally {
          client.close();
        }
      },
      primaries: () => leaders(surroundings),
      close: () => Promise.resolve(),
    };
  },
};

/** The members that say of themselves that they lead: one, and for a while an old one that has not heard. */
async function leaders(surroundings: Surroundings): Promise<NodeId[]> {
  const alive = surroundings.nodes.filter((node) => surroundings.alive(node));
  const leading = await Promise.all(
    alive.map(async (node) => {
      try {
        const client = await openEtcd(surroundings.address(node), 500);
        try {
          const { leader, header } = await client.maintenance.status(within(500));
          return leader === header.member_id;
        } finally {
          client.close();
        }
      } catch {
        return false;
      }
    }),
  );
  return alive.filter((_, i) => leading[i]);
}
