import { HistoryBuilder } from "../../../../histories/builder.ts";
import type { Reading } from "../../reading.ts";
import { Read, Write, type Transactions } from "../../transactions.ts";

/** A transaction of a hand-made reading: node i + 1 is the i-th. */
export interface Described {
  readonly session: number;
  readonly begin: number;
  /** `Never` if its outcome is unknown. */
  readonly end: number;
  readonly operations: readonly DescribedOperation[];
}

export type DescribedOperation =
  /** Nodes that may have written what was read. */
  { readonly read: number; readonly from: readonly number[] } | { readonly write: number };

/** Orders of versions that are known: by key, the first writers after the initial one. */
export type KnownOrders = ReadonlyMap<number, readonly number[]>;

/**
 * The reading of some transactions, in the order of their invocations. Reads after an own write, and all but the last of a
 * transaction's writes of a key, are left out.
 */
export function readingOf(
  all: readonly Described[],
  keys: number,
  orders: KnownOrders = new Map(),
  timed = true,
): Reading {
  const nodes = all.length + 1;
  const sessions = Math.max(0, ...all.map(({ session }) => session + 1));
  const bySession = Array.from({ length: sessions }, (): number[] => []);
  const session = [-1];
  const place = [0];
  all.forEach((described, i) => {
    session.push(described.session);
    place.push(bySession[described.session]!.push(i + 1) - 1);
  });
  const writeFirst = [0, 0];
  const writeKey: number[] = [];
  const writeOperation: number[] = [];
  const readFirst = [0, 0];
  const readKey: number[] = [];
  const readOperation: number[] = [];
  const readFrom: number[] = [];
  const candidates = new Map<number, readonly number[]>();
  const writers = Array.from({ length: keys }, (): number[] => []);
  const kind: number[] = [];
  const key: number[] = [];
  const first = [0];
  all.forEach(({ operations }, i) => {
    const last = new Map<number, number>();
    for (const operation of operations) {
      if ("write" in operation) {
        last.set(operation.write, kind.length);
        kind.push(Write);
        key.push(operation.write);
        continue;
      }
      if (!last.has(operation.read)) {
        if (operation.from.length > 1) candidates.set(readKey.length, operation.from);
        readKey.push(operation.read);
        readOperation.push(kind.length);
        readFrom.push(operation.from.length > 1 ? -1 : operation.from[0]!);
      }
      kind.push(Read);
      key.push(operation.read);
    }
    for (const [written, operation] of last) {
      writeKey.push(written);
      writeOperation.push(operation);
      writers[written]!.push(i + 1);
    }
    writeFirst.push(writeKey.length);
    readFirst.push(readKey.length);
    first.push(kind.length);
  });
  const writerFirst = [0];
  const writer: number[] = [];
  const ordered: number[] = [];
  for (let k = 0; k < keys; k++) {
    const known = orders.get(k) ?? [];
    writer.push(0, ...known, ...writers[k]!.filter((node) => !known.includes(node)));
    ordered.push(known.length + 1);
    writerFirst.push(writer.length);
  }
  const own = Int32Array.from({ length: all.length }, (_, i) => i + 1);
  const transactions: Transactions = {
    history: new HistoryBuilder().build(),
    count: all.length,
    status: new Uint8Array(all.length),
    session: Int32Array.from(session.slice(1)),
    sessions,
    begin: Int32Array.from(all, ({ begin }) => begin),
    end: Int32Array.from(all, ({ end }) => end),
    first: Int32Array.from(first),
    kind: Uint8Array.from(kind),
    key: Int32Array.from(key),
    value: new Int32Array(kind.length),
    keys: Int32Array.from({ length: keys }, (_, k) => k),
    traceFirst: new Int32Array(keys + 1),
    traceElement: new Int32Array(0),
    deviantFirst: new Int32Array(1),
    deviantElement: new Int32Array(0),
    timed,
  };
  return {
    transactions,
    nodes,
    transaction: Int32Array.from([-1, ...all.keys()]),
    node: own,
    session: Int32Array.from(session),
    place: Int32Array.from(place),
    sessions,
    sessionFirst: Int32Array.from(
      bySession.reduce((ends, members) => [...ends, ends.at(-1)! + members.length], [0]),
    ),
    sessionNode: Int32Array.from(bySession.flat()),
    begin: Int32Array.from([-1, ...all.map(({ begin }) => begin)]),
    end: Int32Array.from([-1, ...all.map(({ end }) => end)]),
    writeFirst: Int32Array.from(writeFirst),
    writeKey: Int32Array.from(writeKey),
    writeOperation: Int32Array.from(writeOperation),
    readFirst: Int32Array.from(readFirst),
    readKey: Int32Array.from(readKey),
    readOperation: Int32Array.from(readOperation),
    readFrom: Int32Array.from(readFrom),
    writerFirst: Int32Array.from(writerFirst),
    writer: Int32Array.from(writer),
    ordered: Int32Array.from(ordered),
    candidates,
    findings: [],
    gaps: [],
  };
}
