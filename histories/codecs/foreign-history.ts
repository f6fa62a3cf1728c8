import { HistoryBuilder } from "../builder.ts";
import type { History, HistoryHeader } from "../history.ts";
import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../json.ts";
import { operationTypes, type OperationType, type ProcessId } from "../operation.ts";
import { brief } from "../schema/schemas.ts";
import { Fault, RecordPlace, type Places } from "./decoder.ts";
import { ForeignProcesses } from "./foreign-processes.ts";
import { ValueArena } from "./value-arena.ts";

/** How to read what a format leaves open. */
export interface ForeignOptions {
  /**
   * Whether the value of each client operation is a tuple `[key, value]` of independent objects, as
   * Jepsen's `independent` writes it, where nothing tells it from a plain pair.
   */
  readonly keyed?: boolean;
}

/** One operation of another tool, as far as read; `absent` members are `undefined`. */
export interface ForeignOperation {
  index: Json | undefined;
  time: Json | undefined;
  process: ProcessId | undefined;
  type: OperationType | undefined;
  f: string | undefined;
  key: Json | undefined;
  node: string | undefined;
  error: Json | undefined;
  extra: Record<string, Json> | undefined;
}

/** The members of operations in other tools' files that have a place of their own. */
const ownMembers = new Set([
  "index",
  "time",
  "process",
  "type",
  "f",
  "key",
  "value",
  "node",
  "error",
  "extra",
]);

/**
 * Builds a history from operations of other tools, which may leave out indices and times (all of them, or
 * none; −1 counts as left out). Indices that are not 0, 1, 2, … are kept as source indices. Without
 * times every operation is at 0 ns, and a note says so. Times beyond 2⁵³ ns, as those counted from 1970,
 * are counted from the first one instead, since a double holds no others exactly.
 *
 * Transactions may leave out their `f`, which then is `txn`, as Elle takes them; and, all of them, their process: then
 * nothing is known of sessions. A process that acts again after its operation's outcome was unknown counts as
 * another from there on, as Jepsen itself would have numbered it.
 *
 * A time that goes back counts as that of the operation before, and a note says so: older recorders read the
 * clock before they took their turn in the file, and the order of the file is what happened.
 */
export class ForeignHistory {
  readonly values = new ValueArena();
  readonly place: RecordPlace;
  readonly keyed: boolean;
  readonly #builder: HistoryBuilder;
  readonly #processes = new ForeignProcesses();
  #timed: boolean | undefined;
  /** Whether a transaction left out its `f`. */
  #unnamed = false;
  #origin = 0n;
  #latest = 0;
  /** How many times went back, and by how many nanoseconds at most. */
  #turnedBack = 0;
  #furthestBack = 0;

  constructor(places: Places, options: ForeignOptions, header: HistoryHeader = {}) {
    this.place = new RecordPlace(places);
    this.keyed = options.keyed ?? false;
    this.#builder = new HistoryBuilder(header, true);
  }

