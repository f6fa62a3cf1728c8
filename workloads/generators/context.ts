import { nemesis, type ProcessId } from "../../histories/operation.ts";
import type { Random } from "../random.ts";
import type { Context, Thread } from "./generator.ts";

/**
 * The threads of a run: which are free, and which process each runs. The scheduler's own, which shows it
 * to generators as a `Context`.
 *
 * Chance at any moment is a function of the seed and of how many operations were dispatched. Plans for the
 * nemesis alone and for clients alone have streams of their own, which count their own operations, so that
 * a seed hurts a system in the same way however its clients fare.
 */
export class Threads {
  readonly concurrency: number;
  readonly all: readonly Thread[];
  readonly #random: Random;
  readonly #clientRandom: Random;
  readonly #nemesisRandom: Random;
  #clientOperations = 0;
  #nemesisOperations = 0;
  /** By slot, as is the process. */
  readonly #busy: Uint8Array;
  readonly #process: Float64Array;
  #time = 0;
  #strict = false;

  constructor(concurrency: number, withNemesis: boolean, random: Random) {
    this.concurrency = concurrency;
    this.#random = random;
    this.#clientRandom = random.split("clients");
    this.#nemesisRandom = random.split("nemesis");
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
    this.#random.rewind(this.#clientOperations + this.#nemesisOperations);
    this.#clientRandom.rewind(this.#clientOperations);
    this.#nemesisRandom.rewind(this.#nemesisOperations);
    return new View(this, this.all);
  }

  isFree(thread: Thread): boolean {
    return this.#busy[this.slot(thread)] === 0;
  }

  process(thread: Thread): ProcessId {
    return thread === nemesis ? nemesis : (this.#process[thread] ?? -1);
  }

  /** The chance of those who may use `threads`. */
  random(threads: readonly Thread[]): Random {
    if (threads.at(-1) !== nemesis) return this.#clientRandom;
    return threads.length === 1 ? this.#nemesisRandom : this.#random;
  }

  /** An operation was dispatched on the thread. */
  occupy(thread: Thread): void {
    if (thread === nemesis) this.#nemesisOperations++;
    else this.#clientOperations++;
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
  readonly random: Random;
  readonly #table: Threads;
  #free: readonly Thread[] | undefined;

  constructor(table: Threads, threads: readonly Thread[]) {
    this.#table = table;
    this.threads = threads;
    this.random = table.random(threads);
  }

  get time(): number {
    return this.#table.time;
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
