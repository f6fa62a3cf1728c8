import { InputError, UsageError } from "../../../histories/errors.ts";
import type { History } from "../../../histories/history.ts";
import { inWords } from "../../../histories/json.ts";
import { Fail, Info, Invoke, Ok } from "../../../histories/operation.ts";
import { NullValue } from "../../../histories/value-table.ts";

/** `from` of a read of the initial value, and of a value that no write explains. */
export const Initial = -1;
export const ThinAir = -2;

/**
 * Reads and writes of registers in columns: completed reads, and writes that did not fail and are completed or were read. A
 * write of unknown outcome that nobody read is the last of its session and explains nothing: whether it happened is all the same.
 */
export interface Accesses {
  readonly count: number;
  /** Index of the invocation (of the completion where there are no invocations). */
  readonly event: Int32Array;
  readonly session: Int32Array;
  /** Place in its session, from 0. */
  readonly place: Int32Array;
  readonly key: Int32Array;
  readonly isWrite: Uint8Array;
  /** Of a read: the write that it read from, `Initial` or `ThinAir`. Of a write −3. */
  readonly from: Int32Array;
  readonly sessions: number;
  /** Accesses of session s: `[sessionFirst[s], sessionFirst[s + 1])` of `sessionAccess`, in order. */
  readonly sessionFirst: Int32Array;
  readonly sessionAccess: Int32Array;
  /** Of reads of values whose write failed: that write's event. */
  readonly failed: ReadonlyMap<number, number>;
  /** Numbers of keys are below this. */
  readonly keys: number;
  /** Why values do not tell who wrote them, where one that was read has two writers: such reads are left out. */
  readonly ambiguous: string | undefined;
  /** Other functions, which are not understood here. */
  readonly others: readonly string[];
}

export interface ReadingOfAccesses {
  /** What a read of null says. */
  readonly nulls: "initial" | "nothing";
  /** Whether values are [key, value] pairs. */
  readonly keyed: boolean;
}

/** The key and the value of each event, by number; keys are numbered from 0, which is the key of events without one. */
function keysAndValues(history: History, keyed: boolean): { keys: Int32Array; values: Int32Array } {
  if (!keyed) return { keys: history.columns.key.map((key) => key + 1), values: history.valueNumbers() };
  if (history.keys.length > 0)
    throw new UsageError(
      "The history names the key of each operation, so its values are not [key, value] pairs: leave out keyed.",
    );
  const { first, second } = history.pairNumbers();
  return { keys: first.map((key) => key + 1), values: second };
}

