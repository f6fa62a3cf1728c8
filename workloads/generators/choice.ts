import type { Random } from "../random.ts";
import type { Context, Event, Generator, Next } from "./generator.ts";
import { ask, done, earlier, followedBy, GeneratorError, pending, tell } from "./answers.ts";
import { checkCount } from "./arguments.ts";
import { generator, nothing, type Plan } from "./plan.ts";

/**
 * For every operation one of the plans by chance: all alike, or by integer weights. A plan that has nothing
 * now gives way to another, and one that has ended leaves the choice to the rest. Ends when all have ended.
 */
export function mix(plans: readonly Plan[], weights?: readonly number[]): Generator {
  const members = plans.map((plan) => generator(plan));
  const given = weights ?? members.map(() => 1);
  if (given.length !== members.length) {
    throw new GeneratorError(["mix"], `expected ${members.length} weights, found ${given.length}`);
  }
  for (const weight of given) checkCount("mix", weight, 1);
  return new Mix(members, given);
}

class Mix implements Generator {
  readonly #members: readonly Generator[];
  /** Chance of each member; 0 once it has ended. */
  readonly #weights: readonly number[];

  constructor(members: readonly Generator[], weights: readonly number[]) {
    this.#members = members;
    this.#weights = weights;
  }

  next(context: Context): Next {
    let members = this.#members;
    let weights = this.#weights;
    let untried = weights;
    let until: number | undefined;
    while (untried.some(isPositive)) {
      const position = context.random.weighted(untried);
      const answer = ask(members[position] ?? nothing, context, "mix", position);
      if (answer.kind === "done") weights = weights.with(position, 0);
      else {
        members = kept(members, position, answer.generator);
        if (answer.kind !== "pending") return followedBy(answer, new Mix(members, weights));
        until = earlier(until, answer.until);
      }
      untried = untried.with(position, 0);
    }
    return weights.some(isPositive) ? pending(new Mix(members, weights), until) : done;
  }

  update(context: Context, event: Event): Generator {
    const members = tellAll(this.#members, context, event, "mix");
    return members === this.#members ? this : new Mix(members, this.#weights);
  }
}

/**
 * Plans side by side: whichever has an operation now; by chance if several have. All are asked each time,
 * so that the waits of each run on their own. Ends when all have ended.
 */
export function any(...plans: readonly Plan[]): Generator {
  return new Any(
    plans.map((plan) => generator(plan)),
    "any",
  );
}

/** As `any`, but ends as soon as one of the plans has ended. */
export function shortestAny(...plans: readonly Plan[]): Generator {
  return new Any(
    plans.map((plan) => generator(plan)),
    "shortestAny",
  );
}

class Any implements Generator {
  readonly #members: readonly Generator[];
  readonly #name: "any" | "shortestAny";

  constructor(members: readonly Generator[], name: "any" | "shortestAny") {
    this.#members = members;
    this.#name = name;
  }

  next(context: Context): Next {
    let members = this.#members;
    let until: number | undefined;
    let ended = 0;
    const ready: Ready[] = [];
    for (let position = 0; position < this.#members.length; position++) {
      const answer = ask(this.#members[position] ?? nothing, context, this.#name, position);
      if (answer.kind === "done") {
        members = kept(members, position, nothing);
        ended++;
      } else if (answer.kind === "pending") {
        members = kept(members, position, answer.generator);
        until = earlier(until, answer.until);
      } else ready.push({ position, answer });
    }
    if (ended === members.length || (ended > 0 && this.#name === "shortestAny")) return done;
    const taken = take(ready, context.random);
    if (taken === undefined) return pending(new Any(members, this.#name), until);
    members = kept(members, taken.position, taken.answer.generator);
    return followedBy(taken.answer, new Any(members, this.#name));
  }

  update(context: Context, event: Event): Generator {
    const members = tellAll(this.#members, context, event, this.#name);
    return members === this.#members ? this : new Any(members, this.#name);
  }
}

/** A member of a combinator that has an operation or a log now. */
export interface Ready {
  readonly position: number;
  readonly answer: Extract<Next, { kind: "operation" | "log" }>;
}

/** One of those that are ready: the first log, which takes no time, or an operation by chance. */
export function take(
  ready: readonly Ready[],
  random: Random,
  weight?: (position: number) => number,
): Ready | undefined {
  if (ready.length === 0) return undefined;
  const log = ready.find(({ answer }) => answer.kind === "log");
  if (log !== undefined) return log;
  if (weight === undefined) return random.pick(ready);
  return ready[random.weighted(ready.map(({ position }) => weight(position)))];
}

/** The plans in turn, an operation each; a plan that waits keeps its turn. Ends when one has ended. */
export function flipFlop(...plans: readonly Plan[]): Generator {
  return new FlipFlop(
    plans.map((plan) => generator(plan)),
    0,
  );
}

class FlipFlop implements Generator {
  readonly #members: readonly Generator[];
  readonly #turn: number;

  constructor(members: readonly Generator[], turn: number) {
    this.#members = members;
    this.#turn = turn;
  }

  next(context: Context): Next {
    const answer = ask(this.#members[this.#turn] ?? nothing, context, "flipFlop", this.#turn);
    if (answer.kind === "done") return done;
    const members = kept(this.#members, this.#turn, answer.generator);
    const turn = answer.kind === "operation" ? (this.#turn + 1) % members.length : this.#turn;
    return followedBy(answer, new FlipFlop(members, turn));
  }

  update(context: Context, event: Event): Generator {
    const members = tellAll(this.#members, context, event, "flipFlop");
    return members === this.#members ? this : new FlipFlop(members, this.#turn);
  }
}

function isPositive(weight: number): boolean {
  return weight > 0;
}

/** `members` with one of them replaced; the same array when it is the same already. */
export function kept(
  members: readonly Generator[],
  position: number,
  member: Generator,
): readonly Generator[] {
  return members[position] === member ? members : members.with(position, member);
}

/** The members after an event of which all are told; the same array when none has changed. */
function tellAll(
  members: readonly Generator[],
  context: Context,
  event: Event,
  name: string,
): readonly Generator[] {
  let updated = members;
  for (let i = 0; i < members.length; i++) {
    const member = members[i];
    if (member !== undefined) updated = kept(updated, i, tell(member, context, event, name, i));
  }
  return updated;
}
