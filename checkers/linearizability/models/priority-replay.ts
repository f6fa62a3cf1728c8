import { canonical, inWords, sameValue, type Json } from "../../../histories/json.ts";
import { unknownOutput, type Input, type Output, type Replay } from "../model.ts";
import { BagReplay } from "./queue-replay.ts";

/** The items of one priority. */
interface Peers {
  readonly urgency: number;
  size: number;
  /** One of them; all of them are equal to it while there is no bag. */
  one: Json;
  /**
   * All of them, as soon as two differ: which of them a dequeue of unknown outcome took, nobody knows, and
   * the bag keeps every choice open.
   */
  bag: BagReplay | undefined;
  waiting: boolean;
}

const noInput: Input = { f: "dequeue", value: null };

/** A priority queue with `enqueue`, `dequeue` and `peek`, changed in place: a heap of the priorities inside. */
export class PriorityReplay implements Replay {
  readonly #urgency: (item: Json) => number;
  readonly #extreme: "greatest" | "least";
  readonly #peers = new Map<number, Peers>();
  /** The priorities that have, or had, items inside: a binary heap, the most urgent at its root. */
  readonly #heap: Peers[] = [];

  constructor(initial: readonly Json[], urgency: (item: Json) => number, extreme: "greatest" | "least") {
    this.#urgency = urgency;
    this.#extreme = extreme;
    for (const item of initial) this.#add(item);
  }

  apply({ f, value }: Input, output: Output): string | undefined {
    if (f === "enqueue") {
      this.#add(value);
      return undefined;
    }
    const first = this.#first();
    if (output === unknownOutput) {
      if (f === "dequeue" && first !== undefined) this.#remove(first, unknownOutput);
      return undefined;
    }
    if (first === undefined) return output === null ? undefined : "the queue was empty";
    if (output === null) return `the queue was not empty: it contained ${inWords(first.one)}`;
    const urgency = this.#urgency(output);
    if (urgency < first.urgency && (this.#peers.get(urgency)?.size ?? 0) > 0)
      return `${inWords(first.one)}, of ${this.#extreme === "greatest" ? "greater" : "lesser"} priority, was in the queue`;
    if (urgency !== first.urgency) return `the queue did not contain ${inWords(output)}`;
    const refused = this.#remove(first, output);
    // To look at an item is to take it and to put it back: no unknown dequeue had taken it, one may yet.
    if (refused === undefined && f === "peek") this.#add(output);
    return refused;
  }

  describe(): string {
    const inside = [...this.#peers.values()].filter(({ size }) => size > 0);
    const listed = inside
      .toSorted((a, b) => b.urgency - a.urgency)
      .slice(0, 20)
      .map(
        ({ size, one, bag }) =>
          bag?.describe() ?? Array.from({ length: size }, () => canonical(one)).join(", "),
      );
    return `[${listed.join(", ")}${inside.length > 20 ? ", …" : ""}]`;
  }

  #add(item: Json): void {
    const urgency = this.#urgency(item);
    let peers = this.#peers.get(urgency);
    if (peers === undefined)
      this.#peers.set(urgency, (peers = { urgency, size: 0, one: item, bag: undefined, waiting: false }));
    if (peers.size === 0) {
      peers.one = item;
      peers.bag = undefined;
    } else if (peers.bag === undefined && !sameValue(peers.one, item)) {
      peers.bag = new BagReplay(Array.from({ length: peers.size }, () => peers.one));
    }
    peers.bag?.apply({ f: "enqueue", value: item }, null);
    peers.size++;
    if (!peers.waiting) this.#push(peers);
  }

  #remove(peers: Peers, item: Output): string | undefined {
    const refused =
      peers.bag !== undefined
        ? peers.bag.apply(noInput, item)
        : item === unknownOutput || sameValue(item, peers.one)
          ? undefined
          : `the queue did not contain ${inWords(item)}`;
    if (refused === undefined && --peers.size === 0) this.#peers.delete(peers.urgency);
    return refused;
  }

  /** The items that are due. */
  #first(): Peers | undefined {
    while (this.#heap[0]?.size === 0) this.#pop();
    return this.#heap[0];
  }

  #push(peers: Peers): void {
    const heap = this.#heap;
    peers.waiting = true;
    let at = heap.push(peers) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (heap[above]!.urgency >= peers.urgency) break;
      heap[at] = heap[above]!;
      at = above;
    }
    heap[at] = peers;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && heap[below + 1]!.urgency > heap[below]!.urgency) below++;
      if (heap[below]!.urgency <= last.urgency) break;
      heap[at] = heap[below]!;
      at = below;
    }
    heap[at] = last;
  }
}
