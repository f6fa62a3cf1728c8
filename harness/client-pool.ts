import type { ProcessId } from "../histories/operation.ts";
import type { Client, Completion, Invocation } from "../systems/contracts/client.ts";
import type { NodeId } from "../systems/contracts/protocol.ts";
import type { Cluster } from "../systems/contracts/system.ts";

interface Connected {
  readonly process: ProcessId;
  readonly client: Client;
}

/**
 * The clients of a run: one a thread, bound to a node in turn. A process that is retired takes its client
 * with it: the thread's next process gets a new one.
 */
export class ClientPool {
  readonly #cluster: Cluster;
  readonly #nodes: readonly NodeId[];
  readonly #clients = new Map<number, Connected>();

  constructor(cluster: Cluster, nodes: readonly NodeId[]) {
    this.#cluster = cluster;
    this.#nodes = nodes;
  }

  /** The node to which a thread speaks. */
  node(thread: number): NodeId {
    const node = this.#nodes[thread % this.#nodes.length];
    if (node === undefined) throw new Error("a pool of clients needs nodes");
    return node;
  }

  async invoke(thread: number, operation: Invocation): Promise<Completion> {
    let connected = this.#clients.get(thread);
    if (connected?.process !== operation.process) {
      this.#clients.delete(thread);
      await connected?.client.close();
      try {
        connected = { process: operation.process, client: await this.#cluster.openClient(this.node(thread)) };
      } catch (error) {
        // Nothing was sent, so nothing happened.
        return { type: "fail", error: ["no-client", error instanceof Error ? error.message : String(error)] };
      }
      this.#clients.set(thread, connected);
    }
    return connected.client.invoke(operation);
  }

  async close(): Promise<void> {
    const clients = [...this.#clients.values()];
    this.#clients.clear();
    await Promise.all(clients.map(({ client }) => client.close()));
  }
}
