import { Never } from "../../isolation/transactions.ts";
import type { Strength } from "../../isolation/levels.ts";
import { byEnd, isReadEntry, isWriteEntry } from "./order.ts";
import { Before, NoVersionSeen, type Replay } from "./replay.ts";

/** Over which edges, besides the order heeded and reads-from, paths lead. */
export interface PathRule {
  readonly strength: Strength;
  /** Orders of versions. */
  readonly conflicts: boolean;
  /** From transactions that write to those that overwrote what they had read. */
  readonly updates?: boolean;
  /** A read counts only what its transaction was reached by at operations before it. */
  readonly inProgram?: boolean;
}

/** Versions looked at in one pass. */
const Batch = 31;

/**
 * Looks for a read that is older than what reaches its transaction: of version v, where a path leads to the reader from who
 * overwrote v (or, if `conflicts` are no edges, from any later writer of the key). All edges lead forward in the execution, so
 * only reads that are older than their place in it need be looked at; the overwriters of 31 versions at a time are followed by bits
 * through the part of the execution between them and the readers.
 */
export function readsOlderThanReached(replay: Replay, rule: PathRule): string | undefined {
  return new Paths(replay, rule).problem();
}

class Paths {
  readonly #replay: Replay;
  readonly #rule: PathRule;
  /** Bit of each version that is followed in this pass; 0: none. */
  readonly #bit: Int32Array;
  /** Bits of the versions that reach each position. */
  readonly #reached: Int32Array;
  /** Bits of the versions of each key that were overwritten so far. */
  readonly #earlier: Int32Array;
  readonly #previous: Int32Array;
  readonly #time: Time | undefined;
  readonly #readers: Readers | undefined;

  constructor(replay: Replay, rule: PathRule) {
    this.#replay = replay;
    this.#rule = rule;
    this.#bit = new Int32Array(replay.writtenAt.length);
    this.#reached = new Int32Array(replay.order.length);
    this.#earlier = new Int32Array(replay.transactions.keys.length);
    this.#previous = previousInSession(replay);
    this.#time = rule.strength === "strong" && replay.transactions.timed ? new Time(replay) : undefined;
    this.#readers = rule.updates === true ? new Readers(replay) : undefined;
  }

  problem(): string | undefined {
    const { from, to, of, versions } = this.#stale();
    for (let at = 0; at < versions.length; at += Batch) {
      const batch = versions.subarray(at, at + Batch);
      let start = Infinity;
      let end = 0;
      batch.forEach((version, i) => {
        this.#bit[version] = 1 << i;
        start = Math.min(start, from[version]!);
        end = Math.max(end, to[version]!);
      });
      const problem = this.#follow(start, end);
      if (problem !== undefined) return problem;
      this.#time?.forget(start, end, this.#reached);
      this.#reached.fill(0, start, end + 1);
      for (const version of batch) {
        this.#bit[version] = 0;
        this.#earlier[of[version]!] = 0;
      }
    }
    return undefined;
  }

