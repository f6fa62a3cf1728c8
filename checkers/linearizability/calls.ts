import { Fail } from "../../histories/operation.ts";
import { Alphabet, NoAction } from "./alphabet.ts";
import { unknownOutput } from "./model.ts";
import type { ModelHistory, Partition } from "./partition.ts";

/** No completion: an operation that may take effect at any time after its invocation, or never. */
export const Never = 0x7fffffff;

/**
 * The operations of a partition that a search has to place, in columns, by position in order of invocation.
 * Failed operations and unknown ones that change nothing are left out already.
 */
export interface Calls {
  readonly alphabet: Alphabet;
  readonly length: number;
  /** The event that stands for the operation: its invocation, or completion when only those were recorded. */
  readonly event: Int32Array;
  /** When it began, as an event index; −1: before everything. */
  readonly begin: Int32Array;
  /** When it returned, as an event index; `Never` for an unknown outcome. */
  readonly end: Int32Array;
  /** Number in the alphabet. */
  readonly action: Int32Array;
}

/** Reads the operations of a partition; throws an `InputError` for a malformed one. */
export function readCalls(source: ModelHistory, partition: Partition, alphabet: Alphabet): Calls {
  const { history, model } = source;
  const columns = emptyColumns(partition.operations.length);
  let length = 0;
  for (const operation of partition.operations) {
    const completion = source.completion(operation);
    const input = source.input(operation);
    if (completion >= 0 && history.columns.type[completion] === Fail) {
      source.requireWellFormed(operation, input, unknownOutput);
      continue;
    }
    const output = source.output(operation);
    source.requireWellFormed(operation, input, output);
    if (output === unknownOutput && !model.changes(input)) continue;
    columns.event[length] = operation;
    columns.begin[length] = completion === operation ? -1 : operation;
    columns.end[length] = output === unknownOutput ? Never : completion;
    columns.action[length] = alphabet.number(input, output);
    length++;
  }
  return trimmed(alphabet, columns, length);
}

/**
 * The calls as they were known right after event `until`: those begun later are not there, those not
 * returned yet are unknown. With `keep`, only calls at positions where it is 1.
 */
export function callsUntil(calls: Calls, until: number, keep?: Uint8Array): Calls {
  const columns = emptyColumns(calls.length);
  let length = 0;
  for (let i = 0; i < calls.length; i++) {
    if (keep !== undefined && keep[i] !== 1) continue;
    if (calls.begin[i]! > until) continue;
    let end = calls.end[i]!;
    let action = calls.action[i]!;
    if (end > until && end !== Never) {
      end = Never;
      action = calls.alphabet.unknown(action);
      if (action === NoAction) continue;
    }
    columns.event[length] = calls.event[i]!;
    columns.begin[length] = calls.begin[i]!;
    columns.end[length] = end;
    columns.action[length] = action;
    length++;
  }
  return trimmed(calls.alphabet, columns, length);
}

/**
 * The calls without the unknown ones whose effect nobody saw: those that give tokens of which no call that is
 * kept takes any. By the promise of `Model.ties` an order with them is an order without them. An unknown
 * call that is left out takes nothing either, hence the growing from the known ones.
 */
export function withoutUnseen(calls: Calls): Calls {
  const { alphabet } = calls;
  if (alphabet.model.ties === undefined || !calls.end.includes(Never)) return calls;
  const taken = new Set<number>();
  const keep = new Uint8Array(calls.length);
  const take = (i: number): void => {
    keep[i] = 1;
    for (const token of alphabet.ties(calls.action[i]!).takes) taken.add(token);
  };
  let open: number[] = [];
  for (let i = 0; i < calls.length; i++) {
    if (calls.end[i] === Never) open.push(i);
    else take(i);
  }
  for (;;) {
    const seen = open.filter((i) => alphabet.ties(calls.action[i]!).gives.some((token) => taken.has(token)));
    if (seen.length === 0) break;
    seen.forEach(take);
    open = open.filter((i) => keep[i] === 0);
  }
  return callsUntil(calls, Never - 1, keep);
}

function emptyColumns(length: number) {
  return {
    event: new Int32Array(length),
    begin: new Int32Array(length),
    end: new Int32Array(length),
    action: new Int32Array(length),
  };
}

function trimmed(alphabet: Alphabet, columns: ReturnType<typeof emptyColumns>, length: number): Calls {
  return {
    alphabet,
    length,
    event: columns.event.subarray(0, length),
    begin: columns.begin.subarray(0, length),
    end: columns.end.subarray(0, length),
    action: columns.action.subarray(0, length),
  };
}

/** The greatest number of known calls in flight at once. */
export function concurrency({ begin, end, length }: Calls): number {
  const known: number[] = [];
  for (let i = 0; i < length; i++) if (end[i] !== Never) known.push(i);
  const ends = Int32Array.from(known, (i) => end[i]!).toSorted();
  let returned = 0;
  let most = 0;
  known.forEach((i, begun) => {
    while (ends[returned]! < begin[i]!) returned++;
    most = Math.max(most, begun + 1 - returned);
  });
  return most;
}
