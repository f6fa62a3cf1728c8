import type { ValueTable } from "../../../histories/value-table.ts";
import { endOfValue, skipBlanks } from "./json-bytes.ts";
import { shortened, withRoom } from "./growable.ts";

const NoBlock = -1;

/** The lists of all keys, as `Transactions` has them. */
export interface TraceColumns {
  readonly traceFirst: Int32Array;
  readonly traceElement: Int32Array;
  readonly deviantFirst: Int32Array;
  readonly deviantElement: Int32Array;
}

/**
 * The longest list of each key, against which every other list is held as it is read. Lists are compared byte by byte:
 * one that is a prefix, and one that continues the longest, cost no more than that. Only what differs in its bytes is
 * compared by elements.
 */
export class Traces {
  readonly #blocks: readonly Buffer[];
  readonly #table: ValueTable;

  // Of each key: where its trace lies, from "[" to after "]", and where its elements end.
  #block = new Int32Array(64).fill(NoBlock);
  #start = new Int32Array(64);
  #end = new Int32Array(64);
  #count = new Int32Array(64);
  /** How many lists had been read when it became so long. */
  #since = new Int32Array(64);
  #endsAt = new Int32Array(64);
  #endsRoom = new Int32Array(64);
  #keys = 0;
  /** Ends of elements, counted from the start of the trace; each key has a part of its own. */
  #ends = new Int32Array(1024);
  #endsUsed = 0;

  #deviants = 0;
  #deviantFirst = new Int32Array(16);
  #deviantElement = new Int32Array(64);
  #deviantKey = new Int32Array(16);
  #deviantSince = new Int32Array(16);
  #read = 0;

  /** Where the list ended that was read last. */
  after = 0;

  constructor(blocks: readonly Buffer[], table: ValueTable) {
    this.#blocks = blocks;
    this.#table = table;
  }

