import { InitialValue, type PlainHistory, type PlainOperation, type PlainTransaction } from "../plain.ts";

/**
 * The arbitration order AR of an abstract execution, and for each external read the transaction that it is to be
 * explained by: `undefined` for the initial one. Visibility is for the axioms to force.
 */
export interface Arbitration {
  readonly order: readonly PlainTransaction[];
  readonly reads: readonly ExplainedRead[];
}

/** `place` of the reader in AR, and that of the writer; −1 for the initial transaction. */
export interface ExplainedRead {
  readonly reader: number;
  readonly key: number;
  readonly writer: number;
}

/** Every arbitration, with every way to explain the external reads by final writes. */
export function* arbitrations({ transactions }: PlainHistory): Generator<Arbitration> {
  const certain = transactions.filter(({ status }) => status === "committed");
  const doubtful = transactions.filter(({ status }) => status === "undetermined");
  const taken = doubtful.map(() => false);
  const orders = function* (
    left: readonly PlainTransaction[],
    order: readonly PlainTransaction[],
  ): Generator<readonly PlainTransaction[]> {
    if (left.length === 0) yield order;
    for (const [i, next] of left.entries()) yield* orders(left.toSpliced(i, 1), [...order, next]);
  };
  do {
    for (const order of orders([...certain, ...doubtful.filter((_, i) => taken[i])], [])) {
      if (!agreesWithInternalLists(order)) continue;
      for (const reads of explanations(order)) yield { order, reads };
    }
  } while (increment(taken));
}

function increment(bits: boolean[]): boolean {
  for (let i = 0; i < bits.length; i++) {
    bits[i] = !bits[i];
    if (bits[i] === true) return true;
  }
  return false;
}

/** The value that the transaction at a place of AR leaves to a key: for a list, all that was appended in AR so far. */
function leaves(
  order: readonly PlainTransaction[],
  place: number,
  key: number,
): number | readonly number[] | undefined {
  const own = order[place]!.operations.filter((operation) => operation.key === key);
  const written = own.findLast(({ kind }) => kind === "write");
  if (written !== undefined) return written.value;
  if (!own.some(({ kind }) => kind === "append")) return undefined;
  return order.slice(0, place + 1).flatMap((transaction) => appends(transaction.operations, key));
}

function appends(operations: readonly PlainOperation[], key: number): number[] {
  const elements: number[] = [];
  for (const operation of operations)
    if (operation.kind === "append" && operation.key === key) elements.push(operation.value);
  return elements;
}

/** External reads of a transaction: the first operation on their key. Later ones are under INT. */
function externalReads({
  status,
  operations,
}: PlainTransaction): (PlainOperation & { kind: "read" | "read-list" })[] {
  if (status !== "committed") return [];
  const touched = new Set<number>();
  const reads: (PlainOperation & { kind: "read" | "read-list" })[] = [];
  for (const operation of operations) {
    if (operation.value === undefined) continue;
    if (!touched.has(operation.key) && (operation.kind === "read" || operation.kind === "read-list"))
      reads.push(operation);
    touched.add(operation.key);
  }
  return reads;
}

function* explanations(order: readonly PlainTransaction[]): Generator<ExplainedRead[]> {
  const choices: ExplainedRead[][] = [];
  for (const [reader, transaction] of order.entries()) {
    for (const { key, value, kind } of externalReads(transaction)) {
      const initially = kind === "read" ? value === InitialValue : Array.isArray(value) && value.length === 0;
      const writers = order.flatMap((_, writer) =>
        // VIS is within AR.
        writer < reader && isDeepEqual(leaves(order, writer, key), value) ? [{ reader, key, writer }] : [],
      );
      choices.push([...(initially ? [{ reader, key, writer: -1 }] : []), ...writers]);
    }
  }
  yield* product(choices);
}

function* product<Item>([first, ...rest]: readonly (readonly Item[])[]): Generator<Item[]> {
  if (first === undefined) yield [];
  else for (const tail of product(rest)) for (const item of first) yield [item, ...tail];
}

/** Whether each list that was read after own appends only is the list before in AR with these. */
function agreesWithInternalLists(order: readonly PlainTransaction[]): boolean {
  return order.every(
    ({ status, operations }, place) =>
      status !== "committed" ||
      operations.every((operation, i) => {
        if (operation.kind !== "read-list" || operation.value === undefined) return true;
        const own = appends(operations.slice(0, i), operation.key);
        if (own.length === 0) return true;
        const before = order.slice(0, place).flatMap((earlier) => appends(earlier.operations, operation.key));
        return isDeepEqual(operation.value, [...before, ...own]);
      }),
  );
}

function isDeepEqual(
  a: number | readonly number[] | undefined,
  b: number | readonly number[] | undefined,
): boolean {
  if (typeof a !== "object" || typeof b !== "object") return a === b;
  return a.length === b.length && a.every((item, i) => item === b[i]);
}

/** Whether a transaction writes a key. */
export function isWriterOf({ operations }: PlainTransaction, key: number): boolean {
  return operations.some(
    (operation) => operation.key === key && (operation.kind === "write" || operation.kind === "append"),
  );
}

/** INT: whether each committed read after an operation on its key finds what that left or found. */
export function satisfiesInt({ transactions }: PlainHistory): boolean {
  return transactions.every(({ status, operations }) => {
    if (status !== "committed") return true;
    return operations.every((read, place) => {
      if (read.kind !== "read" && read.kind !== "read-list") return true;
      if (read.value === undefined) return true;
      const known = operations
        .slice(0, place)
        .filter((operation) => operation.key === read.key && operation.value !== undefined);
      if (read.kind === "read") return known.length === 0 || known.at(-1)!.value === read.value;
      // The last list that it read, and what it appended since; without one, only the end is known.
      const seen = known.findLast((operation) => operation.kind === "read-list");
      const since = appends(seen === undefined ? known : known.slice(known.lastIndexOf(seen) + 1), read.key);
      const base =
        seen !== undefined && typeof seen.value === "object"
          ? seen.value
          : read.value.slice(0, Math.max(0, read.value.length - since.length));
      return isDeepEqual(read.value, [...base, ...since]);
    });
  });
}
