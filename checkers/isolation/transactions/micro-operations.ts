import type { History } from "../../../histories/history.ts";
import type { Json } from "../../../histories/json.ts";
import { NullValue, type ValueTable } from "../../../histories/value-table.ts";
import type { ValueBytes } from "../../../histories/values.ts";
import { Append, NoVersion, Read, ReadList, Unread, Write } from "../transactions.ts";
import { endOfValue, skipBlanks } from "./json-bytes.ts";
import { Delete, InitialRows, Insert, kindOf, ReadRows } from "./grammar.ts";
import { withRoom } from "./growable.ts";
import { malformed } from "./malformed.ts";
import { predicateOf } from "./predicate.ts";
import { Traces } from "./traces.ts";
import { jsonAt, objectShape, pairShape, type VersionedValue } from "./versioned-value.ts";

// How a key is used, as bits.
/** Something was appended to it. */
export const Appended = 1;
/** It was written as a register. */
export const Written = 2;
/** A value that is no list was read of it. */
export const ReadPlainly = 4;
/** A list was read of it. */
export const ReadAsList = 8;

const LongestHead = 64;
const OpeningBracket = 0x5b;
const OpeningBrace = 0x7b;

/** How values are taken. */
export interface ReadingOfValues {
  /** Keys, as numbers of values, of which an array that was read is a value; of all others it is a list. */
  readonly registers: ReadonlySet<number>;
  /** Whether objects of a `value` and a `version` are values with their versions, and pairs of a version and a value. */
  readonly objects: boolean;
  readonly pairs: boolean;
  /** Whether the values of events are pairs of a key and a value. */
  readonly keyed: boolean;
}

/** Micro-operations in columns, read from the bytes of values. */
export class MicroOperations {
  kind = new Uint8Array(1024);
  key = new Int32Array(1024);
  value = new Int32Array(1024);
  version: Float64Array | undefined;
  count = 0;

  /** Numbers of the keys, as values, and how each was used. */
  keys = new Int32Array(64);
  usage = new Uint8Array(64);
  keyCount = 0;
  /** Whether there are operations on rows, which `withRows` makes reads and writes. */
  hasRows = false;
  /** Whether values were seen that tell versions if objects do, and some that may if pairs do. */
  sawObjects = false;
  sawArrays = false;
  /** Number of a value → number of the key that it is, plus one. */
  #keyOf = new Int32Array(256);

  readonly traces: Traces;
  readonly #history: History;
  readonly #table: ValueTable;
  readonly #values: ValueBytes;
  readonly #predicates = new Set<number>();
  readonly #how: ReadingOfValues;

  constructor(history: History, how: ReadingOfValues) {
    this.#history = history;
    this.#table = history.valueTable;
    this.#values = history.valueBytes();
    this.traces = new Traces(this.#values.blocks, this.#table);
    this.#how = how;
  }

  /** Whether the value of an event is an array of arrays, or empty. */
  isTransaction(event: number): boolean {
    const bytes = this.#values.blocks[this.#values.blockOf[event]!]!;
    const at = this.#values.offsetOf[event]!;
    if (bytes[at] !== 0x5b) return false;
    const first = bytes[skipBlanks(bytes, at + 1)];
    return first === 0x5b || first === 0x5d;
  }

  isObject(event: number): boolean {
    const bytes = this.#values.blocks[this.#values.blockOf[event]!]!;
    return bytes[this.#values.offsetOf[event]!] === 0x7b;
  }

  isNull(event: number): boolean {
    return this.#bytesOf(event)[this.#startOf(event)] === 0x6e;
  }

  /** Number of the value of an event. */
  valueOf(event: number): number {
    const bytes = this.#bytesOf(event);
    return this.#table.numberOf(
      bytes,
      this.#values.blockOf[event]!,
      this.#startOf(event),
      this.#endOf(event, bytes),
    );
  }

  /** Number of the key, as a value, with which the value of an event is paired. */
  keyOf(event: number): number {
    const bytes = this.#bytesOf(event);
    const at = skipBlanks(bytes, this.#values.offsetOf[event]! + 1);
    const end = endOfValue(bytes, at, this.#values.offsetOf[event]! + this.#values.lengthOf[event]!);
    return this.#table.numberOf(bytes, this.#values.blockOf[event]!, at, end);
  }

  /** The value of an event if it carries its version. */
  versionedOf(event: number): VersionedValue | undefined {
    const bytes = this.#bytesOf(event);
    return this.#versionedAt(bytes, this.#startOf(event), this.#endOf(event, bytes));
  }

  #bytesOf(event: number): Buffer {
    return this.#values.blocks[this.#values.blockOf[event]!]!;
  }

  /** Where the value of an event begins: that of a pair after its key. */
  #startOf(event: number): number {
    const from = this.#values.offsetOf[event]!;
    const bytes = this.#bytesOf(event);
    if (!this.#how.keyed || bytes[from] !== OpeningBracket) return from;
    const limit = from + this.#values.lengthOf[event]!;
    const afterKey = endOfValue(bytes, skipBlanks(bytes, from + 1), limit);
    return skipBlanks(bytes, skipBlanks(bytes, afterKey) + 1);
  }

  #endOf(event: number, bytes: Buffer): number {
    const limit = this.#values.offsetOf[event]! + this.#values.lengthOf[event]!;
    return this.#how.keyed ? endOfValue(bytes, this.#startOf(event), limit) : limit;
  }

  #versionedAt(bytes: Buffer, at: number, end: number): VersionedValue | undefined {
    if (bytes[at] === OpeningBrace && this.#how.objects) {
      const found = objectShape(jsonAt(bytes, at, end));
      if (found !== undefined) this.sawObjects = true;
      return found;
    }
    if (bytes[at] !== OpeningBracket) return undefined;
    this.sawArrays = true;
    return this.#how.pairs ? pairShape(jsonAt(bytes, at, end)) : undefined;
  }