  /** The number that `Transactions` has for the list of `key` that begins at `at`. */
  read(key: number, block: number, bytes: Buffer, at: number): number {
    this.#read++;
    if (key >= this.#keys) this.#enter(key);
    if (this.#block[key] === NoBlock) return this.#adopt(key, block, bytes, at);
    const trace = this.#blocks[this.#block[key]!]!;
    const start = this.#start[key]!;
    const end = this.#end[key]!;
    let i = start + 1;
    let j = at + 1;
    while (i < end && trace[i] === bytes[j]) {
      i++;
      j++;
    }
    if (i === end) {
      this.after = j;
      return this.#count[key]!;
    }
    const byte = bytes[j]!;
    if (byte === 0x5d) {
      if (j === at + 1) {
        this.after = j + 1;
        return 0;
      }
      const length = trace[i] === 0x2c ? this.#elementsBefore(key, i - start) : -1;
      if (length >= 0) {
        this.after = j + 1;
        return length;
      }
    } else if (byte === 0x2c && i === end - 1) {
      return this.#extend(key, block, bytes, at, j);
    }
    return this.#compare(key, block, bytes, at);
  }

  /** How many elements end at or before `offset`, if one ends there; else −1. */
  #elementsBefore(key: number, offset: number): number {
    const first = this.#endsAt[key]!;
    let low = first;
    let high = first + this.#count[key]! - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const end = this.#ends[middle]!;
      if (end === offset) return middle - first + 1;
      if (end < offset) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  /** Makes the list at `at` the trace, whatever was. */
  #adopt(key: number, block: number, bytes: Buffer, at: number): number {
    this.#since[key] = this.#read;
    this.#count[key] = 0;
    const first = skipBlanks(bytes, at + 1);
    if (bytes[first] === 0x5d) {
      this.#block[key] = block;
      this.#start[key] = at;
      this.#end[key] = this.after = first + 1;
      return 0;
    }
    return this.#extend(key, block, bytes, at, first - 1);
  }

  /** Makes the list at `at` the trace, whose first `count` elements are those of the trace before; `comma` parts them from the others. */
  #extend(key: number, block: number, bytes: Buffer, at: number, comma: number): number {
    this.#since[key] = this.#read;
    let count = this.#count[key]!;
    let ends = this.#endsAt[key]!;
    let place = comma;
    do {
      const first = skipBlanks(bytes, place + 1);
      const end = endOfValue(bytes, first, 0x7fffffff);
      if (count === this.#endsRoom[key]!) ends = this.#moreEnds(key, count);
      this.#ends[ends + count++] = end - at;
      place = skipBlanks(bytes, end);
    } while (bytes[place] === 0x2c);
    this.#count[key] = count;
    this.#block[key] = block;
    this.#start[key] = at;
    this.#end[key] = this.after = place + 1;
    return count;
  }

  #moreEnds(key: number, count: number): number {
    const room = Math.max(4, 2 * this.#endsRoom[key]!);
    const at = this.#endsUsed;
    this.#ends = withRoom(this.#ends, at + room);
    this.#ends.copyWithin(at, this.#endsAt[key]!, this.#endsAt[key]! + count);
    this.#endsUsed = at + room;
    this.#endsRoom[key] = room;
    return (this.#endsAt[key] = at);
  }

  /** As `read`, by elements. */
  #compare(key: number, block: number, bytes: Buffer, at: number): number {
    const first = this.#deviantFirst[this.#deviants]!;
    let used = first;
    let place = skipBlanks(bytes, at + 1);
    if (bytes[place] !== 0x5d) {
      for (;;) {
        const end = endOfValue(bytes, place, 0x7fffffff);
        this.#deviantElement = withRoom(this.#deviantElement, used);
        this.#deviantElement[used++] = this.#table.numberOf(bytes, block, place, end);
        place = skipBlanks(bytes, end);
        if (bytes[place] === 0x5d) break;
        place = skipBlanks(bytes, place + 1);
      }
    }
    this.after = place + 1;
    const length = used - first;
    const count = this.#count[key]!;
    let equal = 0;
    while (
      equal < length &&
      equal < count &&
      this.#deviantElement[first + equal] === this.#element(key, equal)
    )
      equal++;
    if (equal === length) return length;
    if (equal === count) return this.#adopt(key, block, bytes, at);
    const deviant = this.#deviants++;
    this.#deviantKey = withRoom(this.#deviantKey, deviant);
    this.#deviantKey[deviant] = key;
    this.#deviantSince = withRoom(this.#deviantSince, deviant);
    this.#deviantSince[deviant] = this.#read;
    this.#deviantFirst = withRoom(this.#deviantFirst, deviant + 1);
    this.#deviantFirst[deviant + 1] = used;
    return -2 - deviant;
  }

  #element(key: number, i: number): number {
    const block = this.#block[key]!;
    const bytes = this.#blocks[block]!;
    const start = this.#start[key]!;
    const ends = this.#endsAt[key]!;
    let from = i === 0 ? start + 1 : start + this.#ends[ends + i - 1]!;
    if (i > 0) from = skipBlanks(bytes, from) + 1;
    return this.#table.numberOf(bytes, block, skipBlanks(bytes, from), start + this.#ends[ends + i]!);
  }

