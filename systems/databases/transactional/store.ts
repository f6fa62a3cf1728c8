import type { Json } from "../../../histories/json.ts";
import type { Bug } from "./bugs.ts";
import { applied, Versions, type Version, type Write } from "./versions.ts";

/** The isolation that a store keeps when it has no bug. */
export const isolations = ["snapshot-isolation", "serializable"] as const;
export type Isolation = (typeof isolations)[number];

export function isIsolation(name: string): name is Isolation {
  return isolations.some((each) => each === name);
}

export interface StoreOptions {
  readonly isolation: Isolation;
  readonly bug?: Bug;
  /** How far replicas are behind, in milliseconds, in the bugs that have any. */
  readonly lag?: number;
}

/** A transaction that is open. */
export interface Transaction {
  /** Whether it was begun to write nothing. */
  readonly readOnly: boolean;
  /** The site of its client: of two, in the bugs that have any. */
  readonly site: number;
  /** When it began, in milliseconds; what was committed before is its snapshot. */
  readonly begun: number;
  /** How many commits there were then. */
  readonly commits: number;
  readonly writes: Map<string, Write>;
  /** The keys that it read, with the commit of the version that it saw; 0: none was there. */
  readonly reads: Map<string, number>;
  /** The prefixes of the keys that it asked for. */
  readonly scans: Set<string>;
}

/** Whether a transaction has committed; what is left of a commit that is made key by key. */
export type Commit =
  | { readonly kind: "done" }
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "unfinished"; readonly rest: readonly (readonly [string, Write])[] };

/** Of so many commits one is not made, in the bug that loses writes. */
const forgotten = 12;

/**
 * A store of several versions. Transactions read a snapshot as of their beginning and keep their writes to themselves until they
 * commit. Under snapshot isolation a commit is refused if someone else has committed a version of a key that it writes since the
 * snapshot: the first committer wins (Berenson et al. 1995). To be serializable, it is refused if
 * anything that it read would be read differently now (Kung and Robinson 1981, backward validation), so that each
 * transaction is as if it happened at the moment of its commit. Time comes in as an argument.
 */
export class Store {
  readonly #isolation: Isolation;
  readonly #bug: Bug | undefined;
  readonly #lag: number;
  readonly #versions = new Versions();
  readonly #open = new Set<Transaction>();
  /** Keys of commits that are being made key by key. */
  readonly #installing = new Map<string, Transaction>();
  #writers = 0;

  constructor({ isolation, bug, lag = 20 }: StoreOptions) {
    this.#isolation = isolation;
    this.#bug = bug;
    this.#lag = lag;
  }

  begin(site: number, now: number, readOnly = false): Transaction {
    const transaction: Transaction = {
      readOnly,
      site: site % 2,
      begun: now,
      commits: this.#versions.commits,
      writes: new Map(),
      reads: new Map(),
      scans: new Set(),
    };
    this.#open.add(transaction);
    return transaction;
  }

