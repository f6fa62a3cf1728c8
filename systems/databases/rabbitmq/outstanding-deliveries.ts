/**
 * What clients of a queue know of messages that may be out with one of them that never got or acknowledged it. The broker gives such a message
 * to nobody else until it takes that client's connection for lost; till then it says that there is none, though the queue is not empty.
 */
export class OutstandingDeliveries {
  readonly #patience: number;
  readonly #now: () => number;
  #until = -Infinity;

  /** The broker takes a silent connection for lost after `patience` milliseconds at most; `now` is a clock in milliseconds. */
  constructor(patience: number, now: () => number = () => performance.now()) {
    this.#patience = patience;
    this.#now = now;
  }

  /** A client was cut off while it was given a message, or acknowledged one. */
  note(): void {
    this.#until = this.#now() + this.#patience;
  }

  /** Whether a message may be out. */
  get possible(): boolean {
    return this.#now() < this.#until;
  }
}
