import type { History } from "../../histories/history.ts";
import { Fail } from "../../histories/operation.ts";
import { unknownOutput, type Model } from "../linearizability/model.ts";
import { ModelHistory } from "../linearizability/partition.ts";
import { linearizableByDefinition, type PlainOperation } from "./definition.ts";

/** Beyond this, trying every order takes too long. */
const MostOperations = 10;

/**
 * Whether a sub-history, given by the indices of its events, really has no linearization, by trying every
 * order; `undefined` when it has too many operations for that. An invocation without its completion among
 * the events is an operation that nobody knows the outcome of. All events are of one object.
 */
export function verifyRefutation(
  history: History,
  events: readonly number[],
  { model, keyed = false }: { readonly model: Model; readonly keyed?: boolean },
): boolean | undefined {
  const source = new ModelHistory(history, model, keyed);
  const kept = new Set(events);
  const operations: PlainOperation[] = [];
  for (const event of events) {
    const completion = source.completion(event);
    const isCompletion = completion === event && history.columns.pair[event] !== -1;
    if (isCompletion) continue;
    const returned = completion >= 0 && kept.has(completion);
    if (returned && history.columns.type[completion] === Fail) continue;
    const known = returned && source.isKnown(event);
    operations.push({
      input: source.input(event),
      output: known ? source.output(event) : unknownOutput,
      begin: completion === event ? -1 : event,
      end: known ? completion : Infinity,
    });
  }
  if (operations.length > MostOperations) return undefined;
  return !linearizableByDefinition(operations, model);
}
