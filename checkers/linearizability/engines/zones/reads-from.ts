import { Never, positionsByEnd } from "../../calls.ts";
import { Cas, Nothing, Read, Write, type RegisterCalls } from "../register-calls.ts";
import { lastReturnedWrites, NoWriter, WritesOfValues } from "./writes-of-values.ts";

/**
 * Which write each call saw. A write is named by its position; the initial value counts as a write at
 * position `length`, before everything.
 */
export interface ReadsFrom {
  readonly registers: RegisterCalls;
  /** As in the register's calls, but a compare-and-set that replaces a value by itself is a read of it. */
  readonly kind: Uint8Array;
  /** Of reads and compare-and-sets: the write that was seen, the likeliest one where there are several, or `NoWriter`. */
  readonly source: Int32Array;
  /** 1 where another write could have been seen as well; absent when there are no such calls. */
  readonly ambiguous?: Uint8Array;
  /** How many known calls are ambiguous. */
  readonly ambiguities: number;
  /**
   * For each read and compare-and-set that saw a repeated value: the known write that began last among those
   * that had returned before it began (−1: none). What it overwrote cannot have been seen.
   */
  readonly overwriter?: Int32Array;
  /** Positions of the known calls in order of their ends. */
  readonly byEnd: Int32Array;
}

/**
 * Finds the write that each call saw.
 *
 * A write w can be what a call r saw only if it began before r ended, and no other known write lies between
 * them: began after w ended and ended before r began. That test needs of all those writes only the one
 * that began last. Where one write is left, the read mapping is *forced*, and repeated values are as
 * good as distinct ones (Gibbons & Korach 1997: with the read mapping known, one sort decides).
 */
export function readsFrom(registers: RegisterCalls): ReadsFrom {
  const { calls, seen, written, valueCount } = registers;
  const { length, end } = calls;
  const kind = registers.kind.slice();
  const writer = new Int32Array(valueCount).fill(NoWriter);
  let repeated: Uint8Array | undefined;
  if (valueCount > 0) writer[0] = length;
  for (let i = 0; i < length; i++) {
    const does = kind[i]!;
    if (does === Cas && seen[i] === written[i]) kind[i] = Read;
    else if (does === Write || does === Cas) {
      const value = written[i]!;
      if (writer[value] !== NoWriter) (repeated ??= new Uint8Array(valueCount))[value] = 1;
      writer[value] = i;
      continue;
    }
    // Unknown, it changes nothing.
    if (end[i] === Never) kind[i] = Nothing;
  }
  const source = new Int32Array(length).fill(NoWriter);
  let observed = false;
  for (let i = 0; i < length; i++) {
    if (kind[i] !== Read && kind[i] !== Cas) continue;
    const value = seen[i]!;
    source[i] = writer[value]!;
    observed ||= repeated !== undefined && repeated[value] === 1;
  }
  const mapping = { registers, kind, source, ambiguities: 0, byEnd: positionsByEnd(calls) };
  return repeated === undefined || !observed ? mapping : forced(mapping, repeated);
}

/** Decides for calls that saw a repeated value which of its writes that can have been. */
function forced(mapping: ReadsFrom, repeated: Uint8Array): ReadsFrom {
  const { registers, kind, source } = mapping;
  const { calls, seen } = registers;
  const { length, begin, end } = calls;
  const overwriter = lastReturnedWrites(registers, kind, mapping.byEnd, repeated);
  const writes = new WritesOfValues(registers, kind, repeated);
  const ambiguous = new Uint8Array(length);
  let ambiguities = 0;
  for (let i = 0; i < length; i++) {
    if ((kind[i] !== Read && kind[i] !== Cas) || repeated[seen[i]!] !== 1) continue;
    const value = seen[i]!;
    const after = overwriter[i]! < 0 ? -3 : begin[overwriter[i]!]!;
    const place = writes.before(value, end[i]!);
    let best = writes.endingAfter(value, place, after);
    if (best === NoWriter) {
      source[i] = NoWriter;
      continue;
    }
    let others = writes.place;
    for (let tries = 0; tries < MostTries; tries++) {
      const other = writes.endingAfter(value, others, after);
      if (other === NoWriter) break;
      ambiguous[i] = 1;
      // The likeliest is the last that had returned already; then one that returned at all.
      if (likelihood(end, other, begin[i]!) > likelihood(end, best, begin[i]!)) best = other;
      others = writes.place;
    }
    source[i] = best;
    if (ambiguous[i] === 1 && end[i] !== Never) ambiguities++;
  }
  return { ...mapping, ambiguities, overwriter, ...(ambiguous.includes(1) ? { ambiguous } : {}) };
}

/** More candidates than these are not compared. */
const MostTries = 8;

function likelihood(end: Int32Array, write: number, begin: number): number {
  if (write === end.length) return 2;
  return end[write] === Never ? 0 : end[write]! < begin ? 2 : 1;
}
