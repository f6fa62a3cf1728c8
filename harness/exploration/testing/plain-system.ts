import type { Violation } from "../../../checkers/consensus/monitor.ts";
import { Fingerprinter } from "../fingerprint.ts";
import type { TransitionSystem } from "../transition-system.ts";

/** A step: what it is called and where it leads. */
export interface PlainStep<State> {
  readonly name: string;
  readonly next: State;
}

/** A transition system over plain data, by the function that lists the steps of a state. */
export function plainSystem<State>(
  initial: State,
  steps: (state: State) => readonly PlainStep<State>[],
  wrong: (state: State) => string | undefined = () => undefined,
): TransitionSystem<State, PlainStep<State>> {
  const fingerprinter = new Fingerprinter();
  return {
    initial: () => [initial],
    actions: steps,
    next: (_state, step) => step.next,
    fingerprint(state, into) {
      const { low, high } = fingerprinter.of(state);
      into[0] = low;
      into[1] = high;
    },
    violation(state): Violation | undefined {
      const explanation = wrong(state);
      return explanation === undefined ? undefined : { property: "invariant", nodes: [], explanation };
    },
    describe: (_state, { name }) => name,
  };
}
