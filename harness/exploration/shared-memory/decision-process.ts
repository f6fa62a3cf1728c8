import { canonical, type Json } from "../../../histories/json.ts";
import type { StepMachine } from "../../../systems/contracts/shared-memory.ts";

/**
 * A step machine as a Markov decision process: in each state a scheduler that sees all, coins included, picks the process
 * that takes the next step, and coins fall with their chances. Held in columns: the choices of state s are
 * `[choice[s], choice[s + 1])`, the outcomes of choice c are `[outcome[c], outcome[c + 1])`.
 */
export interface DecisionProcess {
  readonly states: number;
  readonly choice: Int32Array;
  readonly outcome: Int32Array;
  readonly target: Int32Array;
  readonly chance: Float64Array;
  /** The locals of each state, one a process. */
  readonly locals: readonly (readonly unknown[])[];
}

/** All states that can be reached from the start, which is state 0. Throws a `RangeError` beyond `limit` states. */
export function decisionProcess(
  machine: StepMachine<unknown, unknown>,
  inputs: readonly Json[],
  limit = 100_000,
): DecisionProcess {
  interface State {
    readonly memory: unknown;
    readonly locals: readonly unknown[];
  }
  const numbers = new Map<string, number>();
  const states: State[] = [];
  const numberOf = (state: State): number => {
    // Memory and locals are plain data.
    const name = canonical([state.memory, [...state.locals]] as Json);
    const known = numbers.get(name);
    if (known !== undefined) return known;
    if (states.length === limit) throw new RangeError(`more than ${limit} states`);
    numbers.set(name, states.length);
    return states.push(state) - 1;
  };
  numberOf({
    memory: machine.memory(inputs.length),
    locals: inputs.map((input, process) => machine.begin(process, inputs.length, input)),
  });
  const choice = [0];
  const outcome = [0];
  const target: number[] = [];
  const chance: number[] = [];
  for (let number = 0; number < states.length; number++) {
    const state = states[number]!;
    for (const [process, local] of state.locals.entries()) {
      if (machine.ended(local) || machine.blocked?.(state.memory, local) === true) continue;
      for (let draws: number[] | undefined = []; draws !== undefined;) {
        const taken: number[] = draws;
        const bounds: number[] = [];
        const memory = structuredClone(state.memory);
        const moved = structuredClone(local);
        machine.step(memory, moved, (bound) => (taken[bounds.push(bound) - 1] ??= 0));
        target.push(numberOf({ memory, locals: state.locals.with(process, moved) }));
        chance.push(bounds.reduce((product, bound) => product / bound, 1));
        draws = nextDraws(taken, bounds);
      }
      outcome.push(target.length);
    }
    choice.push(outcome.length - 1);
  }
  return {
    states: states.length,
    choice: Int32Array.from(choice),
    outcome: Int32Array.from(outcome),
    target: Int32Array.from(target),
    chance: Float64Array.from(chance),
    locals: states.map(({ locals }) => locals),
  };
}

/** The next draws in the order of an odometer; undefined after the last. */
function nextDraws(draws: readonly number[], bounds: readonly number[]): number[] | undefined {
  for (let i = bounds.length - 1; i >= 0; i--) {
    if (draws[i]! + 1 < bounds[i]!) return [...draws.slice(0, i), draws[i]! + 1];
  }
  return undefined;
}

export type Extreme = "least" | "greatest";

/** Values are iterated until none changes by more than this. */
const precision = 1e-13;

/**
 * The chance that the process ends in a state that `wanted` accepts, if the scheduler makes it the least or the greatest.
 * Exact up to rounding for processes that end with probability one whatever the scheduler does.
 */
export function chanceOf(
  process: DecisionProcess,
  wanted: (locals: readonly unknown[]) => boolean,
  extreme: Extreme,
): number {
  const { choice, locals } = process;
  const values = Float64Array.from(locals, (each, s) =>
    choice[s] === choice[s + 1] && wanted(each) ? 1 : 0,
  );
  return iterated(process, values, 0, extreme);
}

/** The expected number of steps until the process ends, if the scheduler makes it the least or the greatest. */
export function expectedSteps(process: DecisionProcess, extreme: Extreme): number {
  return iterated(process, new Float64Array(process.states), 1, extreme);
}

/** Value iteration in place (Bellman 1957): of the start, what a step is worth and what follows it. */
function iterated(
  { states, choice, outcome, target, chance }: DecisionProcess,
  values: Float64Array,
  reward: number,
  extreme: Extreme,
): number {
  for (let change = Infinity; change > precision;) {
    change = 0;
    for (let s = states - 1; s >= 0; s--) {
      const first = choice[s]!;
      const end = choice[s + 1]!;
      if (first === end) continue;
      let best = extreme === "least" ? Infinity : -Infinity;
      for (let c = first; c < end; c++) {
        let value = reward;
        for (let o = outcome[c]!; o < outcome[c + 1]!; o++) value += chance[o]! * values[target[o]!]!;
        best = extreme === "least" ? Math.min(best, value) : Math.max(best, value);
      }
      change = Math.max(change, Math.abs(best - values[s]!));
      values[s] = best;
    }
  }
  return values[0]!;
}
