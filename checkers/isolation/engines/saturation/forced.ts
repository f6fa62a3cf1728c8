import { Initial, type Reading } from "../../reading.ts";
import { ByVersions, type Relation } from "./relation.ts";

/**
 * Orders of versions that a level forces. Whoever wrote a key and certainly came before its reader, yet was not read, wrote before
 * the one who was read. What "certainly before" means is the level's, and speaks of O and WR alone; so these orders
 * are the same whatever else is chosen.
 */
export interface ForcedOrders {
  /** Node u wrote its version of a key before that which read entry `read` saw, since u came before the reader. */
  before(u: number, read: number): void;
}

/** Collects forced orders as edges; that someone wrote before the initial transaction contradicts at once. */
export function forcedInto(reading: Reading, edges: Relation): ForcedOrders {
  const { readFrom, readKey } = reading;
  return {
    before(u, read) {
      const seen = readFrom[read]!;
      edges.add(u, seen, read);
      if (seen === Initial) edges.add(Initial, u, ByVersions - readKey[read]!);
    },
  };
}

/** A transaction that wrote at most this many keys is looked through key by key, whatever its readers read. */
const Narrow = 32;

/** The reads of one transaction by key: of each key at most two entries of different writers, the nearest last. */
class ReadsByKey {
  #owner = new Int32Array(0);
  near = new Int32Array(0);
  far = new Int32Array(0);
  #reading: Reading;

  constructor(reading: Reading) {
    const keys = reading.ordered.length;
    this.#reading = reading;
    this.#owner = new Int32Array(keys).fill(-1);
    this.near = new Int32Array(keys);
    this.far = new Int32Array(keys);
  }

  put(node: number, read: number): void {
    const { readKey, readFrom } = this.#reading;
    const key = readKey[read]!;
    if (this.#owner[key] !== node) {
      this.#owner[key] = node;
      this.far[key] = -1;
    } else if (readFrom[this.near[key]!] !== readFrom[read]) this.far[key] = this.near[key]!;
    this.near[key] = read;
  }

  /** The nearest entry of a key that did not see `writer`, −1 if there is none. */
  other(node: number, key: number, writer: number): number {
    if (this.#owner[key] !== node) return -1;
    const { readFrom } = this.#reading;
    const near = this.near[key]!;
    return readFrom[near] === writer ? this.far[key]! : near;
  }
}

/** Pairs of a wide writer and one of its readers, left for later so that the writer's keys are marked once for all of them. */
class WidePairs {
  readonly #writers: number[] = [];
  readonly #reads: number[] = [];

  add(writer: number, read: number): void {
    this.#writers.push(writer);
    this.#reads.push(read);
  }

