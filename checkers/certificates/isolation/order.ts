import { Never } from "../../isolation/transactions.ts";
import type { Strength } from "../../isolation/levels.ts";
import { NoVersionSeen, type Replay } from "./replay.ts";

/** The transaction that stands before an earlier one of its session, in words. */
export function breaksSessions({ order, position, transactions }: Replay): string | undefined {
  const { session, sessions, begin, count } = transactions;
  const latest = new Int32Array(sessions).fill(-1);
  for (let t = 0; t < count; t++) {
    const p = position[t]!;
    if (p < 0) continue;
    const s = session[t]!;
    if (p < latest[s]!)
      return `the transaction of event ${begin[t]} commits before that of event ${begin[order[latest[s]!]!]}, which is earlier in its session`;
    latest[s] = p;
  }
  return undefined;
}

/** The transaction that stands after one which began when it was over, in words. */
export function breaksRealTime({ order, transactions }: Replay): string | undefined {
  const { begin, end, timed } = transactions;
  if (!timed) return undefined;
  let latest = -1;
  for (const t of order) {
    if (latest >= 0 && end[t]! < begin[latest]!)
      return `the transaction of event ${begin[t]} was over before that of event ${begin[latest]} began, yet commits after it`;
    if (latest < 0 || begin[t]! > begin[latest]!) latest = t;
  }
  return undefined;
}

export function breaksOrder(replay: Replay, strength: Strength): string | undefined {
  if (strength === "plain") return undefined;
  return breaksSessions(replay) ?? (strength === "strong" ? breaksRealTime(replay) : undefined);
}

/** Transactions in the order of their ends, without those that never ended or do not commit. */
export function byEnd({ order, transactions }: Replay): Int32Array {
  const { end } = transactions;
  return order.filter((t) => end[t] !== Never).toSorted((a, b) => end[a]! - end[b]!);
}

/** Calls `before` for the transactions that commit in the order of their beginnings; `over` has been called for those over by then. */
export function sweepTime(replay: Replay, over: (t: number) => void, before: (t: number) => void): void {
  const { begin, end, count } = replay.transactions;
  const ended = byEnd(replay);
  let next = 0;
  for (let t = 0; t < count; t++) {
    if (replay.position[t]! < 0) continue;
    while (next < ended.length && end[ended[next]!]! < begin[t]!) over(ended[next++]!);
    before(t);
  }
}

/**
 * Of each read, the latest version of its key whose writer is before its transaction in session order or, for `strong`, in real
 * time as well. The execution must keep to these orders.
 */
export function versionsBefore(replay: Replay, strength: Strength): Int32Array {
  const { first, kind, key, keys, session, timed } = replay.transactions;
  const latest = new Int32Array(kind.length).fill(NoVersionSeen);
  if (strength === "plain") return latest;
  const ofSession = new Map<number, number>();
  for (const t of replay.order) {
    for (let i = first[t]!; i < first[t + 1]!; i++)
      if (isReadEntry(replay, i))
        latest[i] = ofSession.get(session[t]! * keys.length + key[i]!) ?? NoVersionSeen;
    for (let i = first[t]!; i < first[t + 1]!; i++)
      if (isWriteEntry(replay, i)) ofSession.set(session[t]! * keys.length + key[i]!, replay.version[i]!);
  }
  if (strength !== "strong" || !timed) return latest;
  const over = new Int32Array(keys.length).fill(NoVersionSeen);
  sweepTime(
    replay,
    (t) => {
      for (let i = first[t]!; i < first[t + 1]!; i++)
        if (isWriteEntry(replay, i)) over[key[i]!] = Math.max(over[key[i]!]!, replay.version[i]!);
    },
    (t) => {
      for (let i = first[t]!; i < first[t + 1]!; i++)
        if (isReadEntry(replay, i)) latest[i] = Math.max(latest[i]!, over[key[i]!]!);
    },
  );
  return latest;
}

/** Whether an operation read a version that is another transaction's. */
export function isReadEntry({ transactions, version }: Replay, i: number): boolean {
  return (transactions.kind[i]! & 1) === 0 && version[i] !== NoVersionSeen;
}

/** Whether an operation is its transaction's last write of its key. */
export function isWriteEntry({ transactions, version }: Replay, i: number): boolean {
  return (transactions.kind[i]! & 1) === 1 && version[i] !== NoVersionSeen;
}
