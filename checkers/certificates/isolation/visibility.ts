import type { Strength } from "../../isolation/levels.ts";
import { isReadEntry, isWriteEntry, versionsBefore } from "./order.ts";
import { Before, NoVersionSeen, type Replay } from "./replay.ts";

/** A read that is older than what its transaction's session, or real time, had to show: (O ; RW) is not irreflexive. */
export function missesOrder(replay: Replay, strength: Strength): string | undefined {
  const latest = versionsBefore(replay, strength);
  for (let i = 0; i < latest.length; i++)
    if (latest[i]! > replay.version[i]!)
      return older(replay, i, "a transaction that precedes this one wrote");
  return undefined;
}

/**
 * A read that is older than what a transaction wrote from which another read of the same transaction is: any other read, or, if
 * `inOrder`, an earlier one.
 */
export function missesWriters(replay: Replay, inOrder: boolean): string | undefined {
  const { order, transactions, version, writtenAt } = replay;
  const { first, key, keys } = transactions;
  /** By key: the oldest version that the operations looked at so far read; the operation. */
  const oldest = new Int32Array(keys.length);
  const oldestRead = new Int32Array(keys.length);
  const lookedAtBy = new Int32Array(keys.length).fill(-1);
  /** By position: the transaction that last looked at it. */
  const seenBy = new Int32Array(order.length).fill(-1);
  const isFirst = new Uint8Array(transactions.kind.length);
  for (const t of order) {
    let reads = 0;
    const look = (i: number): void => {
      const k = key[i]!;
      if (lookedAtBy[k] === t && oldest[k]! <= version[i]!) return;
      lookedAtBy[k] = t;
      oldest[k] = version[i]!;
      oldestRead[k] = i;
    };
    for (let i = first[t]!; i < first[t + 1]!; i++) {
      if (!isReadEntry(replay, i)) continue;
      reads++;
      const writer = writtenAt[version[i]!]!;
      if (writer !== Before && seenBy[writer] !== t) {
        seenBy[writer] = t;
        isFirst[i] = 1;
      }
      if (!inOrder) look(i);
    }
    for (let i = first[t + 1]! - 1; i >= first[t]!; i--) {
      if (!isReadEntry(replay, i)) continue;
      if (isFirst[i] === 1) {
        const problem = missed(
          replay,
          t,
          i,
          reads,
          (k, written) => lookedAtBy[k] === t && oldest[k]! < written,
          oldestRead,
        );
        if (problem !== undefined) return problem;
      }
      if (inOrder) look(i);
    }
  }
  return undefined;
}

/** Whether the writer of what operation i read wrote a newer version of what the transaction also read; looks at the shorter of both. */
function missed(
  replay: Replay,
  t: number,
  i: number,
  reads: number,
  isOlder: (key: number, written: number) => boolean,
  oldestRead: Int32Array,
): string | undefined {
  const { order, transactions, version, writtenAt } = replay;
  const { first, key } = transactions;
  const position = writtenAt[version[i]!]!;
  const writer = order[position]!;
  const because = "a transaction wrote from which it reads as well";
  if (first[writer + 1]! - first[writer]! <= 8 * reads) {
    for (let j = first[writer]!; j < first[writer + 1]!; j++)
      if (isWriteEntry(replay, j) && isOlder(key[j]!, version[j]!))
        return older(replay, oldestRead[key[j]!]!, because);
    return undefined;
  }
  for (let j = first[t]!; j < first[t + 1]!; j++) {
    if (!isReadEntry(replay, j)) continue;
    const written = replay.writtenBy(key[j]!, position);
    if (written !== NoVersionSeen && isOlder(key[j]!, written))
      return older(replay, oldestRead[key[j]!]!, because);
  }
  return undefined;
}

/** A read of a version that a transaction overwrote which wrote another key before this one did: (WW ; RW) is not irreflexive. */
export function missesConflicts(replay: Replay): string | undefined {
  const { order, transactions, version, writtenAt } = replay;
  const { first, key } = transactions;
  for (const [p, t] of order.entries()) {
    for (let i = first[t]!; i < first[t + 1]!; i++) {
      if (!isReadEntry(replay, i)) continue;
      for (
        let later = version[i]! + 1;
        later < replay.versionFirst[key[i]! + 1]! && writtenAt[later]! < p;
        later++
      )
        for (let j = first[t]!; j < first[t + 1]!; j++)
          if (isWriteEntry(replay, j) && replay.writtenBy(key[j]!, writtenAt[later]!) !== NoVersionSeen)
            return older(replay, i, "a transaction wrote that wrote a key of this one before it");
    }
  }
  return undefined;
}

/** A read of a version that another transaction overwrote before this one overwrote it in turn. */
export function losesUpdates(replay: Replay): string | undefined {
  const { order, transactions, version } = replay;
  const { first, key } = transactions;
  for (const [p, t] of order.entries()) {
    for (let i = first[t]!; i < first[t + 1]!; i++) {
      if (!isReadEntry(replay, i)) continue;
      const own = replay.writtenBy(key[i]!, p);
      if (own !== NoVersionSeen && own > version[i]! + 1)
        return older(replay, i, "another transaction wrote before this one wrote the key");
    }
  }
  return undefined;
}

function older({ transactions }: Replay, i: number, than: string): string {
  const { first, begin } = transactions;
  let t = 0;
  while (first[t + 1]! <= i) t++;
  return `operation ${i - first[t]!} of the transaction of event ${begin[t]} saw a version older than ${than}`;
}
