import type { Edge } from "../decision.ts";
import { Initial, type Reading } from "../reading.ts";
import type { Transactions } from "../transactions.ts";

export interface ItemsOnly {
  readonly reading: Reading;
  /** An edge of it as one of the whole reading. */
  readonly inWhole: (edge: Edge) => Edge;
}

/**
 * The reading as repeatable read (PL-2.99) judges it, which lets rows come up that a predicate would have shown: a row that one
 * showed was read of its writer all the same, but may be overwritten unseen; what one did not show tells nothing, since
 * nothing may have been there yet.
 *
 * Who wrote a row that was shown gets a key of its own for it, which nobody else writes.
 */
export function itemsOnly(reading: Reading): ItemsOnly {
  const { readByPredicate, readFirst, readKey, readOperation, readFrom, nodes } = reading;
  if (readByPredicate === undefined) return { reading, inWhole: (edge) => edge };
  const keys = reading.ordered.length;
  /** Key of its own of each writer and key. */
  const own = new Map<string, number>();
  const ownOf: { readonly key: number; readonly writer: number }[] = [];
  const first = new Int32Array(nodes + 1);
  const key: number[] = [];
  const operation: number[] = [];
  const from: number[] = [];
  const candidates = new Map<number, readonly number[]>();
  for (let n = 1; n < nodes; n++) {
    for (let entry = readFirst[n]!; entry < readFirst[n + 1]!; entry++) {
      const writer = readFrom[entry]!;
      let k = readKey[entry]!;
      if (readByPredicate[entry] === 1) {
        if (writer <= Initial) continue;
        const name = `${k} ${writer}`;
        let number = own.get(name);
        if (number === undefined) {
          number = keys + ownOf.length;
          own.set(name, number);
          ownOf.push({ key: k, writer });
        }
        k = number;
      } else {
        const several = reading.candidates.get(entry);
        if (several !== undefined) candidates.set(key.length, several);
      }
      key.push(k);
      operation.push(readOperation[entry]!);
      from.push(writer);
    }
    first[n + 1] = key.length;
  }
  const items: Reading = {
    ...reading,
    readByPredicate: new Uint8Array(key.length),
    transactions: withKeys(
      reading.transactions,
      ownOf.map((one) => one.key),
    ),
    readFirst: first,
    readKey: Int32Array.from(key),
    readOperation: Int32Array.from(operation),
    readFrom: Int32Array.from(from),
    candidates,
    ...writesOf(reading, ownOf),
    ...writersOf(reading, ownOf),
  };
  return {
    reading: items,
    inWhole: (edge) =>
      edge.key < keys
        ? edge
        : { ...edge, key: ownOf[edge.key - keys]!.key, kind: edge.kind === "wr" ? "wrp" : edge.kind },
  };
}

type Own = readonly { readonly key: number; readonly writer: number }[];

function withKeys(transactions: Transactions, more: readonly number[]): Transactions {
  const { keys, traceFirst } = transactions;
  const end = traceFirst[keys.length]!;
  return {
    ...transactions,
    keys: Int32Array.from([...keys, ...more.map((k) => keys[k]!)]),
    traceFirst: Int32Array.from([...traceFirst, ...more.map(() => end)]),
  };
}

function writesOf(
  { writeFirst, writeKey, writeOperation, nodes, ordered }: Reading,
  own: Own,
): Pick<Reading, "writeFirst" | "writeKey" | "writeOperation"> {
  const more = new Map<number, number[]>();
  own.forEach(({ writer }, i) => {
    const list = more.get(writer);
    if (list === undefined) more.set(writer, [i]);
    else list.push(i);
  });
  const first = new Int32Array(nodes + 1);
  const key: number[] = [];
  const operation: number[] = [];
  for (let n = 1; n < nodes; n++) {
    const from = writeFirst[n]!;
    const to = writeFirst[n + 1]!;
    for (let entry = from; entry < to; entry++) {
      key.push(writeKey[entry]!);
      operation.push(writeOperation[entry]!);
    }
    for (const i of more.get(n) ?? []) {
      key.push(ordered.length + i);
      operation.push(writeOperation[from + writeKey.subarray(from, to).indexOf(own[i]!.key)]!);
    }
    first[n + 1] = key.length;
  }
  return { writeFirst: first, writeKey: Int32Array.from(key), writeOperation: Int32Array.from(operation) };
}

function writersOf(
  { writerFirst, writer, ordered }: Reading,
  own: Own,
): Pick<Reading, "writerFirst" | "writer" | "ordered"> {
  return {
    writerFirst: Int32Array.from([...writerFirst, ...own.map((_, i) => writer.length + 2 * (i + 1))]),
    writer: Int32Array.from([...writer, ...own.flatMap((one) => [Initial, one.writer])]),
    ordered: Int32Array.from([...ordered, ...own.map(() => 2)]),
  };
}
