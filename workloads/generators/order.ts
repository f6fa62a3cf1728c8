import type { Json } from "../../histories/json.ts";
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
  return new Until("untilOk", ({ type }) => type === "ok", OwnOperations.none, generator(plan));
}

/** A plan until one of its own operations is `ok` with a value that `accept` takes; it goes on proposing until that is known. */
export function untilResult(accept: (value: Json) => boolean, plan: Plan): Generator {
  const ends = ({ type, value }: Event): boolean => type === "ok" && accept(value);
  return new Until("untilResult", ends, OwnOperations.none, generator(plan));
}

/** A plan until one of its own operations is `ok` or `info`, so that it may have happened. */
export function untilNotFailed(plan: Plan): Generator {
  const ends = ({ type }: Event): boolean => type === "ok" || type === "info";
  return new Until("untilNotFailed", ends, OwnOperations.none, generator(plan));
}

class Until implements Generator {
  readonly #name: string;
  readonly #ends: (event: Event) => boolean;
  readonly #own: OwnOperations;
  readonly #plan: Generator;

  constructor(name: string, ends: (event: Event) => boolean, own: OwnOperations, plan: Generator) {
    this.#name = name;
    this.#ends = ends;
    this.#own = own;
    this.#plan = plan;
  }

  next(context: Context): Next {
    const answer = ask(this.#plan, context, this.#name);
    if (answer.kind === "done") return done;
    return followedBy(answer, this.#with(this.#own.answered(answer), answer.generator));
  }

  update(context: Context, event: Event): Generator {
    if (this.#ends(event) && this.#own.ends(event)) return nothing;
    const plan = tell(this.#plan, context, event, this.#name);
    const own = this.#own.after(event);
    return plan === this.#plan && own === this.#own ? this : this.#with(own, plan);
  }

  #with(own: OwnOperations, plan: Generator): Until {
    return new Until(this.#name, this.#ends, own, plan);
  }
}
