import type { Edge, Violation } from "./decision.ts";
import { Initial, type Reading, type Uncommitted } from "./reading.ts";

/**
 * The reading of some of the nodes alone: their writes, and those of their reads whose writers are among them. Node i of it
 * is node `kept[i]` of the whole; `kept` is ascending and starts with the initial node.
 *
 * Nothing is of more in it than in the whole: each of its dependencies is one of the whole, so an execution of the whole, with the
 * others left out, explains it. What breaks a level in it breaks the level in the whole.
 */
export function restrict(reading: Reading, kept: Int32Array): Reading {
  const place = new Map<number, number>();
  kept.forEach((node, i) => place.set(node, i));
  const writes = entriesOf(reading.writeFirst, kept, () => true);
  // A read with several possible writers is kept only if it has all of them to choose from.
  const reads = entriesOf(reading.readFirst, kept, (entry) =>
    reading.readFrom[entry]! >= 0
      ? place.has(reading.readFrom[entry]!)
      : (reading.candidates.get(entry) ?? []).every((node) => place.has(node)),
  );
  const candidates = new Map<number, readonly number[]>();
  reads.entries.forEach((entry, i) => {
    const nodes = reading.candidates.get(entry);
    if (nodes !== undefined)
      candidates.set(
        i,
        nodes.map((node) => place.get(node)!),
      );
  });
  const sessions = sessionsOf(reading, kept);
  return {
    transactions: reading.transactions,
    nodes: kept.length,
    transaction: kept.map((node) => reading.transaction[node]!),
    node: reading.node.map((node) => (node < 0 ? -1 : (place.get(node) ?? -1))),
    ...sessions,
    sessions: reading.sessions,
    begin: kept.map((node) => reading.begin[node]!),
    end: kept.map((node) => reading.end[node]!),
    writeFirst: writes.first,
    writeKey: writes.entries.map((entry) => reading.writeKey[entry]!),
    writeOperation: writes.entries.map((entry) => reading.writeOperation[entry]!),
    readFirst: reads.first,
    readKey: reads.entries.map((entry) => reading.readKey[entry]!),
    readOperation: reads.entries.map((entry) => reading.readOperation[entry]!),
    readFrom: reads.entries.map((entry) =>
      reading.readFrom[entry]! < 0 ? -1 : place.get(reading.readFrom[entry]!)!,
    ),
    ...(reading.readByPredicate === undefined
      ? {}
      : {
          readByPredicate: Uint8Array.from(reads.entries, (entry) => reading.readByPredicate?.[entry] ?? 0),
        }),
    ...writersOf(reading, place),
    candidates,
    findings: [],
    gaps: [],
    ...(reading.uncommitted === undefined
      ? {}
      : { uncommitted: { orders: someOf(reading.uncommitted.orders, place), gaps: [] } }),
  };
}

/** Orders of writers, without those that are left out. */
function someOf(orders: Uncommitted["orders"], place: ReadonlyMap<number, number>): Uncommitted["orders"] {
  const some = (order: readonly number[]): number[] =>
    order.flatMap((node) => {
      const kept = place.get(node);
      return kept === undefined ? [] : [kept];
    });
  return new Map([...orders].map(([key, all]) => [key, all.map(some)]));
}

function entriesOf(
  first: Int32Array,
  kept: Int32Array,
  accept: (entry: number) => boolean,
): { first: Int32Array; entries: Int32Array } {
  const firsts = new Int32Array(kept.length + 1);
  const entries: number[] = [];
  kept.forEach((node, i) => {
    for (let entry = first[node]!; entry < first[node + 1]!; entry++) if (accept(entry)) entries.push(entry);
    firsts[i + 1] = entries.length;
  });
  return { first: firsts, entries: Int32Array.from(entries) };
}

/** Sessions keep their numbers, so that some may be empty; places are counted anew. */
function sessionsOf(
  { session, sessions }: Reading,
  kept: Int32Array,
): Pick<Reading, "session" | "place" | "sessionFirst" | "sessionNode"> {
  const sessionFirst = new Int32Array(sessions + 1);
  for (const node of kept) if (node !== Initial) sessionFirst[session[node]! + 1]!++;
  for (let s = 0; s < sessions; s++) sessionFirst[s + 1]! += sessionFirst[s]!;
  const sessionNode = new Int32Array(kept.length - 1);
  const places = new Int32Array(kept.length);
  const filled = new Int32Array(sessions);
  kept.forEach((node, i) => {
    if (node === Initial) return;
    const s = session[node]!;
    const at = filled[s]!++;
    places[i] = at;
    sessionNode[sessionFirst[s]! + at] = i;
  });
  return { session: kept.map((node) => session[node]!), place: places, sessionFirst, sessionNode };
}

function writersOf(
  { writerFirst, writer, ordered }: Reading,
  place: ReadonlyMap<number, number>,
): Pick<Reading, "writerFirst" | "writer" | "ordered"> {
  const keys = ordered.length;
  const firsts = new Int32Array(keys + 1);
  const known = new Int32Array(keys);
  const writers: number[] = [];
  for (let key = 0; key < keys; key++) {
    for (let i = writerFirst[key]!; i < writerFirst[key + 1]!; i++) {
      const node = place.get(writer[i]!);
      if (node === undefined) continue;
      writers.push(node);
      if (i < writerFirst[key]! + ordered[key]!) known[key]!++;
    }
    firsts[key + 1] = writers.length;
  }
  return { writerFirst: firsts, writer: Int32Array.from(writers), ordered: known };
}

/** What was decided of some nodes, in the numbers of all. */
export function decisionInWhole(decision: Violation, kept: Int32Array): Violation {
  if ("core" in decision) return { ...decision, core: decision.core.map((node) => kept[node]!) };
  const edgeInWhole = (edge: Edge): Edge => ({
    ...edge,
    from: kept[edge.from]!,
    to: kept[edge.to]!,
    ...(edge.because === undefined ? {} : { because: edge.because.map(edgeInWhole) }),
  });
  return { ...decision, cycle: decision.cycle.map(edgeInWhole) };
}
