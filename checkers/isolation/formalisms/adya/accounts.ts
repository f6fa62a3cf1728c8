import { InitialValue, type PlainHistory, type PlainOperation, type PlainTransaction } from "../plain.ts";
import { Relation } from "./relation.ts";

/** A read of another transaction's version: by whom, where in its program, of which key, from whom. */
export interface ReadFrom {
  readonly reader: number;
  readonly place: number;
  readonly key: number;
  readonly writer: number;
}

/** The committed transactions; 0 is the initial one, which has no operations here and wrote every key. */
export interface Committed {
  readonly nodes: readonly (PlainTransaction | undefined)[];
  readonly keys: readonly number[];
}

/** Adya's history: who read from whom, and the version order of each key. */
export interface Account extends Committed {
  readonly reads: readonly ReadFrom[];
  /** Writers of each key, the initial transaction first. */
  readonly order: ReadonlyMap<number, readonly number[]>;
  /** Whether every list that was read after own appends is the version before with all of these. */
  readonly ownLists: boolean;
}

/** Every choice of which undetermined transactions committed. */
export function* choicesOfCommitted({ transactions }: PlainHistory): Generator<Committed> {
  const keys = [...new Set(transactions.flatMap(({ operations }) => operations.map(({ key }) => key)))];
  const undetermined = transactions.filter(({ status }) => status === "undetermined");
  for (let chosen = 0; chosen < 1 << undetermined.length; chosen++) {
    const nodes = transactions.filter(
      (transaction) =>
        transaction.status === "committed" ||
        (transaction.status === "undetermined" && ((chosen >> undetermined.indexOf(transaction)) & 1) === 1),
    );
    yield { nodes: [undefined, ...nodes], keys };
  }
}

/** Every version order of every key. */
export function* versionOrders(committed: Committed): Generator<ReadonlyMap<number, readonly number[]>> {
  yield* ordersOf(committed, 0, new Map());
}

function* ordersOf(
  committed: Committed,
  at: number,
  order: Map<number, readonly number[]>,
): Generator<ReadonlyMap<number, readonly number[]>> {
  const key = committed.keys[at];
  if (key === undefined) {
    yield order;
    return;
  }
  const writers = committed.nodes.flatMap((node, i) => (writesOf(node, key).length > 0 ? [i] : []));
  for (const permuted of permutations(writers)) {
    order.set(key, [0, ...permuted]);
    yield* ordersOf(committed, at + 1, order);
  }
}

function* permutations(items: readonly number[]): Generator<number[]> {
  if (items.length === 0) yield [];
  for (const [i, item] of items.entries())
    for (const rest of permutations(items.toSpliced(i, 1))) yield [item, ...rest];
}

/** Values that a transaction wrote to a key, in program order. */
export function writesOf(node: PlainTransaction | undefined, key: number): number[] {
  return (node?.operations ?? []).flatMap((operation) =>
    operation.key === key && isWrite(operation) ? [operation.value] : [],
  );
}

export function isWrite(operation: PlainOperation): operation is PlainOperation & { value: number } {
  return operation.kind === "write" || operation.kind === "append";
}

/** What the list of a key held after the first `count` of its writers. */
export function listAfter(
  { nodes }: Committed,
  order: readonly number[],
  key: number,
  count: number,
): number[] {
  return order.slice(0, count).flatMap((writer) => writesOf(nodes[writer], key));
}

/**
 * Every choice of writers for what was read, given the version orders; none if some read saw what no committed
 * transaction wrote last, or what the reader itself wrote later.
 */
export function* accounts(
  committed: Committed,
  order: ReadonlyMap<number, readonly number[]>,
): Generator<Account> {
  const choices: ReadFrom[][] = [];
  let ownLists = true;
  for (const [reader, node] of committed.nodes.entries()) {
    if (node === undefined || node.status !== "committed") continue;
    for (const [place, operation] of node.operations.entries()) {
      if (isWrite(operation) || operation.value === undefined) continue;
      const { key } = operation;
      const writers = writersOf(committed, order.get(key) ?? [0], reader, place);
      const own = writesOf({ ...node, operations: node.operations.slice(0, place) }, key);
      if (own.length === 0) choices.push(writers.map((writer) => ({ reader, place, key, writer })));
      else {
        const base = before(committed, order.get(key) ?? [], key, reader);
        if (!isOwn(operation, own, base) && writers.length === 0) return;
        if (operation.kind === "read-list" && !same(operation.value, [...base, ...own])) ownLists = false;
      }
    }
  }
  yield* choose({ ...committed, order, ownLists }, choices, []);
}

function* choose(
  rest: Omit<Account, "reads">,
  choices: readonly (readonly ReadFrom[])[],
  reads: readonly ReadFrom[],
): Generator<Account> {
  const next = choices[reads.length];
  if (next === undefined) yield { ...rest, reads };
  else for (const read of next) yield* choose(rest, choices, [...reads, read]);
}

function before(committed: Committed, order: readonly number[], key: number, node: number): number[] {
  return listAfter(committed, order, key, order.indexOf(node));
}

/** Whether a read may have seen the transaction's own earlier writes of the key. */
function isOwn(operation: PlainOperation, own: readonly number[], base: readonly number[]): boolean {
  if (operation.kind === "read") return operation.value !== undefined && own.includes(operation.value);
  if (operation.kind !== "read-list") return false;
  return own.some((_, i) => same(operation.value ?? [], [...base, ...own.slice(0, i + 1)]));
}

/** Transactions whose final version of the key the read may have seen. */
function writersOf(
  committed: Committed,
  order: readonly number[],
  reader: number,
  place: number,
): readonly number[] {
  const node = committed.nodes[reader];
  const operation = node?.operations[place];
  if (node === undefined || operation === undefined) return [];
  const { kind, key, value } = operation;
  if (kind === "read")
    return order.filter(
      (writer) =>
        writer !== reader && (writesOf(committed.nodes[writer], key).at(-1) ?? InitialValue) === value,
    );
  if (kind !== "read-list") return [];
  const early = isWriter(node, key, 0, place);
  const late = isWriter(node, key, place);
  return order.filter((writer, i) => {
    // With own elements, of which some were not appended yet.
    if (early && late && order.indexOf(reader) <= i && order.includes(reader)) return false;
    return writer !== reader && same(value ?? [], listAfter(committed, order, key, i + 1));
  });
}

function isWriter(node: PlainTransaction, key: number, from: number, to?: number): boolean {
  return writesOf({ ...node, operations: node.operations.slice(from, to) }, key).length > 0;
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}

/** WW of one key, or of all. */
export function versionOrder({ nodes, order }: Pick<Account, "nodes" | "order">, key?: number): Relation {
  const relation = new Relation(nodes.length);
  for (const [of, writers] of order)
    if (key === undefined || of === key)
      writers.forEach((a, i) => {
        for (const b of writers.slice(i + 1)) relation.add(a, b);
      });
  return relation;
}
