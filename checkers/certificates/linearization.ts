import type { History } from "../../histories/history.ts";
import { canonical, inWords, type Json } from "../../histories/json.ts";
import { Fail } from "../../histories/operation.ts";
import type { LinearizationCertificate } from "../linearizability/evidence.ts";
import { describeState, tellOperation, type Model } from "../linearizability/model.ts";
import { ModelHistory, type Partition } from "../linearizability/partition.ts";
import { stepAll } from "./definition.ts";

/**
 * Verifies a linearization from the history and the model alone, in one pass over each object: every known
 * operation is there once, unknown ones at most once, failed ones never; no operation comes before one
 * that had returned before it began; and the model admits each with its recorded output.
 *
 * Returns what is wrong, in words; `undefined` when the certificate holds.
 */
export function verifyLinearization(
  history: History,
  certificate: LinearizationCertificate,
  { model, keyed = false }: { readonly model: Model; readonly keyed?: boolean },
): string | undefined {
  if (certificate.model !== model.name) return `it is about model ${certificate.model}, not ${model.name}`;
  const source = new ModelHistory(history, model, keyed);
  const orders = new Map<string, readonly number[]>();
  for (const { key, order } of certificate.partitions) {
    if (orders.has(textOf(key))) return `it orders ${nameOf(key)} twice`;
    orders.set(textOf(key), order);
  }
  for (const partition of source.partitions()) {
    const order = orders.get(textOf(partition.key));
    if (order === undefined) return `it does not order ${nameOf(partition.key)}`;
    orders.delete(textOf(partition.key));
    const problem = verifyOrder(source, partition, order);
    if (problem !== undefined) return `${nameOf(partition.key)}: ${problem}`;
  }
  return orders.size === 0 ? undefined : "it orders objects that the history does not have";
}

function verifyOrder(
  source: ModelHistory,
  partition: Partition,
  order: readonly number[],
): string | undefined {
  const { history, model } = source;
  const unplaced = new Set(partition.operations);
  let states: readonly Json[] = [model.initial];
  let latestBegin = -1;
  for (const operation of order) {
    if (!unplaced.delete(operation)) return `operation ${operation} is not one of it, or is placed twice`;
    const completion = source.completion(operation);
    if (completion >= 0 && history.columns.type[completion] === Fail)
      return `operation ${operation} failed, yet is placed`;
    if (source.isKnown(operation) && completion < latestBegin)
      return `operation ${operation} returned before an operation began that is placed before it`;
    if (completion !== operation) latestBegin = Math.max(latestBegin, operation);
    const input = source.input(operation);
    const output = source.output(operation);
    const after = stepAll(model, states, input, output);
    if (after.length === 0)
      return `operation ${operation} (${tellOperation(model, input, output)}) is not admitted in state ${describeState(model, states[0] ?? null)}`;
    states = after;
  }
  for (const operation of unplaced)
    if (source.isKnown(operation)) return `operation ${operation} is not placed`;
  return undefined;
}

function textOf(key: Json | undefined): string {
  return key === undefined ? "" : canonical(key);
}

function nameOf(key: Json | undefined): string {
  return key === undefined ? "the object" : `key ${inWords(key)}`;
}