  /**
   * Versions that were read by somebody who stands after their overwriter: from which overwriter on, to which last reader, of which
   * key. In the order of the overwriters.
   */
  #stale(): { from: Int32Array; to: Int32Array; of: Int32Array; versions: Int32Array } {
    const { order, transactions, version, writtenAt } = this.#replay;
    const { first, key } = transactions;
    const to = new Int32Array(writtenAt.length).fill(-1);
    const from = new Int32Array(writtenAt.length);
    const of = new Int32Array(writtenAt.length);
    let count = 0;
    for (const [p, t] of order.entries())
      for (let i = first[t]!; i < first[t + 1]!; i++) {
        if (!isReadEntry(this.#replay, i)) continue;
        const v = version[i]!;
        if (!this.#replay.hasNext(v, key[i]!) || writtenAt[v + 1]! >= p) continue;
        if (to[v] === -1) count++;
        to[v] = p;
        from[v] = writtenAt[v + 1]!;
        of[v] = key[i]!;
      }
    const versions = new Int32Array(count);
    let next = 0;
    for (let v = 0; v < to.length; v++) if (to[v] !== -1) versions[next++] = v;
    versions.sort((a, b) => from[a]! - from[b]!);
    return { from, to, of, versions };
  }

  #follow(start: number, end: number): string | undefined {
    const { order, transactions, version, writtenAt } = this.#replay;
    const { first, key, begin } = transactions;
    const { conflicts, inProgram } = this.#rule;
    for (let p = start; p <= end; p++) {
      const t = order[p]!;
      let mask = this.#before(p, start);
      let own = 0;
      for (let i = first[t]!; i < first[t + 1]!; i++) {
        const v = version[i]!;
        if (v === NoVersionSeen) continue;
        if ((transactions.kind[i]! & 1) === 0) {
          if (inProgram === true && (mask & this.#bit[v]!) !== 0) return missed(begin[t]!, i - first[t]!);
          mask |= this.#at(writtenAt[v]!, start);
          continue;
        }
        if (conflicts) mask |= this.#at(writtenAt[v - 1]!, start);
        if (this.#readers !== undefined) mask |= this.#readers.reached(v - 1, p, start, this.#reached);
        // Without conflicts as edges, all later writers of a version that is followed are looked at.
        own |= conflicts ? this.#bit[v - 1]! : (this.#earlier[key[i]!]! |= this.#bit[v - 1]!);
      }
      if (inProgram !== true)
        for (let i = first[t]!; i < first[t + 1]!; i++)
          if (isReadEntry(this.#replay, i) && (mask & this.#bit[version[i]!]!) !== 0)
            return missed(begin[t]!, i - first[t]!);
      this.#reached[p] = mask | own;
      this.#time?.add(p, mask | own);
    }
    return undefined;
  }

  /** What reaches a position by the orders that are heeded. */
  #before(p: number, start: number): number {
    if (this.#rule.strength === "plain") return 0;
    return this.#at(this.#previous[p]!, start) | (this.#time?.before(p) ?? 0);
  }

  #at(position: number, start: number): number {
    return position < start ? 0 : this.#reached[position]!;
  }
}

function missed(event: number, operation: number): string {
  return `operation ${operation} of the transaction of event ${event} saw a version that was overwritten by one which precedes this transaction`;
}

/** Of each position: that of the transaction before in its session, `Before` if there is none. */
function previousInSession({ order, transactions }: Replay): Int32Array {
  const latest = new Int32Array(transactions.sessions).fill(Before);
  return order.map((t, p) => {
    const s = transactions.session[t]!;
    const previous = latest[s]!;
    latest[s] = p;
    return previous;
  });
}

/** Bits of all transactions that were over when one began: a tree of unions over the order of ends. */
class Time {
  /** Place of each position in the order of ends, from 1; 0: it never ended. */
  readonly #place: Int32Array;
  /** How many were over when the transaction at each position began. */
  readonly #over: Int32Array;
  readonly #union: Int32Array;

  constructor(replay: Replay) {
    const { order, position, transactions } = replay;
    const { begin, end, count } = transactions;
    const ended = byEnd(replay);
    this.#place = new Int32Array(order.length);
    this.#over = new Int32Array(order.length);
    this.#union = new Int32Array(ended.length + 1);
    for (const [i, t] of ended.entries()) this.#place[position[t]!] = i + 1;
    let next = 0;
    for (let t = 0; t < count; t++) {
      while (next < ended.length && end[ended[next]!]! < begin[t]! && end[ended[next]!] !== Never) next++;
      if (position[t]! >= 0) this.#over[position[t]!] = next;
    }
  }

  add(position: number, mask: number): void {
    if (mask === 0) return;
    for (let i = this.#place[position]!; i > 0 && i < this.#union.length; i += i & -i)
      this.#union[i]! |= mask;
  }

  before(position: number): number {
    let mask = 0;
    for (let i = this.#over[position]!; i > 0; i -= i & -i) mask |= this.#union[i]!;
    return mask;
  }

  forget(start: number, end: number, reached: Int32Array): void {
    for (let p = start; p <= end; p++) {
      if (reached[p] === 0) continue;
      for (let i = this.#place[p]!; i > 0 && i < this.#union.length; i += i & -i) this.#union[i] = 0;
    }
  }
}

/** Readers of each version that write something themselves. */
class Readers {
  readonly #first: Int32Array;
  readonly #reader: Int32Array;

  constructor(replay: Replay) {
    const { order, transactions, version, writtenAt } = replay;
    const { first } = transactions;
    this.#first = new Int32Array(writtenAt.length + 1);
    const updates = order.map((t) => {
      for (let i = first[t]!; i < first[t + 1]!; i++) if (isWriteEntry(replay, i)) return 1;
      return 0;
    });
    const each = (visit: (version: number, position: number) => void): void => {
      for (const [p, t] of order.entries())
        if (updates[p] === 1)
          for (let i = first[t]!; i < first[t + 1]!; i++) if (isReadEntry(replay, i)) visit(version[i]!, p);
    };
    each((v) => this.#first[v + 1]!++);
    for (let v = 0; v < writtenAt.length; v++) this.#first[v + 1]! += this.#first[v]!;
    this.#reader = new Int32Array(this.#first[writtenAt.length]!);
    const next = this.#first.slice();
    each((v, p) => (this.#reader[next[v]!++] = p));
  }

  reached(version: number, position: number, start: number, reached: Int32Array): number {
    let mask = 0;
    for (let r = this.#first[version]!; r < this.#first[version + 1]!; r++) {
      const reader = this.#reader[r]!;
      if (reader >= start && reader !== position) mask |= reached[reader]!;
    }
    return mask;
  }

  /** Whether one of them stands after a position. */
  hasAfter(version: number, position: number): boolean {
    for (let r = this.#first[version]!; r < this.#first[version + 1]!; r++)
      if (this.#reader[r]! > position) return true;
    return false;
  }
}

/** A transaction that writes and stands after one that overwrote what it read, in words. */
export function breaksUpdates(replay: Replay): string | undefined {
  const { transactions, writtenAt } = replay;
  const { keys, begin } = transactions;
  const readers = new Readers(replay);
  for (let k = 0; k < keys.length; k++)
    for (let v = replay.versionFirst[k]!; v + 1 < replay.versionFirst[k + 1]!; v++)
      if (readers.hasAfter(v, writtenAt[v + 1]!))
        return `a transaction that writes saw a version which that of event ${begin[replay.order[writtenAt[v + 1]!]!]} had overwritten before`;
  return undefined;
}
