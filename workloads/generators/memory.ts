import type { Context, Event, Generator, Next } from "./generator.ts";
import { done, pending, thrown } from "./answers.ts";
import type { Template } from "./plan.ts";

/** An operation, and what is remembered once it is dispatched. */
export interface Remembered<Memory> {
  readonly operation: Template;
  readonly memory: Memory;
}

/**
 * A plan with a memory: `propose` makes the next operation for a free thread, chosen by chance, out of what the
 * operations before left; undefined ends the plan. What is to be remembered of events, `hear` says. The memory is a value
 * that is never changed, so that the plan stays pure.
 */
export function remembering<Memory>(
  memory: Memory,
  propose: (memory: Memory, context: Context, thread: number) => Remembered<Memory> | undefined,
  hear?: (memory: Memory, event: Event) => Memory,
): Generator {
  return new Remembering(memory, propose, hear);
}

class Remembering<Memory> implements Generator {
  readonly #memory: Memory;
  readonly #propose: (memory: Memory, context: Context, thread: number) => Remembered<Memory> | undefined;
  readonly #hear: ((memory: Memory, event: Event) => Memory) | undefined;

  constructor(
    memory: Memory,
    propose: (memory: Memory, context: Context, thread: number) => Remembered<Memory> | undefined,
    hear?: (memory: Memory, event: Event) => Memory,
  ) {
    this.#memory = memory;
    this.#propose = propose;
    this.#hear = hear;
  }

  next(context: Context): Next {
    const free = context.free.filter((thread) => thread !== "nemesis");
    if (free.length === 0) return pending(this);
    const thread = context.random.pick(free);
    let proposed: Remembered<Memory> | undefined;
    try {
      proposed = this.#propose(this.#memory, context, thread);
    } catch (error) {
      throw thrown(["remembering"], error);
    }
    if (proposed === undefined) return done;
    const { f, key, value = null } = proposed.operation;
    return {
      kind: "operation",
      operation: { f, value, thread, ...(key === undefined ? {} : { key }) },
      generator: this.#with(proposed.memory),
    };
  }

  update(_context: Context, event: Event): Generator {
    const memory = this.#hear === undefined ? this.#memory : this.#hear(this.#memory, event);
    return memory === this.#memory ? this : this.#with(memory);
  }

  #with(memory: Memory): Remembering<Memory> {
    return new Remembering(memory, this.#propose, this.#hear);
  }
}
