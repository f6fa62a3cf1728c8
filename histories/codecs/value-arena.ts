import type { Json } from "../json.ts";
import { shared } from "../shared.ts";
import { NoValueNumber, ValueTable } from "../value-table.ts";
import type { PairNumbers, ValueBytes, Values } from "../values.ts";

const SmallestBlock = 1 << 16;
const LargestBlock = 1 << 22;

/** The bytes of an arena in memory that threads share. */
export interface SharedArena {
  readonly blocks: readonly Uint8Array[];
  readonly blockOf: Uint16Array;
  readonly offsetOf: Uint32Array;
  readonly lengthOf: Uint32Array;
}

/** Values as JSON text in a few large blocks of bytes, parsed each time they are asked for. */
export class ValueArena implements Values {
  readonly #blocks: Buffer[] = [];
  #current: Buffer = Buffer.allocUnsafeSlow(0);
  #used = 0;

  #length = 0;
  #blockOf: Uint16Array = new Uint16Array(1024);
  #offsetOf: Uint32Array = new Uint32Array(1024);
  #lengthOf: Uint32Array = new Uint32Array(1024);

  #table: ValueTable | undefined;
  #numbers: Int32Array | undefined;
  #pairs: PairNumbers | undefined;

  /** How many values there are. */
  get length(): number {
    return this.#length;
  }

  /** Appends the value whose JSON text is `bytes[start, end)`, known to be exact. */
  append(bytes: Buffer, start: number, end: number): void {
    const length = end - start;
    const offset = this.#reserve(length);
    const block = this.#current;
    // A call to copy costs more than a short copy itself.
    if (length > 128) bytes.copy(block, offset, start, end);
    else for (let i = 0; i < length; i++) block[offset + i] = bytes[start + i] ?? 0;
    this.#enter(offset, length);
  }

  appendJson(value: Json): void {
    const text = JSON.stringify(value);
    const length = Buffer.byteLength(text);
    const offset = this.#reserve(length);
    this.#current.write(text, offset, length, "utf8");
    this.#enter(offset, length);
  }

