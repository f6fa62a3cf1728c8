import { Initial, type Reading } from "../../reading.ts";
import type { ForcedOrders } from "./forced.ts";
import type { Relation } from "./relation.ts";

/** The writers of each key by session, each session's in order. */
interface WritersBySession {
  /** Groups of key k: `groupFirst[k]` to `groupFirst[k + 1]`. */
  readonly groupFirst: Int32Array;
  /**
   * Of each group, side by side since they are asked for at each read: its session; where its last search ended, for the next one is
   * mostly near; and the counts of the members before and at that place.
   */
  readonly groups: Int32Array;
  /** Members of group g: `first[g]` to `first[g + 1]`. */
  readonly first: Int32Array;
  readonly node: Int32Array;
  /** Of each member, how many transactions of its session there are up to it. */
  readonly count: Int32Array;
}

/** Numbers of a group in `groups`. */
const GroupSize = 4;
const Session = 0;
const Hint = 1;
const CountBefore = 2;
const CountAt = 3;
/** A count that none reaches. */
const Beyond = 0x7fffffff;

function writersBySession(reading: Reading): WritersBySession {
  const { sessions, sessionFirst, sessionNode, writeFirst, writeKey, ordered } = reading;
  const keys = ordered.length;
  const keyFirst = new Int32Array(keys + 1);
  for (const key of writeKey) keyFirst[key + 1]!++;
  for (let k = 0; k < keys; k++) keyFirst[k + 1]! += keyFirst[k]!;
  const next = keyFirst.slice();
  const node = new Int32Array(writeKey.length);
  const count = new Int32Array(writeKey.length);
  const sessionOf = new Int32Array(writeKey.length);
  for (let s = 0; s < sessions; s++)
    for (let i = sessionFirst[s]!; i < sessionFirst[s + 1]!; i++) {
      const n = sessionNode[i]!;
      for (let w = writeFirst[n]!; w < writeFirst[n + 1]!; w++) {
        const at = next[writeKey[w]!]!++;
        node[at] = n;
        sessionOf[at] = s;
        count[at] = i - sessionFirst[s]! + 1;
      }
    }
  const groupFirst = new Int32Array(keys + 1);
  const first = new Int32Array(writeKey.length + 1);
  let number = 0;
  for (let k = 0; k < keys; k++) {
    for (let i = keyFirst[k]!; i < keyFirst[k + 1]!; i++)
      if (i === keyFirst[k] || sessionOf[i] !== sessionOf[i - 1]) first[number++] = i;
    groupFirst[k + 1] = number;
  }
  first[number] = node.length;
  const groups = new Int32Array(GroupSize * number);
  for (let g = 0; g < number; g++) {
    groups[GroupSize * g + Session] = sessionOf[first[g]!]!;
    groups[GroupSize * g + Hint] = first[g]!;
    groups[GroupSize * g + CountAt] = count[first[g]!]!;
  }
  return { groupFirst, groups, first, node, count };
}

/** Clocks of nodes that are still needed, in rows that are used again. */
class Clocks {
  readonly #width: number;
  readonly #row: Int32Array;
  readonly #free: number[] = [];
  #rows = 0;
  table: Int32Array;

  constructor(nodes: number, width: number) {
    this.#width = width;
    this.#row = new Int32Array(nodes).fill(-1);
    this.table = new Int32Array(width * 64);
  }

  get bytes(): number {
    return this.table.byteLength;
  }

  /** Where the clock of a node starts in the table. */
  at(node: number): number {
    return this.#row[node]! * this.#width;
  }

