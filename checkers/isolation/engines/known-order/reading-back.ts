import type { Edge } from "../../decision.ts";
import { Initial } from "../../reading.ts";
import { byEnd } from "../../../graph/real-time.ts";
import { edgeOf } from "./edges.ts";
import type { Versions } from "./versions.ts";

/**
 * Contradictions between two transactions: one certainly came before the other, for one reason or another, and wrote a key of
 * which the other read an older version. Each method looks for one reason, and returns the first such cycle of two edges; each looks once.
 */
export class Contradictions {
  readonly written: Written;
  readonly #versions: Versions;
  readonly #found = new Map<string, Edge[] | undefined>();

  constructor(versions: Versions) {
    this.#versions = versions;
    this.written = new Written(versions);
  }

  fracturedRead(inOrder: boolean): Edge[] | undefined {
    return this.#once(`fractured ${inOrder}`, () => fracturedRead(this.#versions, this.written, inOrder));
  }

  behindOwnSession(): Edge[] | undefined {
    return this.#once("session", () => behindOwnSession(this.#versions));
  }

  behindRealTime(): Edge[] | undefined {
    return this.#once("real time", () => behindRealTime(this.#versions));
  }

  behindRealTimeOfSession(): Edge[] | undefined {
    return this.#once("real time of session", () => behindRealTimeOfSession(this.#versions));
  }

  overwrittenUnseen(): Edge[] | undefined {
    return this.#once("unseen", () => overwrittenUnseen(this.#versions));
  }

  #once(name: string, find: () => Edge[] | undefined): Edge[] | undefined {
    if (!this.#found.has(name)) this.#found.set(name, find());
    return this.#found.get(name);
  }
}

/** Versions that a transaction wrote, by key; those with many writes by a table. */
export class Written {
  readonly #versions: Versions;
  readonly #wide = new Map<number, Map<number, number>>();

  constructor(versions: Versions) {
    this.#versions = versions;
  }