  /** The version that an event tells if its value carries one and is one of these, by their numbers. */
  versionTold(event: number, values: readonly number[]): number {
    const told = this.versionedOf(event);
    return told !== undefined && values.includes(this.#table.number(told.value)) ? told.version : NoVersion;
  }

  /**
   * Adds a read or write of a register whose value is that of an event, and may carry its version; or the version is told with the same
   * value by another event, when the operation is done.
   */
  addTold(kind: number, key: number, event: number, done = event): void {
    const versioned = this.versionedOf(event);
    const value = versioned === undefined ? this.valueOf(event) : this.#table.number(versioned.value);
    const version = done === event ? NoVersion : this.versionTold(done, [value]);
    this.add(kind, key, value, version === NoVersion ? versioned?.version : version);
  }

  /**
   * Appends the micro-operations of an event whose value is an array; of reads only the keys unless `results`.
   * `object` is the number of the independent object that all its keys belong to, −1 if there is none.
   */
  addTransaction(event: number, results: boolean, object: number): void {
    const { blocks, blockOf, offsetOf, lengthOf } = this.#values;
    const block = blockOf[event]!;
    const bytes = blocks[block]!;
    const limit = offsetOf[event]! + lengthOf[event]!;
    let at = skipBlanks(bytes, offsetOf[event]! + 1);
    while (bytes[at] !== 0x5d) {
      if (bytes[at] !== 0x5b) this.#fail(event);
      at = skipBlanks(bytes, at + 1);
      const kind = this.#kindAt(bytes, at);
      if (kind < 0) this.#fail(event);
      at = skipBlanks(bytes, endOfValue(bytes, at, limit));

      if (bytes[at] !== 0x2c) this.#fail(event);
      at = skipBlanks(bytes, at + 1);
      let end = endOfValue(bytes, at, limit);
      if (kind >= Insert) {
        at = this.#addRows(event, results, object, kind, at);
        continue;
      }
      const name = this.#table.numberOf(bytes, block, at, end);
      const key = this.keyNumber(object < 0 ? name : this.#within(object, name));
      at = skipBlanks(bytes, end);

      let value = Unread;
      let version = NoVersion;
      let shown: number = kind;
      if (bytes[at] === 0x2c) {
        at = skipBlanks(bytes, at + 1);
        if (kind === Read && !results) end = endOfValue(bytes, at, limit);
        else if (kind === Read && bytes[at] === 0x5b && !this.#how.registers.has(this.keys[key]!)) {
          shown = ReadList;
          value = this.traces.read(key, block, bytes, at);
          end = this.traces.after;
        } else {
          end = endOfValue(bytes, at, limit);
          const versioned = kind === Append ? undefined : this.#versionedAt(bytes, at, end);
          value =
            versioned === undefined
              ? this.#table.numberOf(bytes, block, at, end)
              : this.#table.number(versioned.value);
          version = versioned?.version ?? NoVersion;
        }
        at = skipBlanks(bytes, end);
      } else if (kind !== Read || results) this.#fail(event);

      if (bytes[at] === 0x2c) {
        at = skipBlanks(bytes, at + 1);
        end = endOfValue(bytes, at, limit);
        version = this.#versionAt(event, bytes, at, end);
        at = skipBlanks(bytes, end);
      }
      if (bytes[at] !== 0x5d) this.#fail(event);
      this.add(shown, key, value, version);
      at = skipBlanks(bytes, at + 1);
      if (bytes[at] === 0x2c) at = skipBlanks(bytes, at + 1);
    }
  }

  /** Rows that are there from the beginning: the value of the event is a map of them. */
  addInitialRows(event: number): void {
    this.#put(InitialRows, 0, this.valueOf(event));
    this.hasRows = true;
  }

  /** Adds the micro-operation on rows whose second member is at `at`; returns where the next one begins. */
  #addRows(event: number, results: boolean, object: number, kind: number, at: number): number {
    const { blocks, blockOf, offsetOf, lengthOf } = this.#values;
    const block = blockOf[event]!;
    const bytes = blocks[block]!;
    const limit = offsetOf[event]! + lengthOf[event]!;
    let end = endOfValue(bytes, at, limit);
    const subject = this.#table.numberOf(bytes, block, at, end);
    at = skipBlanks(bytes, end);
    let value = Unread;
    if (bytes[at] === 0x2c) {
      at = skipBlanks(bytes, at + 1);
      end = endOfValue(bytes, at, limit);
      value = this.#table.numberOf(bytes, block, at, end);
      if (kind === ReadRows && results && bytes[at] !== 0x7b) this.#fail(event);
      at = skipBlanks(bytes, end);
    } else if (kind === Insert || (kind === ReadRows && results)) this.#fail(event);
    if (bytes[at] !== 0x5d || (kind === ReadRows && !this.#isPredicate(subject))) this.#fail(event);
    if (kind === ReadRows) this.#put(kind, subject, results ? value : Unread);
    else {
      const key = this.keyNumber(object < 0 ? subject : this.#within(object, subject));
      this.usage[key]! |= Written;
      this.#put(kind, key, kind === Delete ? NullValue : value);
    }
    this.hasRows = true;
    at = skipBlanks(bytes, at + 1);
    return bytes[at] === 0x2c ? skipBlanks(bytes, at + 1) : at;
  }

  #isPredicate(value: number): boolean {
    if (!this.#predicates.has(value) && predicateOf(this.#table.get(value)) === undefined) return false;
    this.#predicates.add(value);
    return true;
  }

  #put(kind: number, key: number, value: number): void {
    const i = this.count++;
    if (i === this.kind.length) {
      this.kind = withRoom(this.kind, i);
      this.key = withRoom(this.key, i);
      this.value = withRoom(this.value, i);
    }
    this.kind[i] = kind;
    this.key[i] = key;
    this.value[i] = value;
  }

  add(kind: number, key: number, value: number, version = NoVersion): void {
    const i = this.count;
    this.#put(kind, key, value);
    if (kind === Append) this.usage[key]! |= Appended;
    else if (kind === Write) this.usage[key]! |= Written;
    else if (kind === ReadList) this.usage[key]! |= ReadAsList;
    else if (value > 0) this.usage[key]! |= ReadPlainly;
    if (version === NoVersion) return;
    this.version ??= new Float64Array(this.kind.length).fill(NoVersion);
    if (i >= this.version.length) {
      const known = this.version.length;
      this.version = withRoom(this.version, this.kind.length - 1).fill(NoVersion, known);
    }
    this.version[i] = version;
  }

  /** The number of the key that is this value. */
  keyNumber(value: number): number {
    if (value >= this.#keyOf.length) this.#keyOf = withRoom(this.#keyOf, value);
    const known = this.#keyOf[value]!;
    if (known !== 0) return known - 1;
    const key = this.keyCount++;
    this.#keyOf[value] = key + 1;
    this.keys = withRoom(this.keys, key);
    this.keys[key] = value;
    this.usage = withRoom(this.usage, key);
    return key;
  }

  #within(object: number, key: number): number {
    return this.#table.number([this.#table.get(object), this.#table.get(key)]);
  }

  /** `Read`, `Write` or `Append` by the name at `at`; −1 if it is none of theirs. */
  #kindAt(bytes: Buffer, at: number): number {
    if (bytes[at] === 0x22) {
      if (bytes[at + 2] === 0x22) {
        if (bytes[at + 1] === 0x72) return Read;
        if (bytes[at + 1] === 0x77) return Write;
      } else if (
        bytes[at + 1] === 0x61 &&
        bytes[at + 2] === 0x70 &&
        bytes[at + 3] === 0x70 &&
        bytes[at + 4] === 0x65 &&
        bytes[at + 5] === 0x6e &&
        bytes[at + 6] === 0x64 &&
        bytes[at + 7] === 0x22
      )
        return Append;
    }
    const end = endOfValue(bytes, at, Math.min(bytes.length, at + LongestHead));
    if (end > at + LongestHead || bytes[at] === 0x5d) return -1;
    const head: unknown = JSON.parse(bytes.toString("utf8", at, end));
    // Values are exact JSON.
    return kindOf(head as Json);
  }

  #versionAt(event: number, bytes: Buffer, at: number, end: number): number {
    if (bytes[at] === 0x6e) return NoVersion;
    const version: unknown = JSON.parse(bytes.toString("utf8", at, end));
    if (typeof version !== "number" || !Number.isSafeInteger(version) || version < 0) this.#fail(event);
    return version;
  }

  #fail(event: number): never {
    throw malformed(this.#history, event);
  }
}
