import { longestTimer } from "./countdown.ts";
import type { Chunk, Ending, Outlet } from "./toxic.ts";

interface Waiting {
  readonly due: number;
  /** The time that the chunk bears once it is handed on. */
  readonly dated: number;
  readonly chunk?: Chunk;
  readonly ending?: Ending;
}

/** A queue that hands chunks on in order, none before it is due. A due time of Infinity waits for `stop`. */
export class DelayLine {
  readonly #outlet: Outlet;
  #queue: Waiting[] = [];
  #head = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(outlet: Outlet) {
    this.#outlet = outlet;
  }

  /** Queues a chunk; `dated` is the time that it bears once it is handed on, as it came unless given. */
  add(chunk: Chunk, due: number, dated = chunk.time): void {
    if (this.#isEmpty() && due <= this.#outlet.now()) this.#outlet.pass({ data: chunk.data, time: dated });
    else this.#push({ due, dated, chunk });
  }

  end(ending: Ending, due: number): void {
    if (this.#isEmpty() && due <= this.#outlet.now()) this.#outlet.finish(ending);
    else this.#push({ due, dated: due, ending });
  }

  /** Empties the line; what it held is handed back as it came. */
  stop(): readonly Chunk[] {
    clearTimeout(this.#timer);
    const held: Chunk[] = [];
    for (let i = this.#head; i < this.#queue.length; i++) {
      const chunk = this.#queue[i]?.chunk;
      if (chunk !== undefined) held.push(chunk);
    }
    this.#queue = [];
    this.#head = 0;
    return held;
  }

  #isEmpty(): boolean {
    return this.#head === this.#queue.length;
  }

  #push(waiting: Waiting): void {
    this.#queue.push(waiting);
    if (this.#queue.length - this.#head === 1) this.#arm();
  }

  #arm(): void {
    const next = this.#queue[this.#head];
    if (next === undefined || next.due === Infinity) return;
    const wait = Math.min(longestTimer, Math.max(0, Math.ceil(next.due - this.#outlet.now())));
    this.#timer = setTimeout(() => this.#release(), wait);
  }

  #release(): void {
    const now = this.#outlet.now();
    for (;;) {
      const next = this.#queue[this.#head];
      if (next === undefined || next.due > now) break;
      this.#head++;
      if (this.#head === this.#queue.length) {
        this.#queue.length = 0;
        this.#head = 0;
      } else if (this.#head >= 1024) {
        this.#queue.splice(0, this.#head);
        this.#head = 0;
      }
      // What is passed on may close the connection, which stops and empties this line.
      if (next.chunk !== undefined) this.#outlet.pass({ data: next.chunk.data, time: next.dated });
      else if (next.ending !== undefined) this.#outlet.finish(next.ending);
    }
    this.#arm();
  }
}
