import type { History } from "../../histories/history.ts";
import { Fail } from "../../histories/operation.ts";
import { sameValue, type Json } from "../../histories/json.ts";
import { unknownOutput, type Model } from "../linearizability/model.ts";
import { ModelHistory, type Partition } from "../linearizability/partition.ts";
import type { RegisterStructure } from "../linearizability/structure.ts";
import type { Certificate } from "../verdict.ts";

/**
 * For each read a write that it can have returned, each read by itself. Operations by the index of their
 * invocation; −1: the initial value.
 */
export interface ReadsFromCertificate extends Certificate {
  readonly kind: "reads-from";
  readonly condition: "regular" | "safe";
  /** [read, write]. Of a safe register, reads during a write need none. */
  readonly reads: readonly (readonly [number, number])[];
}

/**
 * Verifies from the history and the model alone, in one pass over the events of each object, that every read
 * is there; that its write wrote what it returned and began before it ended; and that no other write lies
 * between. Returns what is wrong, in words; `undefined` when the certificate holds.
 */
export function verifyReadsFrom(
  history: History,
  { condition, reads }: ReadsFromCertificate,
  { model, keyed = false }: { readonly model: Model; readonly keyed?: boolean },
): string | undefined {
  if (model.structure?.kind !== "register") return `${model.name} is no register`;
  const source = new ModelHistory(history, model, keyed);
  const writeOf = new Map(reads);
  for (const partition of source.partitions()) {
    const problem = verifyObject(source, model.structure, partition, writeOf, condition);
    if (problem !== undefined) return problem;
  }
  return writeOf.size === 0 ? undefined : "it is about operations that are no reads";
}

interface Access {
  readonly operation: number;
  readonly known: boolean;
  readonly wrote?: Json;
  readonly saw?: Json;
  /** Latest begin of the writes that had returned when it began, and how many writes were in flight. */
  readonly latest: number;
  overlapped: boolean;
}

function verifyObject(
  source: ModelHistory,
  structure: RegisterStructure,
  { operations }: Partition,
  writeOf: Map<number, number>,
  condition: "regular" | "safe",
): string | undefined {
  const { history } = source;
  const accesses = new Map<number, Access>();
  const events: number[] = [];
  for (const operation of operations) {
    const completion = source.completion(operation);
    if (completion >= 0 && history.columns.type[completion] === Fail) continue;
    events.push(operation);
    if (source.isKnown(operation) && completion !== operation) events.push(completion);
  }
  let latest = -Infinity;
  /** Writes in flight, and reads in flight, by their operation. */
  const writing = new Set<number>();
  const reading = new Set<Access>();
  for (const event of events.toSorted((a, b) => a - b)) {
    const begun =
      history.columns.pair[event]! < event ? accesses.get(history.columns.pair[event]!) : undefined;
    if (begun === undefined) {
      const known = source.isKnown(event);
      const output = source.output(event);
      const meaning = structure.meaning(source.input(event), output);
      const access: Access = {
        operation: event,
        known,
        ...(meaning.does === "write" ? { wrote: meaning.value } : meaning.does === "cas" && !sameValue(meaning.from, meaning.to) ? { wrote: meaning.to } : {}), // prettier-ignore
        ...(known && output !== unknownOutput && meaning.does === "read" ? { saw: meaning.value } : known && meaning.does === "cas" ? { saw: meaning.from } : {}), // prettier-ignore
        latest,
        overlapped: writing.size > 0,
      };
      accesses.set(event, access);
      if (access.wrote !== undefined) {
        for (const read of reading) read.overlapped = true;
        writing.add(event);
      }
      if (access.saw !== undefined) reading.add(access);
      continue;
    }
    reading.delete(begun);
    if (begun.wrote !== undefined) {
      writing.delete(begun.operation);
      latest = Math.max(latest, begun.operation);
    }
    if (begun.saw === undefined) continue;
    const write = writeOf.get(begun.operation);
    writeOf.delete(begun.operation);
    if (write === undefined) {
      if (condition === "safe" && begun.overlapped) continue;
      return `no write is named for read ${begun.operation}`;
    }
    const given = write === -1 ? undefined : accesses.get(write);
    const value = write === -1 ? structure.initial : given?.wrote;
    if (value === undefined || !sameValue(value, begun.saw))
      return `operation ${write} did not write what ${begun.operation} read`;
    const ended = given === undefined ? -1 : given.known ? source.completion(given.operation) : Infinity;
    if (ended < begun.latest) return `what ${begun.operation} read was overwritten before it began`;
  }
  return undefined;
}
