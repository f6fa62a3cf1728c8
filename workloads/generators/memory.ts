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
 * operations before left; undefined ends the plan. The memory is a value that is never changed, so that the plan stays pure.
 */
export function remembering<Memory>(
  memory: Memory,
  propose: (memory: Memory, context: Context, thread: number) => Remembered<Memory> | undefined,
): Generator {
  return new Remembering(memory, propose);
}

class Remembering<Memory> implements Generator {
  readonly #memory: Memory;
  readonly #propose: (memory: Memory, context: Context, thread: number) => Remembered<Memory> | undefined;

  constructor(
    memory: Memory,
    propose: (memory: Memory, context: Context, thread: number) => Remembered<Memory> | undefined,
  ) {
    this.#memory = memory;
    this.#propose = propose;
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
      generator: new Remembering(proposed.memory, this.#propose),
    };
  }

  update(_context: Context, _event: Event): Generator {
    return this;
  }
}
