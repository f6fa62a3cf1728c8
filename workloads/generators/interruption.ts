import type { Context, Event, Generator, Next } from "./generator.ts";
import { ask, done, earlier, followedBy, pending, tell } from "./answers.ts";
import { checkDuration } from "./arguments.ts";
import { take, type Ready } from "./choice.ts";
import { generator, nothing, type Plan } from "./plan.ts";

export interface Interruption {
  /** What goes on beside the plan until it is interrupted: faults, say. */
  readonly beside: Plan;
  /** For how many nanoseconds the plan goes on, unless it and what is beside it end before. */
  readonly before: number;
  /** What happens then; it waits for the plan's open operations only if it does so by itself. */
  readonly interlude: Plan;
  /** For how many nanoseconds the plan then goes on. */
  readonly after: number;
}

/**
 * A plan that is interrupted and then taken up again where it was, so that what it has counted and the values that it
 * has given out go on. It hears of all events, those of the interlude too.
 */
export function interrupted(plan: Plan, { beside, before, interlude, after }: Interruption): Generator {
  return new Interrupted(generator(plan), [
    { for: checkDuration("interrupted", before), whole: false, other: generator(beside) },
    { for: Infinity, whole: true, other: generator(interlude) },
    { for: checkDuration("interrupted", after), whole: false, other: nothing },
  ]);
}

interface Stage {
  /** How long it lasts at most, in nanoseconds. */
  readonly for: number;
  /** Whether the plan rests meanwhile. */
  readonly whole: boolean;
  /** What goes on beside the plan, or in its place. */
  readonly other: Generator;
  /** When it ends; undefined before it was first asked. */
  readonly deadline?: number;
}

class Interrupted implements Generator {
  readonly #plan: Generator;
  /** The stages from the present one on. */
  readonly #stages: readonly Stage[];

  constructor(plan: Generator, stages: readonly Stage[]) {
    this.#plan = plan;
    this.#stages = stages;
  }

  next(context: Context): Next {
    for (let i = 0; i < this.#stages.length; i++) {
      const answer = this.#inStage(this.#stages.slice(i), context);
      if (answer !== undefined) return answer;
    }
    return done;
  }

  /** The answer in the first of these stages; undefined when that is over. */
  #inStage(stages: readonly Stage[], context: Context): Next | undefined {
    const [stage, ...rest] = stages;
    if (stage === undefined) return undefined;
    const deadline = stage.deadline ?? context.time + stage.for;
    if (context.time >= deadline) return undefined;
    let members = stage.whole ? [nothing, stage.other] : [this.#plan, stage.other];
    let until: number | undefined = deadline === Infinity ? undefined : deadline;
    let ended = 0;
    const ready: Ready[] = [];
    members.forEach((member, position) => {
      const answer = ask(member, context, "interrupted", position);
      if (answer.kind === "done") ended++;
      else if (answer.kind === "pending") {
        members = members.with(position, answer.generator);
        until = earlier(until, answer.until);
      } else ready.push({ position, answer });
    });
    if (ended === members.length) return undefined;
    const taken = take(ready, context.random);
    if (taken !== undefined) members = members.with(taken.position, taken.answer.generator);
    const [plan = nothing, other = nothing] = members;
    const next = new Interrupted(stage.whole ? this.#plan : plan, [{ ...stage, other, deadline }, ...rest]);
    return taken === undefined ? pending(next, until) : followedBy(taken.answer, next);
  }

  update(context: Context, event: Event): Generator {
    const [stage, ...rest] = this.#stages;
    const plan = tell(this.#plan, context, event, "interrupted");
    if (stage === undefined) return plan === this.#plan ? this : new Interrupted(plan, []);
    const other = tell(stage.other, context, event, "interrupted");
    if (plan === this.#plan && other === stage.other) return this;
    return new Interrupted(plan, [{ ...stage, other }, ...rest]);
  }
}
