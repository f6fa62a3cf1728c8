import type { Choices } from "../choices.ts";
import { eventKinds, tieRanks, type EventQueue } from "./event-queue.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** The timers of one node, by name. */
export class NodeTimers {
  readonly #node: number;
  readonly #queue: EventQueue;
  readonly #time: VirtualTime;
  readonly #ties: number;
  readonly #choices: Choices;
  /** Slots of their events: queued, or waiting for a node that does not run. */
  readonly #slots = new Map<string, number>();

  /** @param ties As in `WorldSettings`; `choices` order what comes at once. */
  constructor(node: number, queue: EventQueue, time: VirtualTime, ties: number, choices: Choices) {
    this.#node = node;
    this.#queue = queue;
    this.#time = time;
    this.#ties = ties;
    this.#choices = choices;
  }

  /** Sets a timer, or sets it anew. */
  set(name: string, milliseconds: number): void {
    const queue = this.#queue;
    const wanted = this.#time.now + Math.max(0, Math.round(milliseconds * 1000));
    if (!Number.isFinite(wanted))
      throw new RangeError(`timer ${name} is set to ${milliseconds} milliseconds`);
    const ties = this.#ties;
    const due = ties === 0 ? wanted : Math.ceil(wanted / ties) * ties;
    const rank = ties === 0 ? 0 : this.#choices.choose(tieRanks, "tie");
    const slot = this.#slots.get(name);
    if (slot !== undefined && queue.queued(slot)) {
      queue.remove(slot);
      queue.put(slot, due, rank);
      return;
    }
    if (slot !== undefined) queue.kind[slot] = eventKinds.nothing;
    this.#slots.set(name, queue.add(due, eventKinds.timer, this.#node, name, rank));
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