  get(index: number): Json {
    if (!(index >= 0 && index < this.#length)) return null;
    const block = this.#blocks[this.#blockOf[index] ?? 0];
    const offset = this.#offsetOf[index] ?? 0;
    const length = this.#lengthOf[index] ?? 0;
    if (block === undefined) return null;
    if (length === 4 && block[offset] === 0x6e) return null;
    if (length === 1) return (block[offset] ?? 0x30) - 0x30;
    const value: unknown = JSON.parse(block.toString("utf8", offset, offset + length));
    // Only exact JSON is appended.
    return value as Json;
  }

  /** The arena on memory that another thread shared. */
  static on({ blocks, blockOf, offsetOf, lengthOf }: SharedArena): ValueArena {
    const arena = new ValueArena();
    for (const block of blocks)
      arena.#blocks.push(Buffer.from(block.buffer, block.byteOffset, block.byteLength));
    arena.#blockOf = blockOf;
    arena.#offsetOf = offsetOf;
    arena.#lengthOf = lengthOf;
    arena.#length = blockOf.length;
    return arena;
  }

  bytes(): ValueBytes {
    return {
      blocks: this.#blocks,
      blockOf: this.#blockOf,
      offsetOf: this.#offsetOf,
      lengthOf: this.#lengthOf,
    };
  }

  /** An arena on the same bytes whose i-th value is the value `indices[i]` of this one. */
  rearranged(indices: Int32Array): ValueArena {
    const arena = new ValueArena();
    arena.#blocks.push(...this.#blocks);
    arena.#length = indices.length;
    const size = Math.max(1, indices.length);
    arena.#blockOf = new Uint16Array(size);
    arena.#offsetOf = new Uint32Array(size);
    arena.#lengthOf = new Uint32Array(size);
    for (let i = 0; i < indices.length; i++) {
      const index = indices[i]!;
      arena.#blockOf[i] = this.#blockOf[index]!;
      arena.#offsetOf[i] = this.#offsetOf[index]!;
      arena.#lengthOf[i] = this.#lengthOf[index]!;
    }
    return arena;
  }

  /** The JSON text of value `index`. */
  text(index: number): string {
    const offset = this.#offsetOf[index]!;
    return this.#blocks[this.#blockOf[index]!]!.toString("utf8", offset, offset + this.#lengthOf[index]!);
  }

  share(): SharedArena {
    const length = this.#length;
    return {
      blocks: this.#blocks.map((block) =>
        shared(new Uint8Array(block.buffer, block.byteOffset, block.length)),
      ),
      blockOf: shared(this.#blockOf.subarray(0, length)),
      offsetOf: shared(this.#offsetOf.subarray(0, length)),
      lengthOf: shared(this.#lengthOf.subarray(0, length)),
    };
  }

  get table(): ValueTable {
    return (this.#table ??= new ValueTable(this.#blocks, this.#length));
  }

  numbers(): Int32Array {
    const length = this.#length;
    if (this.#numbers?.length === length) return this.#numbers;
    const { table } = this;
    const numbers = new Int32Array(length);
    for (let i = 0; i < length; i++) {
      const block = this.#blockOf[i]!;
      const start = this.#offsetOf[i]!;
      numbers[i] = table.numberOf(this.#blocks[block]!, block, start, start + this.#lengthOf[i]!);
    }
    return (this.#numbers = numbers);
  }

  pairs(): PairNumbers {
    const length = this.#length;
    if (this.#pairs?.first.length === length) return this.#pairs;
    const { table } = this;
    const first = new Int32Array(length).fill(NoValueNumber);
    const second = new Int32Array(length).fill(NoValueNumber);
    for (let i = 0; i < length; i++) {
      const block = this.#blockOf[i]!;
      const bytes = this.#blocks[block]!;
      const start = this.#offsetOf[i]!;
      const end = start + this.#lengthOf[i]!;
      const comma = onlyComma(bytes, start, end);
      if (comma < 0) continue;
      first[i] = numberOfTrimmed(table, bytes, block, start + 1, comma);
      second[i] = numberOfTrimmed(table, bytes, block, comma + 1, end - 1);
    }
    return (this.#pairs = { first, second });
  }

  #reserve(length: number): number {
    if (this.#used + length > this.#current.length) {
      const size = Math.min(LargestBlock, Math.max(SmallestBlock, 2 * this.#current.length));
      this.#current = Buffer.allocUnsafeSlow(Math.max(size, length));
      this.#blocks.push(this.#current);
      this.#used = 0;
    }
    return this.#used;
  }

  #enter(offset: number, length: number): void {
    const index = this.#length++;
    if (index === this.#blockOf.length) this.#grow();
    this.#blockOf[index] = this.#blocks.length - 1;
    this.#offsetOf[index] = offset;
    this.#lengthOf[index] = length;
    this.#used = offset + length;
  }

  #grow(): void {
    const size = 2 * this.#blockOf.length;
    const blockOf = new Uint16Array(size);
    blockOf.set(this.#blockOf);
    this.#blockOf = blockOf;
    const offsetOf = new Uint32Array(size);
    offsetOf.set(this.#offsetOf);
    this.#offsetOf = offsetOf;
    const lengthOf = new Uint32Array(size);
    lengthOf.set(this.#lengthOf);
    this.#lengthOf = lengthOf;
  }
}

/** Where the members of an array of two are parted; −1 for any other value. */
function onlyComma(bytes: Buffer, start: number, end: number): number {
  if (bytes[start] !== 0x5b) return -1;
  let comma = -1;
  let depth = 0;
  for (let at = start + 1; at < end - 1; at++) {
    const byte = bytes[at];
    if (byte === 0x22) {
      for (at++; bytes[at] !== 0x22; at++) if (bytes[at] === 0x5c) at++;
    } else if (byte === 0x5b || byte === 0x7b) depth++;
    else if (byte === 0x5d || byte === 0x7d) depth--;
    else if (byte === 0x2c && depth === 0) {
      if (comma >= 0) return -1;
      comma = at;
    }
  }
  return comma;
}

function numberOfTrimmed(
  table: ValueTable,
  bytes: Buffer,
  block: number,
  start: number,
  end: number,
): number {
  let from = start;
  let to = end;
  while (isBlank(bytes[from]!)) from++;
  while (isBlank(bytes[to - 1]!)) to--;
  return table.numberOf(bytes, block, from, to);
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}
