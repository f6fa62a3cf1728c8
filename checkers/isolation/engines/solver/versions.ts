import type { Edge } from "../../decision.ts";
import { Initial, type Reading } from "../../reading.ts";
import { readers } from "../saturation/known.ts";

/** The versions of all keys, numbered as `Reading.writer`, and the chains that nothing can come between. */
export interface Versions {
  readonly key: Int32Array;
  /** Who wrote each. */
  readonly node: Int32Array;
  readonly versionOfWrite: Int32Array;
  /** −1 where it is one of several. */
  readonly versionOfRead: Int32Array;
  /** Node of each read entry. */
  readonly reader: Int32Array;
  /** Versions that a read entry may have seen, where values are not unique. */
  readonly choices: ReadonlyMap<number, readonly number[]>;
  /** 1 for a version that some read may have seen or not. */
  readonly isChoice: Uint8Array;
  /** Read entries that certainly saw version v: `readsOf[readsFirst[v]]` to `readsFirst[v + 1]`. */
  readonly readsFirst: Int32Array;
  readonly readsOf: Int32Array;

  /** The version right after each in its chain, −1 for the last. */
  readonly next: Int32Array;
  /** Chains of key k: `chainFirst[k]` to `chainFirst[k + 1]`; the first of them comes first. */
  readonly chainFirst: Int32Array;
  readonly head: Int32Array;
  readonly tail: Int32Array;
  readonly chain: Int32Array;
  /** A cycle of two writers of one key, if their versions contradict one another. */
  readonly contradiction?: readonly Edge[];
}

export function versionsOf(reading: Reading, chains: boolean, heeded: (key: number) => boolean): Versions {
  const { nodes, writerFirst, writer, ordered, readKey, readFrom } = reading;
  const keys = ordered.length;
  const count = writer.length;
  const key = new Int32Array(count);
  for (let k = 0; k < keys; k++) key.fill(k, writerFirst[k], writerFirst[k + 1]);
  const found = findVersions(reading);
  const { versionOfWrite, versionOfRead } = found;
  const reader = readers(reading);

  const isChoice = new Uint8Array(count);
  for (const some of found.choices.values()) for (const v of some) isChoice[v] = 1;
  const readsFirst = new Int32Array(count + 1);
  for (const v of versionOfRead) if (v >= 0) readsFirst[v + 1]!++;
  for (let v = 0; v < count; v++) readsFirst[v + 1]! += readsFirst[v]!;
  const filled = readsFirst.slice();
  const readsOf = new Int32Array(readsFirst[count]!);
  for (let r = 0; r < versionOfRead.length; r++)
    if (versionOfRead[r]! >= 0) readsOf[filled[versionOfRead[r]!]!++] = r;

  const next = new Int32Array(count).fill(-1);
  const isNext = new Uint8Array(count);
  const known = new Int32Array(keys);
  for (let k = 0; k < keys; k++) {
    known[k] = heeded(k) ? ordered[k]! : 1;
    for (let v = writerFirst[k]! + 1; v < writerFirst[k]! + known[k]!; v++) {
      next[v - 1] = v;
      isNext[v] = 1;
    }
  }
  let contradiction: readonly Edge[] | undefined;
  if (chains) {
    // The version that each node wrote of the key at hand.
    const { writeFirst, writeKey } = reading;
    const ownKey = new Int32Array(keys).fill(-1);
    const ownVersion = new Int32Array(keys);
    for (let n = Initial + 1; n < nodes && contradiction === undefined; n++) {
      for (let w = writeFirst[n]!; w < writeFirst[n + 1]!; w++) {
        ownKey[writeKey[w]!] = n;
        ownVersion[writeKey[w]!] = versionOfWrite[w]!;
      }
      for (let r = reading.readFirst[n]!; r < reading.readFirst[n + 1]!; r++) {
        const k = readKey[r]!;
        const v = versionOfRead[r]!;
        if (v < 0 || ownKey[k] !== n) continue;
        const written = ownVersion[k]!;
        const limit = writerFirst[k]! + known[k]!;
        // It wrote an earlier version than it read: a cycle that every graph has.
        if (written < limit && written <= v) continue;
        if (next[v] === written) continue;
        if (next[v]! < 0) {
          if (isNext[written] === 1) {
            if (written >= limit) contradiction = readTwo(reading, n, k, readFrom[r]!);
            continue;
          }
          next[v] = written;
          isNext[written] = 1;
          continue;
        }
        const between = next[v]!;
        contradiction =
          between < limit
            ? overtaken(k, writer[between]!, n)
            : lostUpdate(k, writer[v]!, writer[between]!, n);
      }
    }
  }

  const chainFirst = new Int32Array(keys + 1);
  const heads: number[] = [];
  const tails: number[] = [];
  const chain = new Int32Array(count).fill(-1);
  for (let k = 0; k < keys; k++) {
    for (let v = writerFirst[k]!; v < writerFirst[k + 1]!; v++) {
      if (isNext[v] === 1) continue;
      let last = v;
      for (; ; last = next[last]!) {
        chain[last] = heads.length;
        if (next[last]! < 0) break;
      }
      heads.push(v);
      tails.push(last);
    }
    chainFirst[k + 1] = heads.length;
  }
  return {
    key,
    node: writer,
    versionOfWrite,
    versionOfRead,
    reader,
    choices: found.choices,
    isChoice,
    readsFirst,
    readsOf,
    next,
    chainFirst,
    head: Int32Array.from(heads),
    tail: Int32Array.from(tails),
    chain,
    ...(contradiction === undefined ? {} : { contradiction }),
  };
}