  /** Rank of what a node wrote of a key; −1 if nothing. */
  rank(node: number, key: number): number {
    const { reading, versionWritten } = this.#versions;
    const { writeFirst, writeKey } = reading;
    const first = writeFirst[node]!;
    const last = writeFirst[node + 1]!;
    if (last - first <= Narrow) {
      for (let w = first; w < last; w++)
        if (writeKey[w] === key) return this.#versions.rankOf(versionWritten[w]!);
      return -1;
    }
    let wide = this.#wide.get(node);
    if (wide === undefined) {
      wide = new Map();
      for (let w = first; w < last; w++) wide.set(writeKey[w]!, this.#versions.rankOf(versionWritten[w]!));
      this.#wide.set(node, wide);
    }
    return wide.get(key) ?? -1;
  }
}

const Narrow = 16;

/**
 * Someone read from a transaction and, of another key that it wrote, an older version. With `inOrder` only if the older one was read
 * later. For each pair of transactions the smaller side is walked: the writes of the one or the reads of the other.
 */
function fracturedRead(versions: Versions, written: Written, inOrder: boolean): Edge[] | undefined {
  const { reading, versionRead, versionWritten } = versions;
  const { nodes, readFirst, readKey, readFrom, writeFirst, writeKey } = reading;
  // Of each key the lowest rank read by the node at hand, from its last read back.
  const reader = new Int32Array(versions.settled.length).fill(-1);
  const lowest = new Int32Array(versions.settled.length);
  const met = new Int32Array(nodes).fill(-1);
  const isFirst = new Uint8Array(readKey.length);
  const keys: number[] = [];
  let length = 0;
  const note = (s: number, r: number): void => {
    const key = readKey[r]!;
    const rank = versions.rankOf(versionRead[r]!);
    if (reader[key] === s) lowest[key] = Math.min(lowest[key]!, rank);
    else {
      reader[key] = s;
      lowest[key] = rank;
      keys[length++] = key;
    }
  };
  for (let s = 1; s < nodes; s++) {
    const begin = readFirst[s]!;
    const end = readFirst[s + 1]!;
    if (end - begin < 2) continue;
    length = 0;
    for (let r = begin; r < end; r++) {
      const from = readFrom[r]!;
      isFirst[r] = met[from] === s ? 0 : 1;
      met[from] = s;
      if (!inOrder) note(s, r);
    }
    for (let r = end - 1; r >= begin; r--) {
      const from = readFrom[r]!;
      if (from !== Initial && isFirst[r] === 1) {
        if (writeFirst[from + 1]! - writeFirst[from]! <= Math.max(Narrow, length)) {
          for (let w = writeFirst[from]!; w < writeFirst[from + 1]!; w++) {
            const key = writeKey[w]!;
            if (reader[key] === s && lowest[key]! < versions.rankOf(versionWritten[w]!))
              return fractured(versions, s, r, key);
          }
        } else
          for (let i = 0; i < length; i++)
            if (lowest[keys[i]!]! < written.rank(from, keys[i]!)) return fractured(versions, s, r, keys[i]!);
      }
      if (inOrder) note(s, r);
    }
  }
  return undefined;
}

/** Node s read by entry r from a transaction whose write of a key it missed. */
function fractured(versions: Versions, s: number, r: number, key: number): Edge[] {
  const { readFrom, readKey } = versions.reading;
  const from = readFrom[r]!;
  return [{ from, to: s, kind: "wr", key: readKey[r]! }, edgeOf(versions, s, from, "rw", key)];
}

/** Someone read an older version than one that was written before in its session. */
function behindOwnSession(versions: Versions): Edge[] | undefined {
  const { reading } = versions;
  const { sessionFirst, sessionNode } = reading;
  const latest = new Latest(versions);
  for (let s = 0; s + 1 < sessionFirst.length; s++) {
    for (let i = sessionFirst[s]!; i < sessionFirst[s + 1]!; i++) {
      const cycle = latest.missedBy(sessionNode[i]!, s);
      if (cycle !== undefined) return [{ ...cycle.into, kind: "so", key: -1 }, cycle.back];
      latest.add(sessionNode[i]!, s);
    }
  }
  return undefined;
}

/** Someone read an older version than one whose transaction was over before. */
function behindRealTime(versions: Versions): Edge[] | undefined {
  const { nodes, begin, end, transactions } = versions.reading;
  if (!transactions.timed) return undefined;
  const latest = new Latest(versions);
  const ended = byEnd(end, Initial + 1);
  let next = 0;
  for (let s = 1; s < nodes; s++) {
    while (next < ended.length && end[ended[next]!]! < begin[s]!) latest.add(ended[next++]!, 0);
    const cycle = latest.missedBy(s, 0);
    if (cycle !== undefined) return [{ ...cycle.into, kind: "rt", key: -1 }, cycle.back];
  }
  return undefined;
}

/**
 * The same, where real time goes on from a later transaction of a session: one of unknown outcome was followed by one that was over
 * before. Three edges, the first of session order.
 */
function behindRealTimeOfSession(versions: Versions): Edge[] | undefined {
  const { reading } = versions;
  const { nodes, begin, end, sessionFirst, sessionNode, transactions } = reading;
  if (!transactions.timed) return undefined;
  // By when a node certainly was over: the first end of it or its successors, and whose that is.
  const over = end.slice();
  const by = Int32Array.from(end, (_, a) => a);
  let later = false;
  for (let s = 0; s + 1 < sessionFirst.length; s++)
    for (let i = sessionFirst[s + 1]! - 2; i >= sessionFirst[s]!; i--) {
      const a = sessionNode[i]!;
      const b = sessionNode[i + 1]!;
      if (over[b]! >= over[a]!) continue;
      over[a] = over[b]!;
      by[a] = by[b]!;
      later = true;
    }
  if (!later) return undefined;
  const latest = new Latest(versions);
  const ended = byEnd(over, Initial + 1);
  let next = 0;
  for (let s = 1; s < nodes; s++) {
    while (next < ended.length && over[ended[next]!]! < begin[s]!) latest.add(ended[next++]!, 0);
    const cycle = latest.missedBy(s, 0);
    if (cycle === undefined) continue;
    const { from, to } = cycle.into;
    if (by[from] === from) return [{ from, to, kind: "rt", key: -1 }, cycle.back];
    return [
      { from, to: by[from]!, kind: "so", key: -1 },
      { from: by[from]!, to, kind: "rt", key: -1 },
      cycle.back,
    ];
  }
  return undefined;
}

/** Someone overwrote a version other than the one of the key that it had read. */
function overwrittenUnseen(versions: Versions): Edge[] | undefined {
  const { reading, versionRead, writer } = versions;
  const { nodes, readFirst, readKey, writeFirst, writeKey } = reading;
  const own = new Int32Array(versions.settled.length).fill(-1);
  const rank = new Int32Array(versions.settled.length);
  for (let s = 1; s < nodes; s++) {
    if (readFirst[s] === readFirst[s + 1] || writeFirst[s] === writeFirst[s + 1]) continue;
    for (let w = writeFirst[s]!; w < writeFirst[s + 1]!; w++) {
      own[writeKey[w]!] = s;
      rank[writeKey[w]!] = versions.rankOf(versions.versionWritten[w]!);
    }
    for (let r = readFirst[s]!; r < readFirst[s + 1]!; r++) {
      const key = readKey[r]!;
      const between = versions.rankOf(versionRead[r]!) + 1;
      if (own[key] !== s || between >= rank[key]!) continue;
      const from = writer[between]!;
      return [edgeOf(versions, from, s, "ww", key), edgeOf(versions, s, from, "rw", key)];
    }
  }
  return undefined;
}

/** Of each key the latest version written so far, in one group of nodes. */
class Latest {
  readonly #versions: Versions;
  readonly #group: Int32Array;
  readonly #rank: Int32Array;
  readonly #node: Int32Array;

  constructor(versions: Versions) {
    this.#versions = versions;
    const keys = versions.settled.length;
    this.#group = new Int32Array(keys).fill(-1);
    this.#rank = new Int32Array(keys);
    this.#node = new Int32Array(keys);
  }

  add(node: number, group: number): void {
    const { reading, versionWritten } = this.#versions;
    for (let w = reading.writeFirst[node]!; w < reading.writeFirst[node + 1]!; w++) {
      const key = reading.writeKey[w]!;
      const rank = this.#versions.rankOf(versionWritten[w]!);
      if (this.#group[key] === group && rank <= this.#rank[key]!) continue;
      this.#group[key] = group;
      this.#rank[key] = rank;
      this.#node[key] = node;
    }
  }

  /** A read of a node of an older version. */
  missedBy(node: number, group: number): { into: { from: number; to: number }; back: Edge } | undefined {
    const { reading, versionRead } = this.#versions;
    for (let r = reading.readFirst[node]!; r < reading.readFirst[node + 1]!; r++) {
      const key = reading.readKey[r]!;
      if (this.#group[key] !== group || this.#versions.rankOf(versionRead[r]!) >= this.#rank[key]!) continue;
      const from = this.#node[key]!;
      return { into: { from, to: node }, back: edgeOf(this.#versions, node, from, "rw", key) };
    }
    return undefined;
  }
}
