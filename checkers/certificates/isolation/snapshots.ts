import type { Level } from "../../isolation/levels.ts";
import { predicateOf } from "../../isolation/transactions/predicate.ts";
import { Committed, Unread, Write } from "../../isolation/transactions.ts";
import { breaksRealTime, isReadEntry, isWriteEntry, sweepTime } from "./order.ts";
import { Before, type Replay } from "./replay.ts";

/**
 * Whether every transaction has a snapshot, the state after so many commits, which holds all that the level says it must and shows what it
 * read: the commit tests of Crooks et al. Takes the claimed snapshots, or else the earliest possible.
 */
export function wrongSnapshots(
  replay: Replay,
  { name, strength }: Level,
  claimed: ArrayLike<number> | undefined,
): string | undefined {
  const { order, position, transactions, writtenAt } = replay;
  const { first, key, begin, session, sessions, timed } = transactions;
  const ansi = name === "ansi-snapshot-isolation";
  if (ansi) {
    const problem = breaksRealTime(replay);
    if (problem !== undefined) return problem;
  }
  if (claimed !== undefined && claimed.length !== order.length)
    return `it has ${claimed.length} snapshots for ${order.length} commits`;
  /** Of each position, how many commits its snapshot must hold at least. */
  const least = new Int32Array(order.length);
  if (strength !== "plain") {
    const latest = new Int32Array(sessions).fill(Before);
    for (let t = 0; t < transactions.count; t++) {
      const p = position[t]!;
      if (p < 0) continue;
      const s = session[t]!;
      least[p] = latest[s]! + 1;
      latest[s] = Math.max(latest[s]!, p);
    }
  }
  if (strength === "strong" && timed) {
    let over = Before;
    sweepTime(
      replay,
      (t) => (over = Math.max(over, position[t]!)),
      (t) => (least[position[t]!] = Math.max(least[position[t]!]!, over + 1)),
    );
  }
  const conflicts = name !== "prefix-consistency";
  for (const [p, t] of order.entries()) {
    let must = least[p]!;
    for (let i = first[t]!; i < first[t + 1]!; i++) {
      if (isReadEntry(replay, i) && claimed === undefined)
        must = Math.max(must, writtenAt[replay.version[i]!]! + 1);
      if (conflicts && isWriteEntry(replay, i)) must = Math.max(must, writtenAt[replay.version[i]! - 1]! + 1);
    }
    const snapshot = claimed === undefined ? must : claimed[p]!;
    if (snapshot < must)
      return `the snapshot of the transaction of event ${begin[t]} holds ${snapshot} commits, yet must hold ${must}`;
    if (snapshot > p)
      return `the snapshot of the transaction of event ${begin[t]} must hold ${snapshot} commits, of which one is later than its own`;
    for (let i = first[t]!; i < first[t + 1]!; i++)
      if (
        (isReadEntry(replay, i) && !replay.shows(i, replay.latestBefore(key[i]!, snapshot))) ||
        leavesOutWrongly(replay, t, i, replay.latestBefore(key[i]!, snapshot))
      )
        return `operation ${i - first[t]!} of the transaction of event ${begin[t]} did not see the state after ${snapshot} commits`;
  }
  return undefined;
}

/**
 * Whether every read saw the state that the commits before its transaction made, and what predicates left out did not match there; with
 * `itemsOnly` what they showed or left out is not asked.
 */
export function wrongStates(replay: Replay, itemsOnly = false): string | undefined {
  const { order, transactions } = replay;
  const { first, key, keys, kind, begin, predicate } = transactions;
  const current = replay.versionFirst.slice(0, keys.length);
  for (const t of order) {
    for (let i = first[t]!; i < first[t + 1]!; i++)
      if (
        itemsOnly && predicate !== undefined && predicate[i]! >= 0
          ? false
          : (isReadEntry(replay, i) && !replay.shows(i, current[key[i]!]!)) ||
            leavesOutWrongly(replay, t, i, current[key[i]!]!)
      )
        return `operation ${i - first[t]!} of the transaction of event ${begin[t]} did not see the state that the commits before it made`;
    for (let i = first[t]!; i < first[t + 1]!; i++)
      if ((kind[i]! & 1) === 1 && isWriteEntry(replay, i)) current[key[i]!] = replay.version[i]!;
  }
  return undefined;
}

/** Whether a predicate left a row out that this version of it matches, and that the transaction had not written before. */
function leavesOutWrongly({ transactions, content }: Replay, t: number, i: number, version: number): boolean {
  const { predicate, first, kind, key, value, status, history } = transactions;
  if (predicate === undefined || predicate[i]! < 0 || value[i] !== Unread || status[t] !== Committed)
    return false;
  for (let own = first[t]!; own < i; own++) if (kind[own] === Write && key[own] === key[i]) return false;
  const row = history.valueTable.get(content[version]!);
  return row !== null && predicateOf(history.valueTable.get(predicate[i]!))?.(row) === true;
}
