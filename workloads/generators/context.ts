import { nemesis, type ProcessId } from "../../histories/operation.ts";
import type { Random } from "../random.ts";
import type { Context, Thread } from "./generator.ts";

/**
 * The threads of a run: which are free, and which process each runs. The scheduler's own, which shows it
 * to generators as a `Context`.
 */
export class Threads {
  readonly concurrency: number;
  readonly all: readonly Thread[];
  readonly random: Random;
  /** By slot, as is the process. */
  readonly #busy: Uint8Array;
  readonly #process: Float64Array;
  #time = 0;
  #strict = false;

  constructor(concurrency: number, withNemesis: boolean, random: Random) {
    this.concurrency = concurrency;
    this.random = random;
    const clients: Thread[] = Array.from({ length: concurrency }, (_, i) => i);
    this.all = withNemesis ? [...clients, nemesis] : clients;
    this.#busy = new Uint8Array(concurrency + 1);
    this.#process = Float64Array.from({ length: concurrency }, (_, i) => i);
  }

  get time(): number {
    return this.#time;
  }

  get strict(): boolean {
    return this.#strict;
  }

  /** What a generator may see at `time`. */
  at(time: number, strict = false): Context {
    this.#time = time;
    this.#strict = strict;
    return new View(this, this.all);
  }

  isFree(thread: Thread): boolean {
    return this.#busy[this.slot(thread)] === 0;
  }

  process(thread: Thread): ProcessId {
    return thread === nemesis ? nemesis : (this.#process[thread] ?? -1);
  }

  occupy(thread: Thread): void {
    this.#busy[this.slot(thread)] = 1;
  }

  release(thread: Thread): void {
    this.#busy[this.slot(thread)] = 0;
  }

  /** The thread goes on under a process number that was never used before. The nemesis never retires. */
  retireProcess(thread: Thread): void {
    if (typeof thread === "number") {
      this.#process[thread] = (this.#process[thread] ?? 0) + this.concurrency;
    }
  }

  /** A number for a thread, dense from 0: its own for a client, the one after the last for the nemesis. */
  slot(thread: Thread): number {
    return thread === nemesis ? this.concurrency : thread;
  }
}

class View implements Context {
  readonly threads: readonly Thread[];
  readonly #table: Threads;
  #free: readonly Thread[] | undefined;

  constructor(table: Threads, threads: readonly Thread[]) {
    this.#table = table;
    this.threads = threads;
  }

  get time(): number {
    return this.#table.time;
  }

  get random(): Random {
    return this.#table.random;
  }

  get strict(): boolean {
    return this.#table.strict;
  }

  get free(): readonly Thread[] {
    if (this.#free === undefined) {
      const free: Thread[] = [];
      for (const thread of this.threads) if (this.#table.isFree(thread)) free.push(thread);
      this.#free = free;
    }
    return this.#free;
  }

  isFree(thread: Thread): boolean {
    return this.#table.isFree(thread);
  }

  process(thread: Thread): ProcessId {
    return this.#table.process(thread);
  }

  on(threads: readonly Thread[]): Context {
    return new View(this.#table, threads);
  }
}
