import type { Context, Event, Generator, Next } from "./generator.ts";
import { ask, done, followedBy, pending, tell } from "./answers.ts";
import { OwnOperations } from "./own-operations.ts";
import { generator, nothing, sequence, type Plan } from "./plan.ts";

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
  return new UntilOk(OwnOperations.none, generator(plan));
}

class UntilOk implements Generator {
  readonly #own: OwnOperations;
  readonly #plan: Generator;

  constructor(own: OwnOperations, plan: Generator) {
    this.#own = own;
    this.#plan = plan;
  }

  next(context: Context): Next {
    const answer = ask(this.#plan, context, "untilOk");
    if (answer.kind === "done") return done;
    return followedBy(answer, new UntilOk(this.#own.answered(answer), answer.generator));
  }

  update(context: Context, event: Event): Generator {
    if (event.type === "ok" && this.#own.ends(event)) return nothing;
    const plan = tell(this.#plan, context, event, "untilOk");
    const own = this.#own.after(event);
    return plan === this.#plan && own === this.#own ? this : new UntilOk(own, plan);
  }
}
