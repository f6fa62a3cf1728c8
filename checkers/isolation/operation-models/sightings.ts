import type { Edge } from "../decision.ts";
import { Initial, type Reading } from "../reading.ts";
import type { EdgeGraph } from "./edge-graph.ts";

/** An operation, and the version that it wrote or read. */
export interface Sighting {
  readonly node: number;
  readonly version: number;
}

/** Versions of one key that the reading has in order. */
export function addKnownVersions({ writerFirst, writer, ordered }: Reading, graph: EdgeGraph): void {
  for (let key = 0; key < ordered.length; key++) {
    const first = writerFirst[key]!;
    const known = ordered[key]!;
    for (let i = 1; i < known; i++)
      graph.add({ from: writer[first + i - 1]!, to: writer[first + i]!, kind: "ww", key });
    for (let i = first + known; i < writerFirst[key + 1]!; i++)
      graph.add({ from: writer[first + known - 1]!, to: writer[i]!, kind: "ww", key });
  }
}

/** What was seen before is the older one of the two versions of a key. */
export function addForced(graph: EdgeGraph, before: Sighting, after: Sighting, key: number): void {
  if (before.version === Initial) return;
  const session: Edge = { from: before.node, to: after.node, kind: "so", key: -1 };
  const saw: Edge[] =
    before.node === before.version ? [] : [{ from: before.version, to: before.node, kind: "wr", key }];
  if (after.version === Initial) {
    // Nothing comes before the initial version: the reader missed what it had seen.
    for (const edge of [...saw, session]) graph.add(edge);
    graph.add({ from: after.node, to: before.version, kind: "rw", key });
    return;
  }
  const read: Edge = { from: after.version, to: after.node, kind: "wr", key };
  graph.add({ from: before.version, to: after.version, kind: "ww", key, because: [...saw, session, read] });
}

export function readKeyOf({ readFirst, readKey }: Reading, node: number): number | undefined {
  return readFirst[node + 1]! > readFirst[node]! ? readKey[readFirst[node]!] : undefined;
}

export function writtenKeyOf({ writeFirst, writeKey }: Reading, node: number): number | undefined {
  return writeFirst[node + 1]! > writeFirst[node]! ? writeKey[writeFirst[node]!] : undefined;
}
