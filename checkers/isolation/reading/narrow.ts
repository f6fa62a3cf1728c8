import { graphOf, EdgeList, type Edges } from "../../graph/graph.ts";
import { barriersOf } from "../../graph/real-time.ts";
import { topologicalOrder } from "../../graph/topological-order.ts";
import type { Level, LevelName, Strength } from "../levels.ts";
import { Initial, type Reading } from "../reading.ts";

/** Nodes of which it is worth to know who comes before whom. */
const MostNodes = 8000;
/** Writers in no order that are looked at one by one. */
const MostLoose = 8;

/** What a level says of whoever read, and of whom it cannot have read from. */
interface Rule {
  /** Whether nobody may come, by D, before one who read what he overwrote. */
  readonly forbidsMissing: boolean;
  /** Whether that counts RW too. */
  readonly serial: boolean;
}

function ruleOf(name: LevelName): Rule | undefined {
  switch (name) {
    // Reads, or the orders that were told, play no part.
    case "read-uncommitted":
    case "view-serializable":
      return undefined;
    case "read-committed":
    case "cursor-stability":
    case "monotonic-atomic-view":
    case "read-committed-biswas-enea":
    case "monotonic-view":
    case "monotonic-snapshot-read":
    case "read-atomic":
    case "update-atomic":
    case "causal-consistency":
    case "prefix-consistency":
    case "repeatable-read":
      return { forbidsMissing: false, serial: false };
    case "consistent-view":
    case "forward-consistent-view":
    case "parallel-snapshot-isolation":
    case "snapshot-isolation":
    case "ansi-snapshot-isolation":
    case "update-serializable":
      return { forbidsMissing: true, serial: false };
    case "serializable":
      return { forbidsMissing: true, serial: true };
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
  const rule = ruleOf(name);
  const { nodes, readByPredicate, candidates } = reading;
  if (rule === undefined || readByPredicate === undefined || candidates.size === 0 || nodes > MostNodes)
    return reading;
  const keyOfRule = `${strength} ${rule.forbidsMissing} ${rule.serial}`;
  let known = cache.get(reading);
  if (known === undefined) cache.set(reading, (known = new Map()));
  let result = known.get(keyOfRule);
  if (result === undefined) known.set(keyOfRule, (result = narrow(reading, rule, strength)));
  return result;
}

const cache = new WeakMap<Reading, Map<string, Reading>>();

function narrow(reading: Reading, rule: Rule, strength: Strength): Reading {
  const ranks = ranksOf(reading);
  const fixed = fixedEdges(reading, strength);
  let now = reading;
  for (;;) {
    const reach = reachabilityOf(reading.nodes, [...fixed, dependencies(now, rule, ranks)]);
    if (reach === undefined) return now;
    const next = withoutImpossible(now, rule, ranks, reach);
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

/** O and what is known of WW. Barriers are numbered from `nodes` on. */
function fixedEdges(reading: Reading, strength: Strength): Edges[] {
  const { nodes, sessions, sessionFirst, sessionNode, writerFirst, writer, ordered, begin, end } = reading;
  const edges = new EdgeList();
  if (strength !== "plain")
    for (let s = 0; s < sessions; s++)
      for (let i = sessionFirst[s]! + 1; i < sessionFirst[s + 1]!; i++)
        edges.add(sessionNode[i - 1]!, sessionNode[i]!);
  for (let key = 0; key < ordered.length; key++) {
    const first = writerFirst[key]!;
    const last = first + ordered[key]! - 1;
    for (let i = first; i < last; i++) edges.add(writer[i]!, writer[i + 1]!);
    for (let i = last + 1; i < writerFirst[key + 1]!; i++) edges.add(writer[last]!, writer[i]!);
  }
  for (let node = 1; node < nodes; node++) edges.add(Initial, node);
  return strength === "strong" && reading.transactions.timed
    ? [edges, barriersOf(begin, end, 1).edges]
    : [edges];
}

/** WR, and RW where it counts, of the reads whose writers are known. */
function dependencies(reading: Reading, rule: Rule, ranks: readonly ReadonlyMap<number, number>[]): Edges {
  const { nodes, readFirst, readKey, readFrom, writerFirst, writer, ordered } = reading;
  const edges = new EdgeList();
  for (let reader = 1; reader < nodes; reader++)
    for (let entry = readFirst[reader]!; entry < readFirst[reader + 1]!; entry++) {
      const from = readFrom[entry]!;
      if (from < 0) continue;
      if (from !== Initial) edges.add(from, reader);
      if (!rule.serial) continue;
      const key = readKey[entry]!;
      const first = writerFirst[key]!;
      const end = first + ordered[key]!;
      let next = first + (ranks[key]!.get(from) ?? ordered[key]!) + 1;
      if (next > end || (next === end && writerFirst[key + 1]! - end > MostLoose)) continue;
      // Its own version comes before all that follow.
      if (next < end) {
        if (writer[next] !== reader) edges.add(reader, writer[next]!);
        continue;
      }
      for (; next < writerFirst[key + 1]!; next++)
        if (writer[next] !== reader) edges.add(reader, writer[next]!);
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

/** `undefined` if nothing is ruled out. */
function withoutImpossible(
  reading: Reading,
  rule: Rule,
  ranks: readonly ReadonlyMap<number, number>[],
  reach: Reach,
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
      if (rule.forbidsMissing)
        for (let i = writerFirst[key]! + 1; i < writerFirst[key + 1]!; i++)
          if (writer[i] !== reader && reach(writer[i]!, reader))
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
