import type { Lines, Process } from "../program.ts";

/** A process that takes locks; what it remembers of its lock is in `lock`. */
export interface Locker<Own> extends Process {
  lock: Own;
}

/**
 * A lock for the use of a program. The lines of both ends begin at `acquire` and `release`; they go on at what
 * `then` says.
 */
export interface Lock<Objects, Own> {
  readonly name: string;
  readonly summary: string;
  /** For how many processes. */
  readonly processes: number;
  objects(processes: number): Objects;
  own(): Own;
  acquire(then: (local: Locker<Own>) => void): Lines<Objects, Locker<Own>>;
  release(then: (local: Locker<Own>) => void): Lines<Objects, Locker<Own>>;
}