/** Which version each write made and each read saw. */
function findVersions(reading: Reading): Pick<Versions, "versionOfWrite" | "versionOfRead" | "choices"> {
  const { nodes, writerFirst, writer, ordered, writeFirst, writeKey, readKey, readFrom, candidates } =
    reading;
  const keys = ordered.length;
  const writesFirst = new Int32Array(keys + 1);
  const readsFirst = new Int32Array(keys + 1);
  for (const k of writeKey) writesFirst[k + 1]!++;
  for (const k of readKey) readsFirst[k + 1]!++;
  for (let k = 0; k < keys; k++) {
    writesFirst[k + 1]! += writesFirst[k]!;
    readsFirst[k + 1]! += readsFirst[k]!;
  }
  const writesOf = new Int32Array(writeKey.length);
  const writesBy = new Int32Array(writeKey.length);
  const readsOf = new Int32Array(readKey.length);
  const nextWrite = writesFirst.slice();
  const nextRead = readsFirst.slice();
  for (let n = 0; n < nodes; n++)
    for (let w = writeFirst[n]!; w < writeFirst[n + 1]!; w++) {
      const at = nextWrite[writeKey[w]!]!++;
      writesOf[at] = w;
      writesBy[at] = n;
    }
  for (let r = 0; r < readKey.length; r++) readsOf[nextRead[readKey[r]!]!++] = r;

  const versionOfWrite = new Int32Array(writeKey.length);
  const versionOfRead = new Int32Array(readKey.length);
  const choices = new Map<number, readonly number[]>();
  const version = new Int32Array(nodes);
  for (let k = 0; k < keys; k++) {
    for (let v = writerFirst[k]!; v < writerFirst[k + 1]!; v++) version[writer[v]!] = v;
    for (let i = writesFirst[k]!; i < writesFirst[k + 1]!; i++)
      versionOfWrite[writesOf[i]!] = version[writesBy[i]!]!;
    for (let i = readsFirst[k]!; i < readsFirst[k + 1]!; i++) {
      const r = readsOf[i]!;
      const from = readFrom[r]!;
      versionOfRead[r] = from >= 0 ? version[from]! : -1;
      const some = from >= 0 ? undefined : candidates.get(r);
      if (some !== undefined)
        choices.set(
          r,
          some.map((node) => version[node]!),
        );
    }
  }
  return { versionOfWrite, versionOfRead, choices };
}

/** Two transactions read one version and both wrote the next: whichever came later overwrote what the other had read. */
function lostUpdate(key: number, read: number, a: number, b: number): Edge[] {
  const after = (reader: number, writer: number): Edge => ({
    from: reader,
    to: writer,
    kind: "rw",
    key,
    because: [{ from: read, to: writer, kind: "wr", key }],
  });
  const overwrote = read === Initial ? { from: b, to: a, kind: "rw" as const, key } : after(b, a);
  return [
    read === Initial ? { from: a, to: b, kind: "rw", key } : after(a, b),
    { from: b, to: a, kind: "ww", key, because: [overwrote] },
  ];
}

/** A transaction wrote a version after one that had followed what it read. */
function overtaken(key: number, between: number, late: number): Edge[] {
  return [
    { from: between, to: late, kind: "ww", key },
    { from: late, to: between, kind: "rw", key },
  ];
}

/**
 * A transaction read two versions of a key that it then wrote: whichever is the older, the other one came between that and its own.
 */
function readTwo(
  { readFirst, readKey, readFrom }: Reading,
  reader: number,
  key: number,
  one: number,
): Edge[] {
  let other = one;
  for (let r = readFirst[reader]!; r < readFirst[reader + 1]!; r++)
    if (readKey[r] === key && readFrom[r]! >= 0 && readFrom[r] !== one) other = readFrom[r]!;
  const [older, newer] = one === Initial ? [one, other] : [other, one];
  const read = (from: number): Edge => ({ from, to: reader, kind: "wr", key });
  const overwrote: Edge = { from: reader, to: newer, kind: "rw", key };
  const order: Edge = { from: older, to: newer, kind: "ww", key, because: [read(older), read(newer)] };
  return [
    { from: newer, to: reader, kind: "ww", key, because: [read(newer)] },
    older === Initial ? overwrote : { ...overwrote, because: [order] },
  ];
}
