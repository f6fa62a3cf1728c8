import type { Json } from "../../histories/json.ts";
import { identityOf, OneOf, Refused, type Input, type Model, type Output } from "../linearizability/model.ts";

/** An operation as the definition of linearizability sees it. */
export interface PlainOperation {
  readonly input: Input;
  readonly output: Output;
  readonly begin: number;
  /** Infinite when nobody knows whether the operation happened. */
  readonly end: number;
}

/**
 * Linearizability to the letter of its definition (Herlihy & Wing 1990), for a handful of operations: some
 * order of all known operations and some of the unknown ones is legal and keeps real time. Tries every one.
 */
export function linearizableByDefinition(operations: readonly PlainOperation[], model: Model): boolean {
  return ordersFrom([model.initial], operations, model);
}

function ordersFrom(states: readonly Json[], remaining: readonly PlainOperation[], model: Model): boolean {
  if (remaining.every(({ end }) => end === Infinity)) return true;
  return remaining.some((operation) => {
    const others = remaining.filter((other) => other !== operation);
    if (others.some(({ end }) => end < operation.begin)) return false;
    const after = stepAll(model, states, operation.input, operation.output);
    return after.length > 0 && ordersFrom(after, others, model);
  });
}

/** All states in which an operation may leave an object that is in one of `states`; none: it is refused. */
export function stepAll(
  model: Model,
  states: readonly Json[],
  input: Input,
  output: Output,
): readonly Json[] {
  const after = new Map<string, Json>();
  for (const state of states) {
    const step = model.step(state, input, output);
    if (step instanceof Refused) continue;
    for (const next of step instanceof OneOf ? step.states : [step]) after.set(identityOf(model, next), next);
  }
  return [...after.values()];
}