  open(node: number): number {
    let row = this.#free.pop();
    if (row === undefined) {
      row = this.#rows++;
      if (this.#rows * this.#width > this.table.length) {
        const table = new Int32Array(this.table.length * 2);
        table.set(this.table);
        this.table = table;
      }
    } else this.table.fill(0, row * this.#width, (row + 1) * this.#width);
    this.#row[node] = row;
    return row * this.#width;
  }

  close(node: number): void {
    this.#free.push(this.#row[node]!);
  }
}

/**
 * Causal consistency where sessions are heeded: a clock for each node says how many transactions of each session came before it, itself
 * included. Of the writers of a key in one session who came before a reader only the last counts, and only if it was not
 * known to come before what was read.
 *
 * `order`: the nodes by what was seen. Time is that of nodes × sessions. False if it was over before all were gone through; `isOver` is
 * asked now and then, with the bytes of the clocks.
 */
export function forceCausally(
  reading: Reading,
  seen: Relation,
  order: Int32Array,
  forced: ForcedOrders,
  isOver: (bytes: number) => boolean,
): boolean {
  const { nodes, session, place, sessions, readFirst, readKey, readFrom } = reading;
  const writers = writersBySession(reading);
  const { groupFirst, groups, first: groupStart, node: member, count } = writers;
  const uses = new Int32Array(seen.nodes);
  for (const from of seen.from) uses[from]!++;
  const clocks = new Clocks(seen.nodes, sessions);
  let done = 0;
  for (const n of order) {
    if (n === Initial) continue;
    if (done++ % AskOver === 0 && isOver(clocks.bytes)) return false;
    const at = clocks.open(n);
    const { table } = clocks;
    for (let e = seen.first[n]!; e < seen.first[n + 1]!; e++) {
      const before = clocks.at(seen.from[e]!);
      for (let s = 0; s < sessions; s++) {
        const known = table[before + s]!;
        if (known > table[at + s]!) table[at + s] = known;
      }
    }
    if (n < nodes) {
      for (let r = readFirst[n]!; r < readFirst[n + 1]!; r++) {
        const key = readKey[r]!;
        const from = readFrom[r]!;
        const read = from === Initial ? -1 : clocks.at(from);
        const until = groupFirst[key + 1]!;
        for (let g = groupFirst[key]!; g < until; g++) {
          const group = GroupSize * g;
          const s = groups[group + Session]!;
          const high = table[at + s]!;
          const low = read < 0 ? 0 : table[read + s]!;
          if (high <= low) continue;
          if (high >= groups[group + CountAt]! || high < groups[group + CountBefore]!) {
            const start = groupStart[g]!;
            const end = groupStart[g + 1]!;
            let i = groups[group + Hint]!;
            while (i < end && count[i]! <= high) i++;
            while (i > start && count[i - 1]! > high) i--;
            groups[group + Hint] = i;
            groups[group + CountBefore] = i > start ? count[i - 1]! : 0;
            groups[group + CountAt] = i < end ? count[i]! : Beyond;
          }
          if (groups[group + CountBefore]! > low) forced.before(member[groups[group + Hint]! - 1]!, r);
        }
      }
      table[at + session[n]!] = place[n]! + 1;
    }
    for (let e = seen.first[n]!; e < seen.first[n + 1]!; e++) {
      const from = seen.from[e]!;
      if (--uses[from]! === 0) clocks.close(from);
    }
    if (uses[n] === 0) clocks.close(n);
  }
  return !isOver(clocks.bytes);
}

/** Whether it is over is asked after so many nodes. */
const AskOver = 4096;

/** How many writers are followed in one pass. */
const Width = 32;

/**
 * Causal consistency without sessions, which the clocks need: some writers at a time are followed through all who came after
 * them. `enough` is asked after each pass whether to stop.
 */
export function forceFollowing(
  reading: Reading,
  seen: Relation,
  order: Int32Array,
  sources: readonly number[],
  forced: ForcedOrders,
  enough: (passes: number) => boolean,
): void {
  const { writeFirst, writeKey, readFirst, readKey, readFrom, nodes } = reading;
  const position = new Int32Array(seen.nodes);
  for (const [i, n] of order.entries()) position[n] = i;
  const sorted = sources.toSorted((a, b) => position[a]! - position[b]!);
  const reached = new Int32Array(seen.nodes);
  const wrote = new Int32Array(reading.ordered.length);
  let passes = 0;
  for (let start = 0; start < sorted.length; start += Width) {
    const batch = sorted.slice(start, start + Width);
    reached.fill(0);
    for (const [bit, u] of batch.entries())
      for (let w = writeFirst[u]!; w < writeFirst[u + 1]!; w++) wrote[writeKey[w]!]! |= 1 << bit;
    const bitOf = new Map(batch.map((u, bit) => [u, bit]));
    for (let i = position[batch[0]!]!; i < order.length; i++) {
      const n = order[i]!;
      let mask = 0;
      for (let e = seen.first[n]!; e < seen.first[n + 1]!; e++) mask |= reached[seen.from[e]!]!;
      if (mask !== 0 && n < nodes)
        for (let r = readFirst[n]!; r < readFirst[n + 1]!; r++) {
          let hits = mask & wrote[readKey[r]!]!;
          while (hits !== 0) {
            const bit = 31 - Math.clz32(hits);
            hits &= ~(1 << bit);
            if (batch[bit] !== readFrom[r]) forced.before(batch[bit]!, r);
          }
        }
      const own = bitOf.get(n);
      reached[n] = own === undefined ? mask : mask | (1 << own);
    }
    for (const u of batch) for (let w = writeFirst[u]!; w < writeFirst[u + 1]!; w++) wrote[writeKey[w]!] = 0;
    if (enough(++passes)) return;
  }
}
