import {
  InitialValue,
  levelText,
  type PlainHistory,
  type PlainTransaction,
  type PlainVerdicts,
} from "../plain.ts";
import { strengths, type LevelName, type Strength } from "../../levels.ts";

export const biswasEneaLevels = [
  "read-committed-biswas-enea",
  "read-atomic",
  "causal-consistency",
  "prefix-consistency",
  "snapshot-isolation",
  "serializable",
] as const satisfies readonly LevelName[];

/** A read α of transaction `reader` (a place in co) at `place` of its program, of `key`, from `writer`; −1: the initial one. */
interface Read {
  readonly reader: number;
  readonly place: number;
  readonly key: number;
  readonly writer: number;
}

/**
 * Isolation by commit orders (Biswas and Enea 2019), to the letter: tries every total order co, and every reading wr
 * where values are not unique, and evaluates each level's axiom: of all transactions t2 that write x and are φ-before
 * a read of x from t1, t2 comes before t1 in co. Session order so is within co in the `strong-session` form, as in the paper;
 * in the others it is nothing, or real time.
 */
export function judgeByBiswasEnea(history: PlainHistory): PlainVerdicts {
  const open = new Map<string, readonly [(typeof biswasEneaLevels)[number], Strength]>();
  for (const name of biswasEneaLevels)
    for (const strength of strengths) open.set(levelText({ name, strength }), [name, strength]);
  const all = [...open.keys()];
  const held = new Set<string>();
  const { transactions, timed } = history;
  const consistent = { own: readsOwnWrites(transactions, false), all: readsOwnWrites(transactions, true) };
  for (let chosen = 0; chosen < 2 ** transactions.length; chosen++) {
    const isChosen = (i: number): boolean => Math.floor(chosen / 2 ** i) % 2 === 1;
    const lawful = transactions.every(
      ({ status }, i) => status === "undetermined" || isChosen(i) === (status === "committed"),
    );
    if (!lawful) continue;
    forEachOrder(
      transactions.filter((_, i) => isChosen(i)),
      (co) => {
        forEachReading(co, (reads) => {
          for (const [text, [name, strength]] of open) {
            if (!(name === "read-committed-biswas-enea" ? consistent.own : consistent.all)) continue;
            const so = co.map((b) => co.map((a) => precedes(a, b, strength, timed)));
            if (!holds(name, co, reads, so)) continue;
            held.add(text);
            open.delete(text);
          }
        });
      },
    );
  }
  return new Map(all.map((text) => [text, held.has(text)]));
}

function forEachOrder(
  items: readonly PlainTransaction[],
  visit: (order: readonly PlainTransaction[]) => void,
): void {
  const order: PlainTransaction[] = [];
  const used = new Set<PlainTransaction>();
  const extend = (): void => {
    if (order.length === items.length) visit(order);
    for (const item of items) {
      if (used.has(item)) continue;
      used.add(item);
      order.push(item);
      extend();
      order.pop();
      used.delete(item);
    }
  };
  extend();
}

/** so[b][a]: a is so-before b. */
function precedes(a: PlainTransaction, b: PlainTransaction, strength: Strength, timed: boolean): boolean {
  if (strength === "plain" || a === b) return false;
  const inSession = a.session === b.session && a.begin < b.begin;
  return strength === "strong" ? inSession || (timed && a.end < b.begin) : inSession;
}

/** Every wr for an order: all reads that no own write precedes must find what a transaction wrote last. */
function forEachReading(co: readonly PlainTransaction[], visit: (reads: readonly Read[]) => void): void {
  const reads: Read[] = [];
  const versions = co.map((transaction, t) => versionsOf(co, transaction, t));
  const pending: {
    readonly reader: number;
    readonly place: number;
    readonly text: string;
    readonly key: number;
  }[] = [];
  for (const [reader, { status, operations }] of co.entries()) {
    if (status !== "committed") continue;
    const appended = new Map<number, number[]>();
    const written = new Set<number>();
    for (const [place, { kind, key, value }] of operations.entries()) {
      if (kind === "append") appended.set(key, [...(appended.get(key) ?? []), value]);
      if (kind === "append" || kind === "write") written.add(key);
      else if (value !== undefined && !written.has(key))
        pending.push({ reader, place, key, text: String(value) });
      else if (kind === "read-list" && value !== undefined) {
        const before = co.slice(0, reader).flatMap((other) => elementsOf(other, key));
        if (String([...before, ...(appended.get(key) ?? [])]) !== String(value)) return;
      }
    }
  }
  const choose = (): void => {
    const next = pending[reads.length];
    if (next === undefined) {
      visit(reads);
      return;
    }
    const { reader, place, key, text } = next;
    for (let writer = -1; writer < reader; writer++) {
      const kind = co[reader]!.operations[place]!.kind;
      const found = writer < 0 ? String(kind === "read" ? InitialValue : []) : versions[writer]!.get(key);
      if (found !== text) continue;
      reads.push({ reader, place, key, writer });
      choose();
      reads.pop();
    }
  };
  choose();
}

