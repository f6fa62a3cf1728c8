import { graphOf, EdgeList, type Edges } from "../../graph/graph.ts";
import { barriersOf } from "../../graph/real-time.ts";
import { topologicalOrder } from "../../graph/topological-order.ts";
import type { Level, LevelName, Strength } from "../levels.ts";
import { Initial, type Reading } from "../reading.ts";

/** Nodes of which it is worth to know who comes before whom. */
const MostNodes = 8000;
/** Writers in no order that are looked at one by one. */
const MostLoose = 8;

/**
 * By what paths a level forbids that one comes before another who read what he overwrote: `none` of what is looked at here, those of O,
 * of O ∪ WR, of D, or of D ∪ RW.
 */
type Paths = "none" | "order" | "causal" | "dependencies" | "serial";

/** `undefined` where reads, or the orders that were told, play no part. */
function pathsOf(name: LevelName): Paths | undefined {
  switch (name) {
    case "read-uncommitted":
    case "view-serializable":
      return undefined;
    case "read-committed":
    case "monotonic-atomic-view":
    case "read-committed-biswas-enea":
    case "repeatable-read":
      return "none";
    case "cursor-stability":
    case "monotonic-view":
    case "monotonic-snapshot-read":
    case "read-atomic":
    case "update-atomic":
      return "order";
    case "causal-consistency":
    case "prefix-consistency":
      return "causal";
    case "consistent-view":
    case "forward-consistent-view":
    case "parallel-snapshot-isolation":
    case "snapshot-isolation":
    case "ansi-snapshot-isolation":
    case "update-serializable":
      return "dependencies";
    case "serializable":
      return "serial";
  }
}

/**
 * The reading as far as a level leaves it open: of the writers that a read by predicate may have seen, those are left out which the
 * level rules out because of what is known, since the reader comes before them, or they were overwritten before it. What explains the one
 * explains the other. Where the level would leave nobody, or does not hold by what is known, the reading is as it was.
 *
 * Polynomial: reachability among all nodes, again as long as something new is known.
 */
export function narrowed(reading: Reading, { name, strength }: Level): Reading {
  const paths = pathsOf(name);
  const { nodes, readByPredicate, candidates } = reading;
  if (paths === undefined || readByPredicate === undefined || candidates.size === 0 || nodes > MostNodes)
    return reading;
  const rule = `${strength} ${paths}`;
  let known = cache.get(reading);
  if (known === undefined) cache.set(reading, (known = new Map()));
  let result = known.get(rule);
  if (result === undefined) known.set(rule, (result = narrow(reading, paths, strength)));
  return result;
}

const cache = new WeakMap<Reading, Map<string, Reading>>();

function narrow(reading: Reading, paths: Paths, strength: Strength): Reading {
  const { nodes } = reading;
  const ranks = ranksOf(reading);
  const heeded = heededEdges(reading, strength);
  const versions = [...heeded, versionEdges(reading)];
  const byOrder = paths === "order" ? reachabilityOf(nodes, heeded) : undefined;
  let now = reading;
  for (;;) {
    const read = readEdges(now);
    const overwritten = paths === "serial" ? [overwriteEdges(now, ranks)] : [];
    const reach = reachabilityOf(nodes, [...versions, read, ...overwritten]);
    if (reach === undefined) return now;
    const misses =
      paths === "none"
        ? undefined
        : paths === "order"
          ? byOrder
          : paths === "causal"
            ? reachabilityOf(nodes, [...heeded, read])
            : reach;
    const next = withoutImpossible(now, ranks, reach, misses);
    if (next === undefined) return now;
    now = next;
  }
}

/** Key → node → how many versions are known to be before its; all that are in no order come last. */
function ranksOf({ writerFirst, writer, ordered }: Reading): ReadonlyMap<number, number>[] {
  return Array.from(ordered, (known, key) => {
    const rank = new Map<number, number>();
    for (let i = writerFirst[key]!; i < writerFirst[key + 1]!; i++)
      rank.set(writer[i]!, Math.min(i - writerFirst[key]!, known));
    return rank;
  });
}

/** O. Barriers are numbered from `nodes` on. */
function heededEdges(reading: Reading, strength: Strength): Edges[] {
  const { nodes, sessions, sessionFirst, sessionNode, begin, end } = reading;
  const edges = new EdgeList();
  for (let node = 1; node < nodes; node++) edges.add(Initial, node);
  if (strength !== "plain")
    for (let s = 0; s < sessions; s++)
      for (let i = sessionFirst[s]! + 1; i < sessionFirst[s + 1]!; i++)
        edges.add(sessionNode[i - 1]!, sessionNode[i]!);
  return strength === "strong" && reading.transactions.timed
    ? [edges, barriersOf(begin, end, 1).edges]
    : [edges];
}