  #enter(key: number): void {
    if (key >= this.#block.length) {
      const known = this.#block.length;
      this.#block = withRoom(this.#block, key).fill(NoBlock, known);
      this.#start = withRoom(this.#start, key);
      this.#end = withRoom(this.#end, key);
      this.#count = withRoom(this.#count, key);
      this.#since = withRoom(this.#since, key);
      this.#endsAt = withRoom(this.#endsAt, key);
      this.#endsRoom = withRoom(this.#endsRoom, key);
    }
    this.#keys = key + 1;
  }

  /**
   * The columns, once every list has been read. Where a deviant is the first of the longest it becomes the trace, and `value` changes: the
   * numbers of the lists of key `keyOf[i]`, where `isList[i]`.
   */
  columns(
    keys: number,
    value: Int32Array,
    keyOf: Int32Array,
    isList: (operation: number) => boolean,
  ): TraceColumns {
    const traceFirst = new Int32Array(keys + 1);
    for (let key = 0; key < keys; key++)
      traceFirst[key + 1] = traceFirst[key]! + (key < this.#keys ? this.#count[key]! : 0);
    const traceElement = new Int32Array(traceFirst[keys]!);
    for (let key = 0; key < this.#keys; key++)
      for (let i = 0; i < this.#count[key]!; i++) traceElement[traceFirst[key]! + i] = this.#element(key, i);
    const columns = {
      traceFirst,
      traceElement,
      deviantFirst: shortened(this.#deviantFirst, this.#deviants + 1),
      deviantElement: shortened(this.#deviantElement, this.#deviantFirst[this.#deviants]!),
    };
    const longer = this.#longerDeviants();
    return longer.size === 0 ? columns : exchange(columns, longer, value, keyOf, isList);
  }

  /** Key → its longest deviant, the first of several, where that is longer than its trace, or was as long before. */
  #longerDeviants(): Map<number, number> {
    const longest = new Map<number, number>();
    const lengthOf = (deviant: number): number =>
      this.#deviantFirst[deviant + 1]! - this.#deviantFirst[deviant]!;
    for (let deviant = 0; deviant < this.#deviants; deviant++) {
      const key = this.#deviantKey[deviant]!;
      const known = longest.get(key);
      const length = lengthOf(deviant);
      const most = known === undefined ? this.#count[key]! : lengthOf(known);
      if (
        length > most ||
        (length === most && known === undefined && this.#deviantSince[deviant]! < this.#since[key]!)
      )
        longest.set(key, deviant);
    }
    return longest;
  }
}

/** Makes deviants the traces of their keys, and numbers every list of those keys anew. */
function exchange(
  old: TraceColumns,
  longer: ReadonlyMap<number, number>,
  value: Int32Array,
  keyOf: Int32Array,
  isList: (operation: number) => boolean,
): TraceColumns {
  const keys = old.traceFirst.length - 1;
  const traceFirst = new Int32Array(keys + 1);
  const traces: Int32Array[] = [];
  for (let key = 0; key < keys; key++) {
    const deviant = longer.get(key);
    const trace =
      deviant === undefined
        ? old.traceElement.subarray(old.traceFirst[key], old.traceFirst[key + 1])
        : old.deviantElement.subarray(old.deviantFirst[deviant], old.deviantFirst[deviant + 1]);
    traces.push(trace);
    traceFirst[key + 1] = traceFirst[key]! + trace.length;
  }
  const traceElement = new Int32Array(traceFirst[keys]!);
  traces.forEach((trace, key) => traceElement.set(trace, traceFirst[key]));

  const deviantFirst = [0];
  const chunks: Int32Array[] = [];
  let elements = 0;
  for (let operation = 0; operation < keyOf.length; operation++) {
    if (!isList(operation) || value[operation] === -1) continue;
    const key = keyOf[operation]!;
    const code = value[operation]!;
    if (code >= 0 && !longer.has(key)) continue;
    const list =
      code >= 0
        ? old.traceElement.subarray(old.traceFirst[key], old.traceFirst[key]! + code)
        : old.deviantElement.subarray(old.deviantFirst[-2 - code], old.deviantFirst[-1 - code]);
    const trace = traces[key]!;
    let equal = 0;
    while (equal < list.length && list[equal] === trace[equal]) equal++;
    if (equal === list.length) {
      value[operation] = list.length;
      continue;
    }
    value[operation] = -1 - deviantFirst.length;
    chunks.push(list);
    elements += list.length;
    deviantFirst.push(elements);
  }
  const deviantElement = new Int32Array(elements);
  chunks.forEach((chunk, i) => deviantElement.set(chunk, deviantFirst[i]));
  return { traceFirst, traceElement, deviantFirst: Int32Array.from(deviantFirst), deviantElement };
}
