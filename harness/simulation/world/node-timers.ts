import { eventKinds, type EventQueue } from "./event-queue.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** The timers of one node, by name. */
export class NodeTimers {
  readonly #node: number;
  readonly #queue: EventQueue;
  readonly #time: VirtualTime;
  /** Slots of their events: queued, or waiting for a node that does not run. */
  readonly #slots = new Map<string, number>();

  constructor(node: number, queue: EventQueue, time: VirtualTime) {
    this.#node = node;
    this.#queue = queue;
    this.#time = time;
  }

  /** Sets a timer, or sets it anew. */
  set(name: string, milliseconds: number): void {
    const queue = this.#queue;
    const due = this.#time.now + Math.max(0, Math.round(milliseconds * 1000));
    if (!Number.isFinite(due)) throw new RangeError(`timer ${name} is set to ${milliseconds} milliseconds`);
    const slot = this.#slots.get(name);
    if (slot !== undefined && queue.queued(slot)) {
      queue.remove(slot);
      queue.put(slot, due);
      return;
    }
    if (slot !== undefined) queue.kind[slot] = eventKinds.nothing;
    this.#slots.set(name, queue.add(due, eventKinds.timer, this.#node, name));
  }

  cancel(name: string): void {
    const slot = this.#slots.get(name);
    if (slot === undefined) return;
    this.#slots.delete(name);
    if (this.#queue.queued(slot)) this.#queue.drop(slot);
    else this.#queue.kind[slot] = eventKinds.nothing;
  }

  /** A timer is about to fire: it is set no more. */
  fired(name: string): void {
    this.#slots.delete(name);
  }

  /** Ends all. Those that wait for the node are left to whoever keeps them. */
  clear(): void {
    for (const slot of this.#slots.values()) if (this.#queue.queued(slot)) this.#queue.drop(slot);
    this.#slots.clear();
  }
}
