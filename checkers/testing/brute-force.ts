/**
 * The oracle: linearizability by its definition, read straight from the history. Shares nothing with the
 * search but the model.
 */
import type { History } from "../../histories/history.ts";
import { canonical, type Json } from "../../histories/json.ts";
import { linearizableByDefinition, type PlainOperation } from "../certificates/definition.ts";
import { unknownOutput, type Model } from "../linearizability/model.ts";

/** Whether a small history with key columns (or none) is linearizable. */
export function linearizableByBruteForce(history: History, model: Model): boolean {
  const objects = new Map<string, PlainOperation[]>();
  for (const { index, type, f, key, value, process } of history) {
    if (type !== "invoke" || typeof process !== "number") continue;
    const completion =
      history.completion(index) < 0 ? undefined : history.operation(history.completion(index));
    if (completion?.type === "fail") continue;
    const known = completion?.type === "ok";
    const object = textOf(key);
    const operation: PlainOperation = {
      input: model.byProcess === true ? { f, value, process } : { f, value },
      output: known ? completion.value : unknownOutput,
      begin: index,
      end: known ? completion.index : Infinity,
    };
    objects.set(object, [...(objects.get(object) ?? []), operation]);
  }
  return [...objects.values()].every((operations) => linearizableByDefinition(operations, model));
}

function textOf(key: Json | undefined): string {
  return key === undefined ? "" : canonical(key);
}