  /**
   * Adds an operation that begins at byte `at`; its value is appended to `values` by the caller, who says whether
   * it is one of a transaction.
   */
  add(operation: ForeignOperation, at: number, transaction: boolean): void {
    const builder = this.#builder;
    const place = this.place.moveTo(at);
    const { type, key, node, error, extra } = operation;
    if (type === undefined) throw missing(at, "type");
    if (operation.f === undefined && transaction) this.#unnamed = true;
    const f = operation.f ?? (this.#unnamed ? "txn" : undefined);
    const process = this.#processes.of(operation.process, type, f === "txn");
    if (process === undefined) throw missing(at, "process");
    if (f === undefined) throw missing(at, "f");
    const time = this.#forward(this.#time(operation.time, at));
    builder.sourceIndex(indexOf(operation.index, at), place);
    const index = builder.push(
      operationTypes.indexOf(type),
      builder.process(process, place),
      time,
      builder.functions.number(f),
      key === undefined ? -1 : builder.keys.number(key),
      node === undefined ? -1 : builder.nodes.number(node),
      place,
    );
    if (error !== undefined) builder.error(index, error);
    if (extra !== undefined) builder.extra(index, extra);
  }

  /** Splits a `[key, value]` tuple into the operation's key and the value that is returned. */
  splitKey(operation: ForeignOperation, value: Json, at: number): Json {
    const tuple = isTuple(value) ? value["value"] : this.keyed && isClient(operation) ? value : undefined;
    if (tuple === undefined) return value;
    if (!isJsonArray(tuple) || tuple.length !== 2) {
      throw new Fault(at, "E_OPERATION", "a value of [key value]", brief(value));
    }
    operation.key = tuple[0] ?? null;
    return tuple[1] ?? null;
  }

  build(): History {
    if (this.#timed === false) {
      this.#builder.note("The file gives no times: every operation is at 0 ns, in the order of the file.");
    }
    if (this.#turnedBack > 0) {
      const times = this.#turnedBack === 1 ? "1 time goes" : `${this.#turnedBack} times go`;
      this.#builder.note(
        `${times} back, by at most ${this.#furthestBack} ns: what counts is the order of the file, and such a time counts as the one before.`,
      );
    }
    for (const note of this.#processes.notes()) this.#builder.note(note);
    return this.#builder.build(this.values);
  }

  #forward(time: number): number {
    if (time >= this.#latest) this.#latest = time;
    else {
      this.#turnedBack++;
      this.#furthestBack = Math.max(this.#furthestBack, this.#latest - time);
    }
    return this.#latest;
  }

  #time(given: Json | undefined, at: number): number {
    const present = given !== undefined && given !== null && given !== -1;
    if (this.#timed === undefined) {
      this.#timed = present;
      const nanoseconds = present ? integerOf(given) : undefined;
      if (nanoseconds !== undefined && nanoseconds > Number.MAX_SAFE_INTEGER) this.#origin = nanoseconds;
    }
    if (present !== this.#timed) {
      throw new Fault(
        at,
        "E_HISTORY_TIME",
        this.#timed ? "a time on every operation" : "no time on any operation, as on those before",
        present ? `time ${brief(given)}` : "an operation without one",
      );
    }
    if (!present) return 0;
    if (typeof given === "number" && Number.isSafeInteger(given) && given >= 0 && this.#origin === 0n)
      return given;
    const nanoseconds = integerOf(given);
    if (nanoseconds === undefined || nanoseconds < 0n) {
      throw new Fault(at, "E_HISTORY_TIME", "a time in nanoseconds from 0 on", brief(given));
    }
    return Number(nanoseconds - this.#origin);
  }
}

/** The members of an operation's extra in a file of other tools; nested when they would be misread. */
export function extraMembers(extra: JsonObject, isName: (name: string) => boolean): JsonObject {
  const names = Object.keys(extra);
  return needsNesting(names, isName) ? { extra } : extra;
}

/** Undoes `extraMembers`. */
export function flatExtra(
  extra: Record<string, Json>,
  isName: (name: string) => boolean,
): Record<string, Json> {
  const names = Object.keys(extra);
  const inner = extra["extra"];
  if (names.length !== 1 || inner === undefined || !isJsonObject(inner)) return extra;
  return needsNesting(Object.keys(inner), isName) ? { ...inner } : extra;
}

export function emptyOperation(): ForeignOperation {
  return {
    index: undefined,
    time: undefined,
    process: undefined,
    type: undefined,
    f: undefined,
    key: undefined,
    node: undefined,
    error: undefined,
    extra: undefined,
  };
}

export function operationTypeOf(name: string): OperationType | undefined {
  return operationTypes.find((type) => type === name);
}

/** Whether a value is one of a transaction: an array of arrays. */
export function looksLikeTransaction(value: Json): boolean {
  return isJsonArray(value) && (value.length === 0 || isJsonArray(value[0]));
}

function needsNesting(names: readonly string[], isName: (name: string) => boolean): boolean {
  return names.length === 0 || names.some((name) => ownMembers.has(name) || !isName(name));
}

function indexOf(given: Json | undefined, at: number): number | undefined {
  if (given === undefined || given === null || given === -1) return undefined;
  if (typeof given === "number") return given;
  throw new Fault(at, "E_HISTORY_INDEX", "an integer as index", brief(given));
}

function integerOf(value: Json | undefined): bigint | undefined {
  if (value === undefined) return undefined;
  // As written, which is not the double's own value: that of 12345678901234567000 ends in 168.
  const digits = isJsonObject(value)
    ? (value["#int"] ?? value["#bigint"])
    : typeof value === "number" && String(value);
  return typeof digits === "string" && /^-?\d+$/.test(digits) ? BigInt(digits) : undefined;
}

function isClient(operation: ForeignOperation): boolean {
  return typeof operation.process === "number";
}

function isTuple(value: Json): value is JsonObject {
  if (!isJsonObject(value)) return false;
  const tag = value["#tag"];
  return typeof tag === "string" && tag.startsWith("jepsen.independent");
}

function missing(at: number, member: string): Fault {
  return new Fault(at, "E_OPERATION", `a member ${member} on every operation`, "an operation without it");
}
