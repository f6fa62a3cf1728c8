import { firstFrom } from "../ascending.ts";
import { Never, positionsByEnd } from "../calls.ts";
import { Cas, NoValue, Read, Write, type RegisterCalls } from "../engines/register-calls.ts";
import { lastReturnedWrites, WritesOfValues } from "../engines/zones/writes-of-values.ts";

/** What a read was, by itself. */
export interface JudgedRead {
  readonly read: number;
  /** A write that it can have seen, by position (`length`: the initial value); `NoWriter`: none. */
  readonly write: number;
  /** Whether any write of its value had begun when it returned. */
  readonly written: boolean;
  /** Whether some write was in flight together with it. */
  readonly overlapped: boolean;
  /** The known write that began last of those that had returned before it began; −1: none. */
  readonly overwriter: number;
}

/**
 * For each read, each by itself, a write whose value it may have returned: one that began before the read
 * ended, such that no known write began after its end and returned before the read began. A write of unknown
 * outcome never ends. n log n.
 */
export function* judgeReads(registers: RegisterCalls): Generator<JudgedRead> {
  const { calls, seen, written, valueCount } = registers;
  const { length, begin, end } = calls;
  const kind = registers.kind.map((does, i) => (does === Cas && seen[i] === written[i] ? Read : does));
  const isWrite = (i: number): boolean => kind[i] === Write || kind[i] === Cas;
  const byEnd = positionsByEnd(calls);
  const all = new Uint8Array(valueCount).fill(1);
  const overwriter = lastReturnedWrites(registers, kind, byEnd, all);
  const writes = new WritesOfValues(registers, kind, all);
  /** Known writes among the first calls; whether an unknown one is. */
  const known = new Int32Array(length + 1);
  const unknown = new Uint8Array(length + 1);
  for (let i = 0; i < length; i++) {
    known[i + 1] = known[i]! + (isWrite(i) && end[i] !== Never ? 1 : 0);
    unknown[i + 1] = unknown[i] === 1 || (isWrite(i) && end[i] === Never) ? 1 : 0;
  }
  let returned = 0;
  let writesReturned = 0;
  for (let read = 0; read < length; read++) {
    for (; returned < byEnd.length && end[byEnd[returned]!]! < begin[read]!; returned++)
      if (isWrite(byEnd[returned]!)) writesReturned++;
    if (end[read] === Never || (kind[read] !== Read && kind[read] !== Cas) || seen[read] === NoValue)
      continue;
    const begun = firstFrom(begin, end[read]!);
    const own = kind[read] === Cas ? 1 : 0;
    const after = overwriter[read]! < 0 ? -3 : begin[overwriter[read]!]!;
    const value = seen[read]!;
    const place = writes.before(value, end[read]!);
    yield {
      read,
      write: writes.endingAfter(value, place, after),
      written: place > writes.start(value),
      overlapped: unknown[begun] === 1 || known[begun]! - writesReturned - own > 0,
      overwriter: overwriter[read]!,
    };
  }
}
