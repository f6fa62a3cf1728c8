import type { History } from "../../histories/history.ts";
import { canonical, type Json } from "../../histories/json.ts";
import { Fail } from "../../histories/operation.ts";
import { tellOperation, unknownOutput, type Model } from "../linearizability/model.ts";
import { ModelHistory } from "../linearizability/partition.ts";
import type { SequentialCertificate } from "../sequential/evidence.ts";
import { stepAll, type PlainOperation } from "./definition.ts";

/** Beyond this, trying every order takes too long. */
const MostOperations = 10;

interface Judged {
  readonly model: Model;
  readonly keyed?: boolean;
}

/**
 * Verifies an order from the history and the model alone, in one pass: every known operation is there
 * once, unknown ones at most once, failed ones never; the operations of each process stand as it did them; and
 * the model admits each with its recorded output.
 *
 * Returns what is wrong, in words; `undefined` when the certificate holds.
 */
export function verifySequentialOrder(
  history: History,
  certificate: SequentialCertificate,
  { model, keyed = false }: Judged,
): string | undefined {
  if (certificate.model !== model.name) return `it is about model ${certificate.model}, not ${model.name}`;
  const source = new ModelHistory(history, model, keyed);
  const objectOf = new Map<number, number>();
  source.partitions().forEach(({ operations }, object) => {
    for (const operation of operations) objectOf.set(operation, object);
  });
  const states = new Map<number, readonly Json[]>();
  const latest = new Map<string, number>();
  for (const operation of certificate.order) {
    const object = objectOf.get(operation);
    if (object === undefined) return `operation ${operation} is none, or is placed twice`;
    objectOf.delete(operation);
    const completion = source.completion(operation);
    if (completion >= 0 && history.columns.type[completion] === Fail)
      return `operation ${operation} failed, yet is placed`;
    const process = canonical(history.processOf(operation));
    if ((latest.get(process) ?? -1) > operation)
      return `operation ${operation} is placed after a later one of its process`;
    latest.set(process, operation);
    const input = source.input(operation);
    const output = source.output(operation);
    const after = stepAll(model, states.get(object) ?? [model.initial], input, output);
    if (after.length === 0)
      return `operation ${operation} (${tellOperation(model, input, output)}) is not admitted where it is placed`;
    states.set(object, after);
  }
  for (const operation of objectOf.keys())
    if (source.isKnown(operation)) return `operation ${operation} is not placed`;
  return undefined;
}

/** An operation as the definition of sequential consistency sees it. */
export interface ProgramOperation extends Omit<PlainOperation, "begin" | "end"> {
  readonly process: number | string;
  readonly object: number;
  /** Whether it is known that it happened. */
  readonly known: boolean;
}

/**
 * Sequential consistency to the letter of its definition (Lamport 1979), for a handful of operations, those of
 * each process in its order: some order of all known operations and some of the unknown ones is legal and
 * keeps the order of each process. Tries every one.
 */
export function sequentialByDefinition(operations: readonly ProgramOperation[], model: Model): boolean {
  const initial = new Map<number, readonly Json[]>();
  for (const { object } of operations) initial.set(object, [model.initial]);
  return ordersFrom(initial, operations, model);
}

function ordersFrom(
  states: ReadonlyMap<number, readonly Json[]>,
  remaining: readonly ProgramOperation[],
  model: Model,
): boolean {
  if (remaining.every(({ known }) => !known)) return true;
  return remaining.some((operation, i) => {
    const { process, object, input, output } = operation;
    if (remaining.slice(0, i).some((earlier) => earlier.process === process)) return false;
    const after = stepAll(model, states.get(object) ?? [], input, output);
    return (
      after.length > 0 && ordersFrom(new Map(states).set(object, after), remaining.toSpliced(i, 1), model)
    );
  });
}

/**
 * Whether a sub-history, given by the indices of its events, really has no order, by trying every one;
 * `undefined` when it has too many operations for that.
 */
export function verifyNonsequential(
  history: History,
  events: readonly number[],
  { model, keyed = false }: Judged,
): boolean | undefined {
  const source = new ModelHistory(history, model, keyed);
  const kept = new Set(events);
  const operations: ProgramOperation[] = [];
  const begun: [event: number, object: number][] = source
    .partitions()
    .flatMap((partition, object) =>
      Array.from(partition.operations, (event): [number, number] => [event, object]),
    );
  for (const [event, object] of begun.toSorted(([a], [b]) => a - b)) {
    if (!kept.has(event)) continue;
    const completion = source.completion(event);
    if (completion >= 0 && history.columns.type[completion] === Fail) continue;
    const known = source.isKnown(event) && kept.has(completion);
    operations.push({
      input: source.input(event),
      output: known ? source.output(event) : unknownOutput,
      process: history.processOf(event),
      object,
      known,
    });
  }
  if (operations.length > MostOperations) return undefined;
  return !sequentialByDefinition(operations, model);
}
