import type { Context, Event, Generator, Next, Thread } from "./generator.ts";
import { ask, done, followedBy, pending, tell } from "./answers.ts";
import { generator, sequence, type Plan } from "./plan.ts";

/** A plan that begins when all its threads are free, and goes on as it likes from there. */
export function synchronize(plan: Plan): Generator {
  return new Synchronize(generator(plan));
}

class Synchronize implements Generator {
  readonly #plan: Generator;

  constructor(plan: Generator) {
    this.#plan = plan;
  }

  next(context: Context): Next {
    // Once begun, the plan alone follows: nothing is left here to do.
    return context.free.length < context.threads.length
      ? pending(this)
      : ask(this.#plan, context, "synchronize");
  }

  update(): Generator {
    return this;
  }
}

/** Plans one after another, each beginning when the operations of all before it have completed. */
export function phases(...plans: readonly Plan[]): Generator {
  return sequence(...plans.map((plan) => synchronize(plan)));
}

/**
 * `first`, and when it has ended and its operations have completed, `second`: Jepsen's `then`. (A module that
 * exports a function of that name would be taken for a promise.)
 */
export function andThen(first: Plan, second: Plan): Generator {
  return sequence(first, synchronize(second));
}

/** A plan until one of its own operations is `ok`; it goes on proposing until that is known. */
export function untilOk(plan: Plan): Generator {
  return new UntilOk(generator(plan), []);
}

class UntilOk implements Generator {
  readonly #plan: Generator;
  /** The threads on which operations of the plan are open. */
  readonly #open: readonly Thread[];

  constructor(plan: Generator, open: readonly Thread[]) {
    this.#plan = plan;
    this.#open = open;
  }

  next(context: Context): Next {
    const answer = ask(this.#plan, context, "untilOk");
    if (answer.kind === "done") return done;
    const open = answer.kind === "operation" ? [...this.#open, answer.operation.thread] : this.#open;
    return followedBy(answer, new UntilOk(answer.generator, open));
  }

  update(context: Context, event: Event): Generator {
    const plan = tell(this.#plan, context, event, "untilOk");
    const ended = event.kind === "complete" && this.#open.includes(event.thread);
    if (!ended) return plan === this.#plan ? this : new UntilOk(plan, this.#open);
    if (event.type === "ok") return generator([]);
    return new UntilOk(
      plan,
      this.#open.filter((thread) => thread !== event.thread),
    );
  }
}