/** What is known of WW. */
function versionEdges({ writerFirst, writer, ordered }: Reading): Edges {
  const edges = new EdgeList();
  for (let key = 0; key < ordered.length; key++) {
    const first = writerFirst[key]!;
    const last = first + ordered[key]! - 1;
    for (let i = first; i < last; i++) edges.add(writer[i]!, writer[i + 1]!);
    for (let i = last + 1; i < writerFirst[key + 1]!; i++) edges.add(writer[last]!, writer[i]!);
  }
  return edges;
}

/** WR of the reads whose writers are known. */
function readEdges({ nodes, readFirst, readFrom }: Reading): Edges {
  const edges = new EdgeList();
  for (let reader = 1; reader < nodes; reader++)
    for (let entry = readFirst[reader]!; entry < readFirst[reader + 1]!; entry++)
      if (readFrom[entry]! > Initial) edges.add(readFrom[entry]!, reader);
  return edges;
}

/** RW of the same. */
function overwriteEdges(reading: Reading, ranks: readonly ReadonlyMap<number, number>[]): Edges {
  const { nodes, readFirst, readKey, readFrom, writerFirst, writer, ordered } = reading;
  const edges = new EdgeList();
  for (let reader = 1; reader < nodes; reader++)
    for (let entry = readFirst[reader]!; entry < readFirst[reader + 1]!; entry++) {
      const from = readFrom[entry]!;
      if (from < 0) continue;
      const key = readKey[entry]!;
      const end = writerFirst[key]! + ordered[key]!;
      const next = writerFirst[key]! + (ranks[key]!.get(from) ?? ordered[key]!) + 1;
      // Later ones come after the next.
      const last = next < end ? next + 1 : writerFirst[key + 1]!;
      if (next > end || last - next > MostLoose) continue;
      for (let i = next; i < last; i++) if (writer[i] !== reader) edges.add(reader, writer[i]!);
    }
  return edges;
}

/** Whether one node comes before another; `undefined` if one comes before itself. */
type Reach = (a: number, b: number) => boolean;

function reachabilityOf(nodes: number, sets: readonly Edges[]): Reach | undefined {
  let size = nodes;
  for (const { from, to, count } of sets)
    for (let e = 0; e < count; e++) size = Math.max(size, from[e]! + 1, to[e]! + 1);
  const graph = graphOf(size, ...sets);
  const order = topologicalOrder(graph);
  if (order === undefined) return undefined;
  const words = (nodes + 31) >>> 5;
  const rows = new Int32Array(size * words);
  for (let i = size - 1; i >= 0; i--) {
    const node = order[i]!;
    const row = node * words;
    for (let e = graph.first[node]!; e < graph.first[node + 1]!; e++) {
      const next = graph.to[e]!;
      for (let w = 0, from = next * words; w < words; w++) rows[row + w]! |= rows[from + w]!;
      if (next < nodes) rows[row + (next >>> 5)]! |= 1 << (next & 31);
    }
  }
  return (a, b) => ((rows[a * words + (b >>> 5)]! >>> (b & 31)) & 1) === 1;
}

/** Leaves out writers that the reader comes before, and those that were overwritten by one whom it cannot have missed; `undefined` if there are none. */
function withoutImpossible(
  reading: Reading,
  ranks: readonly ReadonlyMap<number, number>[],
  reach: Reach,
  misses: Reach | undefined,
): Reading | undefined {
  const { nodes, readFirst, readKey, readByPredicate, writerFirst, writer } = reading;
  const readFrom = reading.readFrom.slice();
  const candidates = new Map(reading.candidates);
  let changed = false;
  for (let reader = 1; reader < nodes; reader++)
    for (let entry = readFirst[reader]!; entry < readFirst[reader + 1]!; entry++) {
      const several = candidates.get(entry);
      if (several === undefined || readByPredicate?.[entry] !== 1) continue;
      const key = readKey[entry]!;
      const rank = ranks[key]!;
      // The latest version that comes before the reader.
      let least = 0;
      if (misses !== undefined)
        for (let i = writerFirst[key]! + 1; i < writerFirst[key + 1]!; i++)
          if (writer[i] !== reader && misses(writer[i]!, reader))
            least = Math.max(least, rank.get(writer[i]!)!);
      const possible = several.filter((from) => rank.get(from)! >= least && !reach(reader, from));
      if (possible.length === several.length || possible.length === 0) continue;
      changed = true;
      if (possible.length > 1) candidates.set(entry, possible);
      else {
        candidates.delete(entry);
        readFrom[entry] = possible[0]!;
      }
    }
  return changed ? { ...reading, readFrom, candidates } : undefined;
}
