import { Append, Committed, ReadList, Write } from "../../isolation/transactions.ts";
import { NoVersionSeen, type Replay } from "./replay.ts";

/** How much a level asks of a read that comes after other operations of the transaction on the same key. */
export const OwnReads = {
  /** That somebody wrote what it saw, and did so before. */
  Known: 0,
  /** That it saw the transaction's own writes, if any precede it. */
  OwnWrites: 1,
  /** That it also saw what an earlier read of the key saw. */
  Repeatable: 2,
} as const;

/** What is wrong with reads after own operations on their key, for as much as a level asks. */
export function wrongOwnReads(replay: Replay, asked: number): string | undefined {
  const { order, transactions } = replay;
  const { first, kind, key, keys, status, begin } = transactions;
  const touchedBy = new Int32Array(keys.length).fill(-1);
  /** Of the transaction at hand, by key: its last write, how many elements it has appended, the last it read before any write. */
  const lastWrite = new Int32Array(keys.length);
  const appended = new Int32Array(keys.length);
  const lastRead = new Int32Array(keys.length);
  for (const t of order) {
    if (status[t] !== Committed) continue;
    for (let i = first[t]!; i < first[t + 1]!; i++) {
      const k = key[i]!;
      if (touchedBy[k] !== t) {
        touchedBy[k] = t;
        lastWrite[k] = lastRead[k] = -1;
        appended[k] = 0;
      }
      if (kind[i] === Write || kind[i] === Append) {
        lastWrite[k] = i;
        if (kind[i] === Append) appended[k]!++;
        continue;
      }
      if (!replay.isRead(i)) continue;
      const earlier = lastRead[k]!;
      const own = lastWrite[k]!;
      if (own < 0) lastRead[k] = i;
      const repeats =
        asked < OwnReads.Repeatable || earlier < 0 || isRepeated(replay, earlier, i, own, appended[k]!);
      const saw =
        own < 0 ||
        sawOwn(replay, i, own, appended[k]!) ||
        (asked === OwnReads.Known && isKnown(replay, t, i));
      if (!repeats || !saw)
        return `operation ${i - first[t]!} of the transaction of event ${begin[t]} contradicts what that did before`;
    }
  }
  return undefined;
}

/** Whether a read after own writes saw the last of them; of a list, the version before with all own elements so far. */
function sawOwn(replay: Replay, i: number, own: number, appended: number): boolean {
  const { kind, value } = replay.transactions;
  if (kind[i] !== ReadList) return value[own] === value[i];
  return replay.lengthRead(i) === lengthBefore(replay, i) + appended;
}

/** Whether a read saw what an earlier one had seen, apart from own writes since. */
function isRepeated(replay: Replay, earlier: number, i: number, own: number, appended: number): boolean {
  const { kind, value } = replay.transactions;
  if (kind[i] === ReadList) return replay.lengthRead(earlier) === replay.lengthRead(i) - appended;
  return own >= 0 || value[earlier] === value[i];
}

/** Length of the list that the transaction of operation i put its elements on. */
function lengthBefore(replay: Replay, i: number): number {
  return replay.content[versionMadeAround(replay, i) - 1]!;
}

/** The version of operation i's key that its own transaction made. */
function versionMadeAround(replay: Replay, i: number): number {
  const { first, kind, key } = replay.transactions;
  const t = transactionOf(first, i);
  for (let j = first[t]!; j < first[t + 1]!; j++)
    if ((kind[j] === Append || kind[j] === Write) && key[j] === key[i] && replay.version[j] !== NoVersionSeen)
      return replay.version[j]!;
  return NoVersionSeen;
}

function transactionOf(first: Int32Array, i: number): number {
  let low = 0;
  let high = first.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (first[middle]! <= i) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Whether a read after own writes, which contradicts them, at least saw what was written: an own value, or another's last. */
function isKnown(replay: Replay, t: number, i: number): boolean {
  const { first, kind, key, value } = replay.transactions;
  const k = key[i]!;
  const made = versionMadeAround(replay, i);
  if (kind[i] === ReadList) {
    const length = replay.lengthRead(i);
    const before = lengthBefore(replay, i);
    let own = 0;
    let all = 0;
    for (let j = first[t]!; j < first[t + 1]!; j++) {
      if (kind[j] !== Append || key[j] !== k) continue;
      all++;
      if (j < i) own++;
    }
    if (length < 0) return false;
    if (length > before && length <= before + own) return true;
    for (let version = replay.versionFirst[k]!; version < replay.versionFirst[k + 1]!; version++)
      if (replay.content[version] === length && (version < made || (version > made && own === all)))
        return true;
    return false;
  }
  for (let j = first[t]!; j < i; j++)
    if (kind[j] === Write && key[j] === k && value[j] === value[i]) return true;
  for (let version = replay.versionFirst[k]!; version < replay.versionFirst[k + 1]!; version++)
    if (version !== made && replay.content[version] === value[i]) return true;
  return false;
}
