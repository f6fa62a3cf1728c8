import type { ProcessId } from "../../histories/operation.ts";
import type { Context, Event, Generator, Next } from "./generator.ts";
import { ask, done, earlier, followedBy, pending, tell } from "./answers.ts";
import { OwnOperations } from "./own-operations.ts";
import { generator, type Plan } from "./plan.ts";
import { checkCount, checkDuration } from "./arguments.ts";

/** At most `count` operations of a plan. */
export function limit(count: number, plan: Plan): Generator {
  return new Limit(checkCount("limit", count, 0), generator(plan));
}

class Limit implements Generator {
  readonly #left: number;
  readonly #plan: Generator;

  constructor(left: number, plan: Generator) {
    this.#left = left;
    this.#plan = plan;
  }

  next(context: Context): Next {
    if (this.#left <= 0) return done;
    const answer = ask(this.#plan, context, "limit");
    if (answer.kind === "done") return done;
    const left = answer.kind === "operation" ? this.#left - 1 : this.#left;
    return followedBy(answer, new Limit(left, answer.generator));
  }

  update(context: Context, event: Event): Generator {
    const plan = tell(this.#plan, context, event, "limit");
    return plan === this.#plan ? this : new Limit(this.#left, plan);
  }
}

/**
 * A plan for `duration` nanoseconds from when it was first asked. It ends at the deadline, not before
 * (unless the plan does), and then whatever the plan waits for; operations already dispatched go on.
 */
export function timeLimit(duration: number, plan: Plan): Generator {
  return new TimeLimit(checkDuration("timeLimit", duration), undefined, generator(plan));
}

class TimeLimit implements Generator {
  readonly #duration: number;
  readonly #deadline: number | undefined;
  readonly #plan: Generator;

  constructor(duration: number, deadline: number | undefined, plan: Generator) {
    this.#duration = duration;
    this.#deadline = deadline;
    this.#plan = plan;
  }

  next(context: Context): Next {
    const deadline = this.#deadline ?? context.time + this.#duration;
    if (context.time >= deadline) return done;
    const answer = ask(this.#plan, context, "timeLimit");
    if (answer.kind === "done") return done;
    const rest = new TimeLimit(this.#duration, deadline, answer.generator);
    return answer.kind === "pending"
      ? pending(rest, earlier(answer.until, deadline))
      : followedBy(answer, rest);
  }

  update(context: Context, event: Event): Generator {
    const plan = tell(this.#plan, context, event, "timeLimit");
    return plan === this.#plan ? this : new TimeLimit(this.#duration, this.#deadline, plan);
  }
}

/**
 * A plan until its operations would come from more than `count` different processes. Since every `info`
 * makes a new process, this bounds how many operations of unknown outcome a checker has to bear.
 */
export function processLimit(count: number, plan: Plan): Generator {
  return new ProcessLimit(checkCount("processLimit", count, 1), [], generator(plan));
}

class ProcessLimit implements Generator {
  readonly #count: number;
  readonly #seen: readonly ProcessId[];
  readonly #plan: Generator;

  constructor(count: number, seen: readonly ProcessId[], plan: Generator) {
    this.#count = count;
    this.#seen = seen;
    this.#plan = plan;
  }

  next(context: Context): Next {
    const answer = ask(this.#plan, context, "processLimit");
    if (answer.kind === "done") return done;
    let seen = this.#seen;
    if (answer.kind === "operation") {
      const process = context.process(answer.operation.thread);
      if (!seen.includes(process)) {
        if (seen.length >= this.#count) return done;
        seen = [...seen, process];
      }
    }
    return followedBy(answer, new ProcessLimit(this.#count, seen, answer.generator));
  }

  update(context: Context, event: Event): Generator {
    const plan = tell(this.#plan, context, event, "processLimit");
    return plan === this.#plan ? this : new ProcessLimit(this.#count, this.#seen, plan);
  }
}

/** A plan with at most `count` of its own operations open at any one time. */
export function concurrencyLimit(count: number, plan: Plan): Generator {
  return new ConcurrencyLimit(checkCount("concurrencyLimit", count, 1), OwnOperations.none, generator(plan));
}

class ConcurrencyLimit implements Generator {
  readonly #count: number;
  readonly #own: OwnOperations;
  readonly #plan: Generator;

  constructor(count: number, own: OwnOperations, plan: Generator) {
    this.#count = count;
    this.#own = own;
    this.#plan = plan;
  }

  next(context: Context): Next {
    if (this.#own.count >= this.#count) return pending(this);
    const answer = ask(this.#plan, context, "concurrencyLimit");
    if (answer.kind === "done") return done;
    return followedBy(
      answer,
      new ConcurrencyLimit(this.#count, this.#own.answered(answer), answer.generator),
    );
  }

  update(context: Context, event: Event): Generator {
    const plan = tell(this.#plan, context, event, "concurrencyLimit");
    const own = this.#own.after(event);
    return plan === this.#plan && own === this.#own ? this : new ConcurrencyLimit(this.#count, own, plan);
  }
}
