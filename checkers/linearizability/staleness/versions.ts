import { Never } from "../calls.ts";
import { Cas, Read, Write, type RegisterCalls } from "../engines/register-calls.ts";

/**
 * The values of a register, each written once, in the order in which they were certainly there. A version is
 * a write with its reads; the initial value is one, written before everything. Writes of unknown outcome that
 * nobody read are left out, and a compare-and-set counts as a write.
 */
export interface Versions {
  readonly count: number;
  /** Position of the write; −1 for the initial value. */
  readonly write: Int32Array;
  /** Event by which the write began; −2 for the initial value. */
  readonly begin: Int32Array;
  /** Event by which the value was certainly there: the first return of the write or of a read; ascending. */
  readonly first: Int32Array;
  /** Latest begin of a read of it; −2 without any. */
  readonly lastRead: Int32Array;
  /** By position of a read: its version; −1 where nobody had written the value by then. */
  readonly versionOf: Int32Array;
  readonly reads: number;
  /** Reads of values that nobody had written when they returned. */
  readonly unexplained: number;
}

const Initial = -2;

/** The versions of a register; `undefined` when a value that was read had been written several times. */
export function versionsOf({ calls, kind, seen, written, valueCount }: RegisterCalls): Versions | undefined {
  const { length, begin, end } = calls;
  const isRead = (i: number): boolean => end[i] !== Never && (kind[i] === Read || (kind[i] === Cas && seen[i] === written[i])); // prettier-ignore
  const isWrite = (i: number): boolean => kind[i] === Write || (kind[i] === Cas && seen[i] !== written[i]);
  const writer = new Int32Array(valueCount).fill(-1);
  const several = new Uint8Array(valueCount);
  for (let i = 0; i < length; i++) {
    if (!isWrite(i)) continue;
    const value = written[i]!;
    if (value === 0 || writer[value] !== -1) several[value] = 1;
    writer[value] = i;
  }
  /** By position of the write (`length`: the initial value): when its value was first certainly there. */
  const first = new Float64Array(length + 1).fill(Infinity);
  const lastRead = new Int32Array(length + 1).fill(Initial);
  first[length] = Initial;
  for (let i = 0; i < length; i++) if (isWrite(i) && end[i] !== Never) first[i] = end[i]!;
  const source = new Int32Array(length).fill(-1);
  let reads = 0;
  let unexplained = 0;
  for (let i = 0; i < length; i++) {
    if (!isRead(i)) continue;
    reads++;
    const value = seen[i]!;
    if (several[value] === 1) return undefined;
    const write = value === 0 ? length : writer[value]!;
    if (write < 0 || (write < length && begin[write]! > end[i]!)) {
      unexplained++;
      continue;
    }
    source[i] = write;
    first[write] = Math.min(first[write]!, end[i]!);
    lastRead[write] = Math.max(lastRead[write]!, begin[i]!);
  }
  const present: number[] = [];
  for (let i = 0; i <= length; i++) if (first[i] !== Infinity) present.push(i);
  const order = Int32Array.from(present).toSorted((a, b) => first[a]! - first[b]!);
  const rank = new Int32Array(length + 1).fill(-1);
  order.forEach((write, version) => (rank[write] = version));
  return {
    count: order.length,
    write: order.map((write) => (write === length ? -1 : write)),
    begin: order.map((write) => (write === length ? Initial : begin[write]!)),
    first: order.map((write) => first[write]!),
    lastRead: order.map((write) => lastRead[write]!),
    versionOf: source.map((write) => (write === -1 ? -1 : rank[write]!)),
    reads,
    unexplained,
  };
}
