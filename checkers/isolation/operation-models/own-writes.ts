import { reads } from "../cycles/verify.ts";
import type { Edge } from "../decision.ts";
import { Initial, type Reading } from "../reading.ts";
import { EdgeGraph } from "./edge-graph.ts";
import { addForced, addKnownVersions, readKeyOf, writtenKeyOf } from "./sightings.ts";

/** What a session has written of a key and not read since. */
interface OwnWrites {
  /** Those that are not known to be before another of them. */
  writes: Set<number>;
  /** One of them. */
  last: number;
  /** A node that all of them come before: the only one, or one of no transaction. */
  all: number;
  /** What was read last, after all of these. */
  read: number;
}

/**
 * A circle in what reading one's own writes forces (see `guaranteeCycle`): whatever a session reads of a key is no older than anything that
 * it wrote of it, whose own order nobody knows. Nodes between say that once for all of its writes, so this is linear.
 */
export function ownWritesCycle(reading: Reading): readonly Edge[] | undefined {
  const graph = new EdgeGraph(reading.nodes);
  addKnownVersions(reading, graph);
  /** Who read, of edges from nodes between. */
  const readers = new Map<Edge, number>();
  const { sessions, sessionFirst, sessionNode } = reading;
  for (let s = 0; s < sessions; s++) {
    const own = new Map<number, OwnWrites>();
    for (let i = sessionFirst[s]!; i < sessionFirst[s + 1]!; i++) {
      const node = sessionNode[i]!;
      const written = writtenKeyOf(reading, node);
      if (written !== undefined) own.set(written, withWrite(graph, own.get(written), node));
      const key = readKeyOf(reading, node);
      if (key === undefined) continue;
      const version = reads(reading, node, key)[0]?.writer ?? -1;
      const before = own.get(key);
      if (version >= 0 && before !== undefined)
        own.set(key, withRead(graph, readers, before, { node, version, key }));
    }
  }
  const cycle = graph.cycle();
  return cycle === undefined ? undefined : withoutNodesBetween(cycle, reading.nodes, readers);
}

function withWrite(graph: EdgeGraph, before: OwnWrites | undefined, node: number): OwnWrites {
  if (before === undefined) return { writes: new Set([node]), last: node, all: node, read: -1 };
  const all = graph.addNode();
  graph.add({ from: before.all, to: all, kind: "ww", key: -1 });
  graph.add({ from: node, to: all, kind: "ww", key: -1 });
  before.writes.add(node);
  return { writes: before.writes, last: node, all, read: -1 };
}

function withRead(
  graph: EdgeGraph,
  readers: Map<Edge, number>,
  before: OwnWrites,
  { node, version, key }: { readonly node: number; readonly version: number; readonly key: number },
): OwnWrites {
  const { writes, last, all } = before;
  if (version === before.read) return before;
  const force = (write: number): void => {
    if (write !== version) addForced(graph, { node: write, version: write }, { node, version }, key);
  };
  if (writes.has(version)) {
    for (const write of writes) force(write);
    return { writes: new Set([version]), last: version, all: version, read: version };
  }
  if (version === Initial || writes.size === 1) {
    force(last);
    return { ...before, read: version };
  }
  const edge: Edge = { from: all, to: version, kind: "ww", key };
  readers.set(edge, node);
  graph.add(edge);
  return { ...before, read: version };
}

/** The same cycle among transactions. */
function withoutNodesBetween(
  cycle: readonly Edge[],
  nodes: number,
  readers: ReadonlyMap<Edge, number>,
): readonly Edge[] {
  const start = cycle.findIndex(({ from }) => from < nodes);
  const told: Edge[] = [];
  let from = -1;
  for (const edge of [...cycle.slice(start), ...cycle.slice(0, start)]) {
    if (edge.from < nodes) from = edge.from;
    if (edge.to >= nodes) continue;
    const reader = readers.get(edge);
    if (reader === undefined) {
      told.push(edge);
      continue;
    }
    const { to, key } = edge;
    const session: Edge = { from, to: reader, kind: "so", key: -1 };
    told.push({ from, to, kind: "ww", key, because: [session, { from: to, to: reader, kind: "wr", key }] });
  }
  return told;
}