  /** `fromRead`: only reads after the one that met the writer. */
  settle(reading: Reading, reader: Int32Array, afterRead: boolean, forced: ForcedOrders): void {
    const { writeFirst, writeKey, readFirst, readKey, readFrom, ordered } = reading;
    const mark = new Int32Array(ordered.length).fill(-1);
    const pairs = this.#writers.map((_, i) => i).toSorted((i, j) => this.#writers[i]! - this.#writers[j]!);
    let marked = -1;
    for (const i of pairs) {
      const writer = this.#writers[i]!;
      if (writer !== marked) {
        for (let w = writeFirst[writer]!; w < writeFirst[writer + 1]!; w++) mark[writeKey[w]!] = writer;
        marked = writer;
      }
      const read = this.#reads[i]!;
      const node = reader[read]!;
      for (let r = afterRead ? read + 1 : readFirst[node]!; r < readFirst[node + 1]!; r++)
        if (mark[readKey[r]!] === writer && readFrom[r] !== writer) forced.before(writer, r);
    }
  }
}

/**
 * Monotonic atomic view: once a transaction read from u, what it reads of u's keys later is of u or came after. Only the
 * nearest later read of another writer counts: those after it are forced after that one in turn.
 */
export function forceMonotonicReads(reading: Reading, reader: Int32Array, forced: ForcedOrders): void {
  const { nodes, readFirst, readFrom, writeFirst, writeKey } = reading;
  const firstRead = new Int32Array(nodes);
  const owner = new Int32Array(nodes).fill(-1);
  const later = new ReadsByKey(reading);
  const wide = new WidePairs();
  for (let n = Initial + 1; n < nodes; n++) {
    const start = readFirst[n]!;
    const end = readFirst[n + 1]!;
    if (end - start < 2) continue;
    for (let r = start; r < end; r++) {
      const u = readFrom[r]!;
      if (owner[u] === n) continue;
      owner[u] = n;
      firstRead[u] = r;
    }
    for (let r = end - 1; r >= start; r--) {
      const u = readFrom[r]!;
      if (u !== Initial && firstRead[u] === r && r < end - 1) {
        const from = writeFirst[u]!;
        const to = writeFirst[u + 1]!;
        if (to - from > Narrow && to - from > end - r) wide.add(u, r);
        else
          for (let w = from; w < to; w++) {
            const other = later.other(n, writeKey[w]!, u);
            if (other >= 0) forced.before(u, other);
          }
      }
      later.put(n, r);
    }
  }
  wide.settle(reading, reader, true, forced);
}

/** Read atomic, the part of reads: whoever a transaction read from, it saw all of. */
export function forceWholeWriters(reading: Reading, reader: Int32Array, forced: ForcedOrders): void {
  const { nodes, readFirst, readFrom, writeFirst, writeKey } = reading;
  const owner = new Int32Array(nodes).fill(-1);
  const all = new ReadsByKey(reading);
  const wide = new WidePairs();
  for (let n = Initial + 1; n < nodes; n++) {
    const start = readFirst[n]!;
    const end = readFirst[n + 1]!;
    if (end - start < 2) continue;
    for (let r = start; r < end; r++) all.put(n, r);
    for (let r = start; r < end; r++) {
      const u = readFrom[r]!;
      if (u === Initial || owner[u] === n) continue;
      owner[u] = n;
      const from = writeFirst[u]!;
      const to = writeFirst[u + 1]!;
      if (to - from > Narrow && to - from > end - start) wide.add(u, r);
      else
        for (let w = from; w < to; w++) {
          const other = all.other(n, writeKey[w]!, u);
          if (other >= 0) forced.before(u, other);
        }
    }
  }
  wide.settle(reading, reader, false, forced);
}

/**
 * Read atomic, the part of sessions: a transaction sees what its session wrote before. The last write of a key counts, for the session
 * orders those before it.
 */
export function forceOwnSession(reading: Reading, forced: ForcedOrders): void {
  const { sessions, sessionFirst, sessionNode, readFirst, readKey, readFrom, writeFirst, writeKey } = reading;
  const wrote = new Int32Array(reading.ordered.length).fill(-1);
  const owner = new Int32Array(reading.ordered.length).fill(-1);
  for (let s = 0; s < sessions; s++)
    for (let i = sessionFirst[s]!; i < sessionFirst[s + 1]!; i++) {
      const n = sessionNode[i]!;
      for (let r = readFirst[n]!; r < readFirst[n + 1]!; r++) {
        const key = readKey[r]!;
        if (owner[key] === s && wrote[key] !== readFrom[r]) forced.before(wrote[key]!, r);
      }
      for (let w = writeFirst[n]!; w < writeFirst[n + 1]!; w++) {
        owner[writeKey[w]!] = s;
        wrote[writeKey[w]!] = n;
      }
    }
}

/**
 * Read atomic, the part of real time: a transaction sees what was over when it began. Of the readers of a version the one that began
 * last forces most. Of those who were over before it began only those count that no other of them
 * follows in real time; they overlap one another, so there are at most as many as ever were at work at once.
 */
export function forceEarlier(reading: Reading, reader: Int32Array, forced: ForcedOrders): void {
  if (!reading.transactions.timed) return;
  const { nodes, readKey, readFrom, writerFirst, writer, begin, end } = reading;
  const keys = reading.ordered.length;
  const first = new Int32Array(keys + 1);
  for (const key of readKey) first[key + 1]!++;
  for (let k = 0; k < keys; k++) first[k + 1]! += first[k]!;
  const next = first.slice();
  const reads = new Int32Array(readKey.length);
  for (let r = 0; r < readKey.length; r++) reads[next[readKey[r]!]!++] = r;

  const latest = new Int32Array(nodes).fill(-1);
  for (let k = 0; k < keys; k++) {
    if (first[k] === first[k + 1]) continue;
    const read: number[] = [];
    for (let i = first[k]!; i < first[k + 1]!; i++) {
      const r = reads[i]!;
      const w = readFrom[r]!;
      if (latest[w]! < 0) read.push(w);
      if (latest[w]! < 0 || begin[reader[r]!]! > begin[reader[latest[w]!]!]!) latest[w] = r;
    }
    const writers = writer
      .subarray(writerFirst[k]! + 1, writerFirst[k + 1])
      .toSorted((a, b) => end[a]! - end[b]!);
    for (const w of read) {
      const r = latest[w]!;
      latest[w] = -1;
      const until = begin[reader[r]!]!;
      let low = 0;
      let high = writers.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (end[writers[middle]!]! < until) low = middle + 1;
        else high = middle;
      }
      let lastBegin = begin[w]!;
      for (let i = low - 1; i >= 0; i--) {
        const u = writers[i]!;
        if (end[u]! < lastBegin) break;
        if (u !== w) forced.before(u, r);
        lastBegin = Math.max(lastBegin, begin[u]!);
      }
    }
  }
}