/** Reads a history; reads of null that say nothing are left out. */
export function accessesOf(history: History, { nulls, keyed }: ReadingOfAccesses): Accesses {
  const timed = !history.completionsOnly;
  const { type, process } = history.columns;
  const { keys, values } = keysAndValues(history, keyed);
  const width = 1 + values.reduce((most, number) => Math.max(most, number), 0);
  const others = new Set<string>();
  const writers = new Map<number, number>();
  const twice = new Map<number, number>();
  const failedWriters = new Map<number, number>();
  const events: number[] = [];
  const isWrite = new Uint8Array(history.length);
  const slotOf = new Float64Array(history.length).fill(-1);
  const slotAt = (event: number, valued: number): number => {
    if (values[valued]! < 0)
      throw new InputError("E_OPERATION_VALUE", {
        place: {},
        expected: `[key, value] as the value of ${history.f(event)} in operation ${event}`,
        found: inWords(history.value(valued)),
      });
    return keys[valued]! * width + values[valued]!;
  };
  for (let i = 0; i < history.length; i++) {
    if (!history.isClient(i) || (type[i] === Invoke) !== timed) continue;
    const f = history.f(i);
    const completion = timed ? history.completion(i) : i;
    const outcome = completion < 0 ? Info : type[completion]!;
    if (f === "write") {
      const slot = slotAt(i, values[i] === NullValue && outcome === Ok ? completion : i);
      if (outcome === Fail) {
        failedWriters.set(slot, i);
        continue;
      }
      isWrite[i] = 1;
      slotOf[i] = slot;
      const before = writers.get(slot);
      if (before === undefined) writers.set(slot, i);
      else if (!twice.has(slot)) twice.set(slot, i);
      events.push(i);
    } else if (f === "read") {
      if (outcome !== Ok) continue;
      if (nulls === "nothing" && values[completion] === NullValue) continue;
      slotOf[i] = slotAt(i, completion);
      events.push(i);
    } else others.add(f);
  }
  const read = new Uint8Array(history.length);
  const failed = new Map<number, number>();
  const unmistakable = new Uint8Array(history.length);
  let ambiguous: string | undefined;
  for (const event of events) {
    if (isWrite[event] === 1) continue;
    const slot = slotOf[event]!;
    const writer = writers.get(slot);
    const other = twice.get(slot);
    const isNull = slot % width === NullValue;
    if (writer !== undefined && (other !== undefined || isNull)) {
      ambiguous ??= `operation ${event} read ${inWords(history.value(timed ? history.completion(event) : event))}, which ${isNull ? "is the initial value and was written as well" : `operations ${writer} and ${other} both wrote`}: who wrote what was read must be unmistakable`;
      continue;
    }
    unmistakable[event] = 1;
    if (writer !== undefined) read[writer] = 1;
  }
  const kept = events.filter(
    (event) =>
      unmistakable[event] === 1 ||
      read[event] === 1 ||
      (isWrite[event] === 1 && (timed ? history.outcome(event) : type[event]) === Ok),
  );
  const count = kept.length;
  const numberOf = new Map<number, number>();
  for (const [i, event] of kept.entries()) if (isWrite[event] === 1) numberOf.set(event, i);
  const sessionNumbers = new Map<number, number>();
  const session = new Int32Array(count);
  const place = new Int32Array(count);
  const from = new Int32Array(count).fill(-3);
  const sizes: number[] = [];
  for (const [i, event] of kept.entries()) {
    let number = sessionNumbers.get(process[event]!);
    if (number === undefined) {
      number = sizes.push(0) - 1;
      sessionNumbers.set(process[event]!, number);
    }
    session[i] = number;
    place[i] = sizes[number]!++;
    if (isWrite[event] === 1) continue;
    const slot = slotOf[event]!;
    const writer = writers.get(slot);
    const failure = failedWriters.get(slot);
    if (writer !== undefined) from[i] = numberOf.get(writer) ?? ThinAir;
    else if (slot % width === NullValue) from[i] = Initial;
    else {
      from[i] = ThinAir;
      if (failure !== undefined) failed.set(i, failure);
    }
  }
  const sessionFirst = new Int32Array(sizes.length + 1);
  for (const [s, size] of sizes.entries()) sessionFirst[s + 1] = sessionFirst[s]! + size;
  const sessionAccess = new Int32Array(count);
  for (let i = 0; i < count; i++) sessionAccess[sessionFirst[session[i]!]! + place[i]!] = i;
  return {
    count,
    event: Int32Array.from(kept),
    session,
    place,
    key: Int32Array.from(kept, (event) => Math.floor(slotOf[event]! / width)),
    keys: 1 + keys.reduce((most, key) => Math.max(most, key), 0),
    isWrite: Uint8Array.from(kept, (event) => isWrite[event]!),
    from,
    sessions: sizes.length,
    sessionFirst,
    sessionAccess,
    failed,
    ambiguous,
    others: [...others],
  };
}

/** The writes of each key by session, in their order. */
export class WritesByKey {
  readonly #accesses: Accesses;
  readonly #first: Int32Array;
  readonly #writes: Int32Array;
  readonly #groups: Map<number, number>;

  constructor(accesses: Accesses) {
    this.#accesses = accesses;
    const { count, sessions, key, session, isWrite, sessionAccess } = accesses;
    this.#groups = new Map();
    const sizes: number[] = [];
    const groupOf = new Int32Array(count).fill(-1);
    for (const access of sessionAccess) {
      if (isWrite[access] === 0) continue;
      const name = key[access]! * sessions + session[access]!;
      let group = this.#groups.get(name);
      if (group === undefined) {
        group = sizes.push(0) - 1;
        this.#groups.set(name, group);
      }
      groupOf[access] = group;
      sizes[group]!++;
    }
    this.#first = new Int32Array(sizes.length + 1);
    for (const [g, size] of sizes.entries()) this.#first[g + 1] = this.#first[g]! + size;
    const filled = this.#first.slice();
    this.#writes = new Int32Array(this.#first.at(-1) ?? 0);
    for (const access of sessionAccess)
      if (groupOf[access]! >= 0) this.#writes[filled[groupOf[access]!]!++] = access;
  }

  /** The last write of a key in a session whose place there is at most `place`; −1: none. */
  lastUpTo(key: number, session: number, place: number): number {
    const group = this.#groups.get(key * this.#accesses.sessions + session);
    if (group === undefined || place < 0) return -1;
    const first = this.#first[group]!;
    let low = first;
    let high = this.#first[group + 1]!;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#accesses.place[this.#writes[middle]!]! <= place) low = middle + 1;
      else high = middle;
    }
    return low === first ? -1 : this.#writes[low - 1]!;
  }
}
