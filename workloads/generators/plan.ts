import type { Json } from "../../histories/json.ts";
import type { Context, Event, Generator, Next, Proposal, Thread } from "./generator.ts";
import { ask, done, followedBy, GeneratorError, pending, tell, thrown } from "./answers.ts";

/** One operation, on any free thread unless it names one; a `value` left out is null. */
export interface Template {
  readonly f: string;
  readonly value?: Json;
  readonly key?: Json;
  readonly thread?: Thread;
}

/**
 * Called again and again, each time with the number of calls before; each result is carried out to its end
 * before the next call, and undefined ends it all. Called only when a thread is free. Pure: what it returns
 * depends on its arguments alone (chance is `context.random`), and the context is not kept.
 */
export type PlanFunction = (context: Context, count: number) => Plan | undefined;

/**
 * Whatever combinators take for a generator: a generator, a template (exactly one operation), a function, or
 * an array (its members one after another).
 */
export type Plan = Generator | Template | PlanFunction | readonly Plan[];

/** How many empty results in a row are taken for an endless loop. */
const endless = 10_000;

/** The generator that a plan means. */
export function generator(plan: Plan): Generator {
  if (typeof plan === "function") return new Called(plan, 0, undefined);
  if (isSequence(plan)) return new Sequence(plan, 0, undefined);
  const given: unknown = plan;
  if (typeof given === "object" && given !== null) {
    if ("next" in plan) return plan;
    if ("f" in plan) return new Single(plan);
  }
  throw new GeneratorError([], `expected a generator, operation, function or array, found ${typeof given}`);
}

function isSequence(plan: Plan): plan is readonly Plan[] {
  return Array.isArray(plan);
}

function isTemplate(plan: Plan): plan is Template {
  return typeof plan === "object" && "f" in plan && !("next" in plan);
}

/** The proposal of a template; undefined while no thread for it is free. */
function propose(template: Template, context: Context): Proposal | undefined {
  let { thread } = template;
  if (thread === undefined) {
    const { free } = context;
    if (free.length === 0) return undefined;
    thread = context.random.pick(free);
  } else if (!context.threads.includes(thread)) {
    throw new GeneratorError(
      [],
      `expected a thread that the generator may use, found ${thread} in the operation ${template.f}`,
    );
  } else if (!context.isFree(thread)) return undefined;
  const value = template.value === undefined ? null : template.value;
  return template.key === undefined
    ? { f: template.f, value, thread }
    : { f: template.f, key: template.key, value, thread };
}

/** A template's one operation. */
class Single implements Generator {
  readonly #template: Template;

  constructor(template: Template) {
    this.#template = template;
  }

  next(context: Context): Next {
    const operation = propose(this.#template, context);
    return operation === undefined ? pending(this) : { kind: "operation", operation, generator: nothing };
  }

  update(): Generator {
    return this;
  }
}

/** No operation at all. */
export const nothing: Generator = {
  next: () => done,
  update: () => nothing,
};

class Called implements Generator {
  readonly #call: PlanFunction;
  readonly #count: number;
  /** What the last call returned, not yet at its end. */
  readonly #current: Generator | undefined;

  constructor(call: PlanFunction, count: number, current: Generator | undefined) {
    this.#call = call;
    this.#count = count;
    this.#current = current;
  }

  next(context: Context): Next {
    let current = this.#current;
    let count = this.#count;
    for (let attempt = 0; attempt < endless; attempt++) {
      if (current !== undefined) {
        const answer = ask(current, context, "function");
        if (answer.kind !== "done") {
          return followedBy(answer, new Called(this.#call, count, answer.generator));
        }
      }
      if (context.free.length === 0) return pending(new Called(this.#call, count, undefined));
      const plan = this.#result(context, count);
      if (plan === undefined) return done;
      count++;
      if (isTemplate(plan)) {
        const operation = propose(plan, context);
        if (operation !== undefined) {
          return { kind: "operation", operation, generator: new Called(this.#call, count, undefined) };
        }
      }
      current = generator(plan);
    }
    throw new GeneratorError(["function"], `expected an operation in ${endless} calls, found none`);
  }

  #result(context: Context, count: number): Plan | undefined {
    try {
      return this.#call(context, count);
    } catch (error) {
      throw thrown(["function"], error);
    }
  }

  update(context: Context, event: Event): Generator {
    if (this.#current === undefined) return this;
    const current = tell(this.#current, context, event, "function");
    return current === this.#current ? this : new Called(this.#call, this.#count, current);
  }
}

/** Plans one after another, without waiting for the operations of one before the next begins. */
export function sequence(...plans: readonly Plan[]): Generator {
  return new Sequence(plans, 0, undefined);
}

class Sequence implements Generator {
  readonly #plans: readonly Plan[];
  readonly #position: number;
  /** The plan at `position` as far as it has got; undefined before it was first asked. */
  readonly #current: Generator | undefined;

  constructor(plans: readonly Plan[], position: number, current: Generator | undefined) {
    this.#plans = plans;
    this.#position = position;
    this.#current = current;
  }

  next(context: Context): Next {
    let current = this.#current;
    for (let position = this.#position; position < this.#plans.length; position++) {
      current ??= generator(this.#plans[position] ?? nothing);
      const answer = ask(current, context, "sequence", position);
      if (answer.kind !== "done") {
        return followedBy(answer, new Sequence(this.#plans, position, answer.generator));
      }
      current = undefined;
    }
    return done;
  }

  /** Only the plan whose turn it is hears of events. */
  update(context: Context, event: Event): Generator {
    if (this.#current === undefined) return this;
    const current = tell(this.#current, context, event, "sequence", this.#position);
    return current === this.#current ? this : new Sequence(this.#plans, this.#position, current);
  }
}
