import type { Json } from "../../histories/json.ts";
import type { Context, Event, Generator, Next, Proposal } from "./generator.ts";
import { ask, done, followedBy, GeneratorError, tell, thrown } from "./answers.ts";
import { generator, type Plan } from "./plan.ts";

/** What `map` may change of an operation; what is left out stays. */
export interface Change {
  readonly f?: string;
  readonly value?: Json;
  readonly key?: Json;
}

/** A plan whose operations `change` alters. The plan hears of them as altered. */
export function map(change: (operation: Proposal) => Change, plan: Plan): Generator {
  return new Mapped(change, generator(plan));
}

class Mapped implements Generator {
  readonly #change: (operation: Proposal) => Change;
  readonly #plan: Generator;

  constructor(change: (operation: Proposal) => Change, plan: Generator) {
    this.#change = change;
    this.#plan = plan;
  }

  next(context: Context): Next {
    const answer = ask(this.#plan, context, "map");
    if (answer.kind === "done") return done;
    const rest = new Mapped(this.#change, answer.generator);
    if (answer.kind !== "operation") return followedBy(answer, rest);
    const { operation } = answer;
    let change: Change;
    try {
      change = this.#change(operation);
    } catch (error) {
      throw thrown(["map"], error);
    }
    return {
      kind: "operation",
      operation: { ...operation, ...change, thread: operation.thread },
      generator: rest,
    };
  }

  update(context: Context, event: Event): Generator {
    const plan = tell(this.#plan, context, event, "map");
    return plan === this.#plan ? this : new Mapped(this.#change, plan);
  }
}

/** How many operations may be dropped in a row before that is taken for an endless loop. */
const endless = 100_000;

/** The operations of a plan that `accept` lets pass; the others are dropped as if never proposed. */
export function filter(accept: (operation: Proposal) => boolean, plan: Plan): Generator {
  return new Filtered(accept, generator(plan));
}

class Filtered implements Generator {
  readonly #accept: (operation: Proposal) => boolean;
  readonly #plan: Generator;

  constructor(accept: (operation: Proposal) => boolean, plan: Generator) {
    this.#accept = accept;
    this.#plan = plan;
  }

  next(context: Context): Next {
    let plan = this.#plan;
    for (let dropped = 0; dropped < endless; dropped++) {
      const answer = ask(plan, context, "filter");
      if (answer.kind === "done") return done;
      if (answer.kind !== "operation" || this.#accepts(answer.operation)) {
        return followedBy(answer, new Filtered(this.#accept, answer.generator));
      }
      plan = answer.generator;
    }
    throw new GeneratorError(["filter"], `expected to accept one of ${endless} operations, dropped them all`);
  }

  #accepts(operation: Proposal): boolean {
    try {
      return this.#accept(operation);
    } catch (error) {
      throw thrown(["filter"], error);
    }
  }

  update(context: Context, event: Event): Generator {
    const plan = tell(this.#plan, context, event, "filter");
    return plan === this.#plan ? this : new Filtered(this.#accept, plan);
  }
}

/** A message for the log, once: it takes no thread and no time and is not part of the history. */
export function log(message: string): Generator {
  return new Log(message);
}

class Log implements Generator {
  readonly #message: string;

  constructor(message: string) {
    this.#message = message;
  }

  next(): Next {
    return { kind: "log", message: this.#message, generator: generator([]) };
  }

  update(): Generator {
    return this;
  }
}