/** What a transaction leaves to each key that it writes, as text. */
function versionsOf(
  co: readonly PlainTransaction[],
  { operations }: PlainTransaction,
  at: number,
): Map<number, string> {
  const versions = new Map<number, string>();
  for (const { kind, key, value } of operations) {
    if (kind === "write") versions.set(key, String(value));
    if (kind === "append")
      versions.set(key, String(co.slice(0, at + 1).flatMap((other) => elementsOf(other, key))));
  }
  return versions;
}

function elementsOf({ operations }: PlainTransaction, of: number): number[] {
  return operations.flatMap((operation) =>
    operation.kind === "append" && operation.key === of ? [operation.value] : [],
  );
}

function holds(
  name: (typeof biswasEneaLevels)[number],
  co: readonly PlainTransaction[],
  reads: readonly Read[],
  so: readonly (readonly boolean[])[],
): boolean {
  // so within co; wr is by construction.
  if (so.some((row, b) => row.some((before, a) => before && a > b))) return false;
  const writes = (t: number, key: number): boolean =>
    co[t]!.operations.some(
      (operation) => operation.key === key && (operation.kind === "write" || operation.kind === "append"),
    );
  const wr = (a: number, b: number): boolean =>
    reads.some(({ writer, reader }) => writer === a && reader === b);
  const direct = (a: number, b: number): boolean => so[b]![a]! || wr(a, b);
  // (so ∪ wr)+, along co.
  const causal = co.map(() => new Set<number>());
  for (let b = 0; b < co.length; b++)
    for (let a = 0; a < b; a++)
      if (direct(a, b)) for (const cause of [a, ...causal[a]!]) causal[b]!.add(cause);
  const share = (a: number, b: number): boolean =>
    co[a]!.operations.some(({ kind, key }) => (kind === "write" || kind === "append") && writes(b, key));
  const prefix = (t2: number, t3: number): boolean =>
    co.some((_, t4) => t4 >= t2 && t4 < t3 && direct(t4, t3));
  const phi = (t2: number, { reader, place }: Read): boolean => {
    switch (name) {
      case "read-committed-biswas-enea":
        return reads.some((read) => read.reader === reader && read.place < place && read.writer === t2);
      case "read-atomic":
        return direct(t2, reader);
      case "causal-consistency":
        return causal[reader]!.has(t2);
      case "prefix-consistency":
        return prefix(t2, reader);
      case "snapshot-isolation":
        return prefix(t2, reader) || co.some((_, t4) => t4 >= t2 && t4 < reader && share(t4, reader));
      case "serializable":
        return t2 < reader;
    }
  };
  return reads.every((read) =>
    co.every(
      (_, t2) =>
        t2 === read.writer ||
        t2 === read.reader ||
        !writes(t2, read.key) ||
        !phi(t2, read) ||
        t2 < read.writer,
    ),
  );
}

/** Whether reads after own writes of the key find these; if `all`, also reads after reads what those found. */
function readsOwnWrites(transactions: readonly PlainTransaction[], all: boolean): boolean {
  for (const { status, operations } of transactions) {
    if (status !== "committed") continue;
    for (const [place, read] of operations.entries()) {
      if (read.value === undefined || read.kind === "write" || read.kind === "append") continue;
      // The shortest account of the key so far: what was read last, if that counts, and what was written since.
      let text: string | undefined;
      let since: number[] = [];
      for (const operation of operations.slice(0, place)) {
        if (operation.key !== read.key || operation.value === undefined) continue;
        if (operation.kind === "append") since.push(operation.value);
        else if (operation.kind === "write") text = `${operation.value}`;
        else if (all && operation.kind === "read-list") {
          text = "";
          since = [...operation.value];
        } else if (all) text = String(operation.value);
      }
      if (read.kind === "read") {
        if (text !== undefined && text !== `${read.value}`) return false;
      } else {
        const shown = read.value;
        const from = shown.length - since.length;
        if (
          from < 0 ||
          (text !== undefined && from > 0) ||
          since.some((element, i) => shown[from + i] !== element)
        )
          return false;
      }
    }
  }
  return true;
}
