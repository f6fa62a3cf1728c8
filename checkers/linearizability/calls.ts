import { Fail, Info, Ok } from "../../histories/operation.ts";
import { NoAction, UnknownResult, type Alphabet } from "./alphabet.ts";
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
  alphabet.adopt(source.history);
  alphabet.expect(partition.operations.length);
  const { type, f } = source.history.columns;
  const columns = emptyColumns(partition.operations.length);
  let length = 0;
  const { operations } = partition;
  for (let i = 0; i < operations.length; i++) {
    const operation = operations[i]!;
    const completion = source.completion(operation);
    const outcome = completion < 0 ? Info : type[completion]!;
    // A failed operation has no place, and neither has an unknown one that changes nothing.
    if (outcome !== Ok && (!source.canChange(operation) || outcome === Fail)) continue;
    const before = alphabet.size;
    const action = alphabet.numberOf(
      f[operation]!,
      source.argument(operation),
      outcome === Ok ? source.resultOf(completion) : UnknownResult,
      source.process(operation),
    );
    if (action === before && !alphabet.isDirect(action)) {
      const { input, output } = alphabet.get(action);
      source.requireWellFormed(operation, input, output);
    }
    columns.event[length] = operation;
    columns.begin[length] = completion === operation ? -1 : operation;
    columns.end[length] = outcome === Ok ? completion : Never;
    columns.action[length] = action;
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
export function concurrency(calls: Calls): number {
  const { begin, end, length } = calls;
  const byEnd = positionsByEnd(calls);
  let returned = 0;
  let begun = 0;
  let most = 0;
  for (let i = 0; i < length; i++) {
    if (end[i] === Never) continue;
    begun++;
    while (end[byEnd[returned]!]! < begin[i]!) returned++;
    if (begun - returned > most) most = begun - returned;
  }
  return most;
}

const knownByEnd = new WeakMap<Calls, Int32Array>();

/** Positions of the known calls in order of their ends; found once for the same calls, and not to be changed. */
export function positionsByEnd(calls: Calls): Int32Array {
  let positions = knownByEnd.get(calls);
  if (positions === undefined) knownByEnd.set(calls, (positions = sortedByEnd(calls)));
  return positions;
}

/** By buckets where the ends lie close together, else by sorting. */
function sortedByEnd({ end, length }: Calls): Int32Array {
  let known = 0;
  let low = Never;
  let high = -1;
  for (let i = 0; i < length; i++) {
    const at = end[i]!;
    if (at === Never) continue;
    known++;
    if (at < low) low = at;
    if (at > high) high = at;
  }
  const positions = new Int32Array(known);
  if (known === 0) return positions;
  const span = high - low + 1;
  let place = 0;
  if (span <= 64 + 8 * known) {
    const buckets = new Int32Array(span);
    for (let i = 0; i < length; i++) if (end[i] !== Never) buckets[end[i]! - low] = i + 1;
    for (let at = 0; at < span; at++) if (buckets[at] !== 0) positions[place++] = buckets[at]! - 1;
    return positions;
  }
  const keys = new Float64Array(known);
  for (let i = 0; i < length; i++) if (end[i] !== Never) keys[place++] = end[i]! * length + i;
  keys.sort();
  for (let i = 0; i < known; i++) positions[i] = keys[i]! % length;
  return positions;
}