  /** The value of a key; null if it is not there. */
  read(transaction: Transaction, key: string): Json {
    const version = this.#versions.latest(key, (each) => this.#reads(transaction, each, key));
    if (!transaction.reads.has(key)) transaction.reads.set(key, version?.commit ?? 0);
    let value = version?.value ?? null;
    if (this.#bug === "dirty-read")
      for (const other of this.#open) {
        const write = other === transaction ? undefined : other.writes.get(key);
        if (write !== undefined) value = applied(value, write);
      }
    const own = this.#bug === "internal" ? undefined : transaction.writes.get(key);
    return own === undefined ? value : applied(value, own);
  }

  /** The keys that are there and begin with `prefix`, with their values. */
  scan(transaction: Transaction, prefix: string): [string, Json][] {
    transaction.scans.add(prefix);
    const keys = new Set(this.#versions.keys(prefix));
    const open = this.#bug === "dirty-read" ? this.#open : [transaction];
    for (const { writes } of open) for (const key of writes.keys()) if (key.startsWith(prefix)) keys.add(key);
    const found: [string, Json][] = [];
    for (const key of keys) {
      const before = transaction.reads.get(key);
      const value = this.read(transaction, key);
      if (value !== null) found.push([key, value]);
      // Of a key that is not there, the predicate was read, not the key.
      else if (before === undefined) transaction.reads.delete(key);
    }
    return found;
  }

  set(transaction: Transaction, key: string, value: Json): void {
    transaction.writes.set(key, { kind: "set", value });
  }

  /** Adds to the end of a list, which reads it. */
  append(transaction: Transaction, key: string, element: Json): void {
    const own = transaction.writes.get(key);
    if (own?.kind === "append") {
      transaction.writes.set(key, { kind: "append", elements: [...own.elements, element] });
    } else {
      const before = this.read(transaction, key);
      transaction.writes.set(
        key,
        own === undefined
          ? { kind: "append", elements: [element] }
          : { kind: "set", value: applied(before, { kind: "append", elements: [element] }) },
      );
    }
  }

  /** Commits, or refuses and rolls back. */
  commit(transaction: Transaction, now: number): Commit {
    const reason = this.#conflict(transaction);
    if (reason !== undefined) {
      this.abort(transaction, now);
      return { kind: "refused", reason };
    }
    const writes = [...this.#writesOf(transaction)];
    if (this.#bug === "fractured-read" && writes.length > 1) {
      for (const [key] of writes) this.#installing.set(key, transaction);
      return this.install(transaction, writes, now);
    }
    this.#open.delete(transaction);
    if (writes.length === 0) return { kind: "done" };
    this.#writers++;
    if (this.#bug === "lost-write" && this.#writers % forgotten === 0) return { kind: "done" };
    this.#versions.commit(writes, transaction.site, now, this.#horizon(now));
    return { kind: "done" };
  }

  /** Goes on with a commit that is made key by key. */
  install(transaction: Transaction, rest: readonly (readonly [string, Write])[], now: number): Commit {
    const [first, ...others] = rest;
    if (first !== undefined) {
      this.#versions.commit([first], transaction.site, now, this.#horizon(now));
      this.#installing.delete(first[0]);
    }
    if (others.length > 0) return { kind: "unfinished", rest: others };
    this.#open.delete(transaction);
    return { kind: "done" };
  }

  abort(transaction: Transaction, now: number): void {
    this.#open.delete(transaction);
    const [first] = transaction.writes;
    if (this.#bug === "aborted-read" && first !== undefined)
      this.#versions.commit([first], transaction.site, now, this.#horizon(now));
  }

  /** What is committed: of a lost update, what the transaction's snapshot held counts, not what is there by now. */
  *#writesOf(transaction: Transaction): Generator<readonly [string, Write]> {
    for (const [key, write] of transaction.writes) {
      if (this.#bug !== "lost-update" || write.kind === "set") yield [key, write];
      else {
        const seen = this.#versions.latest(key, (version) => this.#inSnapshot(transaction, version, key));
        yield [key, { kind: "set", value: applied(seen?.value ?? null, write) }];
      }
    }
  }

  /** Whether a transaction reads a version, if no later one. */
  #reads(transaction: Transaction, version: Version, key: string): boolean {
    return this.#bug === "read-skew" || this.#inSnapshot(transaction, version, key);
  }

  #inSnapshot(transaction: Transaction, version: Version, key: string): boolean {
    const { site, begun, commits, readOnly } = transaction;
    const behind =
      (this.#bug === "long-fork" && version.site !== site) ||
      (this.#bug === "causal-reverse" && readOnly && shard(key) === 1) ||
      (this.#bug === "stale-read" && readOnly);
    return behind ? version.time <= begun - this.#lag : version.commit <= commits;
  }

  /** Why a transaction may not commit. */
  #conflict(transaction: Transaction): string | undefined {
    const { reads, scans, writes } = transaction;
    for (const key of writes.keys()) {
      const installing = this.#installing.get(key);
      if (installing !== undefined && installing !== transaction) return `${key} is being written`;
    }
    const wins = this.#isolation === "snapshot-isolation" || this.#bug === "write-skew";
    if (wins) {
      if (this.#bug === "lost-update") return undefined;
      for (const key of writes.keys())
        if (this.#versions.hasUnseen(key, (version) => this.#inSnapshot(transaction, version, key)))
          return `${key} was written since`;
      return undefined;
    }
    if (transaction.readOnly && this.#isUnvalidated()) return undefined;
    for (const [key, commit] of reads) {
      if (this.#bug === "lost-update" && writes.has(key)) continue;
      if ((this.#versions.latest(key, () => true)?.commit ?? 0) !== commit) return `${key} was written since`;
    }
    if (this.#bug === "phantom") return undefined;
    for (const prefix of scans)
      for (const key of this.#versions.keys(prefix))
        if (!reads.has(key) && (this.#versions.latest(key, () => true)?.value ?? null) !== null)
          return `${key} was inserted since`;
    return undefined;
  }

  /** Bugs in which transactions that only read are let through whatever they saw. */
  #isUnvalidated(): boolean {
    switch (this.#bug) {
      case "long-fork":
      case "read-skew":
      case "stale-read":
      case "causal-reverse":
      case "fractured-read":
      case "dirty-read":
        return true;
      default:
        return false;
    }
  }

  /** No open transaction, nor any replica, looks further back. */
  #horizon(now: number): number {
    let horizon = now;
    for (const { begun } of this.#open) horizon = Math.min(horizon, begun);
    return horizon - this.#lag;
  }
}

/** Half of the keys, by their text. */
function shard(key: string): 0 | 1 {
  let hash = 0;
  for (let i = 0; i < key.length; i++) hash = (Math.imul(hash, 31) + key.charCodeAt(i)) | 0;
  return ((hash ^ (hash >>> 3)) & 1) === 0 ? 0 : 1;
}
