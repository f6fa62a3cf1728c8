import type { JsonObject } from "../../../histories/json.ts";
import type { VectorClock } from "../../../histories/trace.ts";
import type { AssumptionWatch } from "./assumptions.ts";
import { copyOf } from "./copy.ts";
import { eventKinds, type EventQueue } from "./event-queue.ts";
import type { Network } from "./network.ts";
import type { SimulatedNode } from "./node.ts";
import type { OpenRequest } from "./open-request.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** Something that is to happen, by the slot of its event, which names it until it has happened. */
export type Pending =
  | {
      readonly kind: "message";
      readonly slot: number;
      /** Indices of nodes. */
      readonly from: number;
      readonly to: number;
      /** In all messages, and on its link. */
      readonly number: number;
      readonly body: JsonObject;
    }
  | { readonly kind: "timer"; readonly slot: number; readonly node: number; readonly name: string }
  | { readonly kind: "request"; readonly slot: number; readonly node: number; readonly name: string }
  | { readonly kind: "answer"; readonly slot: number };

export interface HandParts {
  readonly queue: EventQueue;
  readonly network: Network;
  readonly time: VirtualTime;
  readonly watch: AssumptionWatch;
  readonly nodes: readonly SimulatedNode[];
  /** Lets an event happen that was taken out of the queue. */
  readonly happen: (slot: number) => void;
}

/**
 * The hand of a scheduler that is not bound by time: it takes what is on its way in any order, loses it, doubles it. What
 * was due and is not taken is late. So a run is made that was found elsewhere, step by step, with the nodes, links
 * and disks of every simulated run.
 */
export class Hand {
  readonly #parts: HandParts;

  constructor(parts: HandParts) {
    this.#parts = parts;
  }

  /** Messages, timers that are set, requests and answers on their way, in the order in which they are due. */
  pending(): Pending[] {
    const { queue } = this.#parts;
    const all: Pending[] = [];
    for (const slot of queue.slotsOf(eventKinds.message)) {
      all.push({
        kind: "message",
        slot,
        from: queue.link[slot] ?? 0,
        to: queue.node[slot] ?? 0,
        number: queue.message[slot] ?? 0,
        // What is queued as a message has a body, as a timer a name, as a request the request.
        body: queue.payload[slot] as JsonObject,
      });
    }
    for (const slot of queue.slotsOf(eventKinds.timer)) {
      all.push({ kind: "timer", slot, node: queue.node[slot] ?? 0, name: queue.payload[slot] as string });
    }
    for (const slot of queue.slotsOf(eventKinds.request)) {
      const { node, id } = queue.payload[slot] as OpenRequest;
      all.push({ kind: "request", slot, node, name: id });
    }
    for (const slot of queue.slotsOf(eventKinds.answer)) all.push({ kind: "answer", slot });
    return all;
  }

  /** Lets it be that time, whatever is due by then. */
  passTo(time: number): void {
    this.#parts.time.now = time;
  }

  /** Takes an event now, before all others. */
  take(slot: number): void {
    this.#parts.queue.remove(slot);
    this.#parts.happen(slot);
  }

  /** Another copy of a message that is on its way. */
  double(slot: number): number {
    const { queue, watch } = this.#parts;
    const copy = queue.add(
      queue.time(slot),
      eventKinds.message,
      queue.node[slot] ?? 0,
      copyOf(queue.payload[slot] as JsonObject),
    );
    for (const column of [queue.link, queue.message, queue.order, queue.sent, queue.life]) {
      column[copy] = column[slot] ?? 0;
    }
    const clock = queue.extra[slot] as VectorClock | undefined;
    if (clock !== undefined) queue.extra[copy] = clock;
    watch.doubled++;
    return copy;
  }

  /** The network loses a message. */
  lose(slot: number): void {
    const { queue, network } = this.#parts;
    queue.remove(slot);
    network.lose(slot);
  }

  /** A message is lost with the connection on which it was sent, as one end crashed. */
  sever(slot: number): void {
    const { queue, network } = this.#parts;
    const link = network.linkOf(slot);
    queue.remove(slot);
    link.next = Math.max(link.next, (queue.order[slot] ?? 0) + 1);
    network.unreceived(link, queue.message[slot] ?? 0);
    queue.free(slot);
  }

  /** A message that was sent to a node while that was down goes to its new life, as the first on the new connection. */
  reconnect(slot: number): void {
    const { queue, network, nodes } = this.#parts;
    const link = network.linkOf(slot);
    queue.order[slot] = link.sent++;
    queue.life[slot] = nodes[link.to]?.life ?? 0;
  }

  /** How many writes of a node a crash could lose now. */
  unsynced(node: number): number {
    return this.#parts.nodes[node]?.unsynced ?? 0;
  }

  /** What the clock of a node shows from now on, where clocks stand still. */
  setClock(node: number, milliseconds: number): void {
    const clocked = this.#parts.nodes[node];
    if (clocked !== undefined) clocked.shown = milliseconds;
  }

  /** Sets a crash for a node at its `barrier`-th sync from now on, even for one that is down and is to start. */
  trap(
    node: number,
    at: { readonly barrier: number; readonly synced: boolean; readonly kept: number },
    crashed: () => void,
  ): void {
    this.#parts.nodes[node]?.crashAtBarrier(at.barrier, at.synced, crashed, at.kept);
  }
}
