import type { Context, Event, Generator, Next } from "./generator.ts";
import { ask, done, followedBy, pending, tell } from "./answers.ts";
import { checkDuration } from "./arguments.ts";
import { generator, type Plan } from "./plan.ts";

/** How many mean gaps behind its schedule a staggered plan may fall before the time is given up for lost. */
const catchUp = 10;

/**
 * A plan with gaps of 0..2·`mean` nanoseconds, uniform, between its operations, over all threads together:
 * one operation every `mean` on average. The first goes at once. Gaps are counted from when an operation
 * was due, so that late timers and short stalls do not slow the rate; what is more than ten mean gaps
 * behind is forgotten rather than made up for in a burst.
 */
export function stagger(mean: number, plan: Plan): Generator {
  const gap = checkDuration("stagger", mean);
  return gap === 0 ? generator(plan) : new Stagger(gap, undefined, generator(plan));
}

class Stagger implements Generator {
  readonly #mean: number;
  readonly #due: number | undefined;
  readonly #plan: Generator;

  constructor(mean: number, due: number | undefined, plan: Generator) {
    this.#mean = mean;
    this.#due = due;
    this.#plan = plan;
  }

  next(context: Context): Next {
    const { time } = context;
    const due = this.#due ?? time;
    if (time < due) return pending(this, due);
    // Drawn before the plan draws, which may draw more or less as threads are free: the gaps of a seed stay.
    const gap = context.random.int(2 * this.#mean + 1);
    const answer = ask(this.#plan, context, "stagger");
    if (answer.kind === "done") return done;
    if (answer.kind !== "operation") {
      return followedBy(answer, new Stagger(this.#mean, this.#due, answer.generator));
    }
    const next = Math.max(due, time - catchUp * this.#mean) + gap;
    return followedBy(answer, new Stagger(this.#mean, next, answer.generator));
  }

  update(context: Context, event: Event): Generator {
    const plan = tell(this.#plan, context, event, "stagger");
    return plan === this.#plan ? this : new Stagger(this.#mean, this.#due, plan);
  }
}

/** A plan with at least `gap` nanoseconds from one of its operations to the next, over all threads together. */
export function delay(gap: number, plan: Plan): Generator {
  return new Delay(checkDuration("delay", gap), 0, generator(plan));
}

class Delay implements Generator {
  readonly #gap: number;
  readonly #due: number;
  readonly #plan: Generator;

  constructor(gap: number, due: number, plan: Generator) {
    this.#gap = gap;
    this.#due = due;
    this.#plan = plan;
  }

  next(context: Context): Next {
    if (context.time < this.#due) return pending(this, this.#due);
    const answer = ask(this.#plan, context, "delay");
    if (answer.kind === "done") return done;
    const due = answer.kind === "operation" ? context.time + this.#gap : this.#due;
    return followedBy(answer, new Delay(this.#gap, due, answer.generator));
  }

  update(context: Context, event: Event): Generator {
    const plan = tell(this.#plan, context, event, "delay");
    return plan === this.#plan ? this : new Delay(this.#gap, this.#due, plan);
  }
}

/** No operation for `duration` nanoseconds from when it was first asked; takes no thread. */
export function sleep(duration: number): Generator {
  return new Sleep(checkDuration("sleep", duration), undefined);
}

class Sleep implements Generator {
  readonly #duration: number;
  readonly #end: number | undefined;

  constructor(duration: number, end: number | undefined) {
    this.#duration = duration;
    this.#end = end;
  }

  next(context: Context): Next {
    const end = this.#end ?? context.time + this.#duration;
    return context.time >= end ? done : pending(new Sleep(this.#duration, end), end);
  }

  update(): Generator {
    return this;
  }
}
