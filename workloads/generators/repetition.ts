import type { Context, Event, Generator, Next } from "./generator.ts";
import { ask, done, followedBy, tell } from "./answers.ts";
import { generator, type Plan } from "./plan.ts";
import { limit } from "./limits.ts";

/** The first operation of a plan, and no more. */
export function once(plan: Plan): Generator {
  return limit(1, plan);
}

/**
 * The plan's next operation again and again, `times` times or without end: an operation does not advance
 * the plan, so a template gives the same one for ever and a function is called anew for each.
 */
export function repeat(plan: Plan): Generator;
export function repeat(times: number, plan: Plan): Generator;
export function repeat(first: number | Plan, second?: Plan): Generator {
  if (typeof first !== "number") return new Repeat(generator(first));
  return limit(first, new Repeat(generator(second ?? [])));
}

class Repeat implements Generator {
  readonly #plan: Generator;

  constructor(plan: Generator) {
    this.#plan = plan;
  }

  next(context: Context): Next {
    const answer = ask(this.#plan, context, "repeat");
    if (answer.kind === "done") return done;
    return followedBy(answer, answer.kind === "operation" ? this : new Repeat(answer.generator));
  }

  update(context: Context, event: Event): Generator {
    const plan = tell(this.#plan, context, event, "repeat");
    return plan === this.#plan ? this : new Repeat(plan);
  }
}

/** The plan from its beginning to its end, `times` times or without end. A plan that is empty ends it. */
export function cycle(plan: Plan): Generator;
export function cycle(times: number, plan: Plan): Generator;
export function cycle(first: number | Plan, second?: Plan): Generator {
  const [times, plan] = typeof first === "number" ? [first, second ?? []] : [Infinity, first];
  const beginning = generator(plan);
  return new Cycle(beginning, beginning, times);
}

class Cycle implements Generator {
  readonly #beginning: Generator;
  readonly #current: Generator;
  /** Rounds left, the current one included. */
  readonly #rounds: number;

  constructor(beginning: Generator, current: Generator, rounds: number) {
    this.#beginning = beginning;
    this.#current = current;
    this.#rounds = rounds;
  }

  next(context: Context): Next {
    if (this.#rounds <= 0) return done;
    const answer = ask(this.#current, context, "cycle");
    if (answer.kind !== "done") {
      return followedBy(answer, new Cycle(this.#beginning, answer.generator, this.#rounds));
    }
    if (this.#rounds <= 1) return done;
    const anew = ask(this.#beginning, context, "cycle");
    if (anew.kind === "done") return done;
    return followedBy(anew, new Cycle(this.#beginning, anew.generator, this.#rounds - 1));
  }

  update(context: Context, event: Event): Generator {
    const current = tell(this.#current, context, event, "cycle");
    return current === this.#current ? this : new Cycle(this.#beginning, current, this.#rounds);
  }
}
