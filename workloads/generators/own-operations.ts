import type { Event, Next, Thread } from "./generator.ts";

/**
 * Which open operations are a generator's own. One that it proposed becomes its own when the invocation on
 * that thread is told next; a proposal that was dropped on the way out, by a filter say, never does. Since
 * a thread does one operation at a time, the next completion on the thread is that operation's.
 */
export class OwnOperations {
  static readonly none = new OwnOperations([], undefined);

  readonly #open: readonly Thread[];
  readonly #proposed: Thread | undefined;

  private constructor(open: readonly Thread[], proposed: Thread | undefined) {
    this.#open = open;
    this.#proposed = proposed;
  }

  /** How many are open. */
  get count(): number {
    return this.#open.length;
  }

  /** After the generator gave this answer. */
  answered(answer: Next): OwnOperations {
    const proposed = answer.kind === "operation" ? answer.operation.thread : undefined;
    return proposed === this.#proposed ? this : new OwnOperations(this.#open, proposed);
  }

  /** Whether the event ends one of them. */
  ends(event: Event): boolean {
    return event.kind === "complete" && this.#open.includes(event.thread);
  }

  /** After an event; the same if it concerns none of them. */
  after(event: Event): OwnOperations {
    if (event.kind === "invoke") {
      return event.thread === this.#proposed
        ? new OwnOperations([...this.#open, event.thread], undefined)
        : this;
    }
    if (!this.ends(event)) return this;
    return new OwnOperations(
      this.#open.filter((thread) => thread !== event.thread),
      this.#proposed,
    );
  }
}
