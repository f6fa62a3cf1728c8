import { reads } from "../cycles/verify.ts";
import type { Edge } from "../decision.ts";
import type { OperationModel } from "../names.ts";
import { Initial, type Reading } from "../reading.ts";
import { EdgeGraph } from "./edge-graph.ts";

type Guarantee = Exclude<OperationModel, "PRAM" | "causal" | "sequential" | "linearizable">;

/**
 * A circle that a session guarantee (Terry et al. 1994) forces into the order of writes; `undefined` where it forces none. As
 * Viotti and Vukolić (2016) have it, all writes are in one order, and a read returns the latest of those that it sees:
 *
 * - monotonic writes: the writes of a session are in its order;
 * - writes follow reads: what a session read is before what it then writes;
 * - monotonic reads: what a session read, it sees in later reads too, so the same or a later one of the key is returned;
 * - read your writes: likewise what a session wrote.
 *
 * Any order that extends what is forced gives an account, since a read need see nothing else. Linear in the operations, but for
 * reading own writes, where each read is held against the own writes of the key.
 */
export function guaranteeCycle(reading: Reading, guarantee: Guarantee): readonly Edge[] | undefined {
  const graph = new EdgeGraph(reading.nodes);
  addKnownVersions(reading, graph);
  const { sessions, sessionFirst, sessionNode } = reading;
  for (let s = 0; s < sessions; s++) {
    /** Of each key what this session read last, or what it wrote, unless that is known to be before another of these. */
    const latest = new Map<number, readonly { readonly node: number; readonly version: number }[]>();
    let lastWrite: number | undefined;
    const seen: { readonly node: number; readonly version: number }[] = [];
    for (let i = sessionFirst[s]!; i < sessionFirst[s + 1]!; i++) {
      const node = sessionNode[i]!;
      const key = readKeyOf(reading, node);
      const written = writtenKeyOf(reading, node);
      if (written !== undefined) {
        if (guarantee === "monotonic-writes") {
          if (lastWrite !== undefined) graph.add({ from: lastWrite, to: node, kind: "so", key: -1 });
          lastWrite = node;
        }
        if (guarantee === "writes-follow-reads")
          // Earlier ones are before the session's last write already.
          for (const { node: reader, version } of seen.splice(0)) {
            if (version === Initial) continue;
            if (version === node) {
              // It read what it was yet to write.
              for (const edge of followed(reading, reader, version, node)) graph.add(edge);
              continue;
            }
            graph.add({
              from: version,
              to: node,
              kind: "ww",
              key: -1,
              because: followed(reading, reader, version, node),
            });
          }
        if (guarantee === "writes-follow-reads") seen.push({ node, version: node });
        if (guarantee === "read-your-writes")
          latest.set(written, [...(latest.get(written) ?? []), { node, version: node }]);
      }
      if (key === undefined) continue;
      const version = reads(reading, node, key)[0]?.writer ?? -1;
      if (version < 0) continue;
      if (guarantee === "writes-follow-reads") seen.push({ node, version });
      if (guarantee !== "monotonic-reads" && guarantee !== "read-your-writes") continue;
      const before = latest.get(key) ?? [];
      for (const one of before) if (one.version !== version) addForced(graph, one, { node, version }, key);
      const same = before.find((one) => one.version === version);
      if (guarantee === "monotonic-reads") latest.set(key, [{ node, version }]);
      else if (same !== undefined) latest.set(key, [same]);
    }
  }
  return graph.cycle();
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
function addForced(
  graph: EdgeGraph,
  before: { readonly node: number; readonly version: number },
  after: { readonly node: number; readonly version: number },
  key: number,
): void {
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

function followed(reading: Reading, reader: number, version: number, writer: number): Edge[] {
  const session: Edge = { from: reader, to: writer, kind: "so", key: -1 };
  return reader === version
    ? [session]
    : [{ from: version, to: reader, kind: "wr", key: readKeyOf(reading, reader) ?? -1 }, session];
}

function readKeyOf({ readFirst, readKey }: Reading, node: number): number | undefined {
  return readFirst[node + 1]! > readFirst[node]! ? readKey[readFirst[node]!] : undefined;
}

function writtenKeyOf({ writeFirst, writeKey }: Reading, node: number): number | undefined {
  return writeFirst[node + 1]! > writeFirst[node]! ? writeKey[writeFirst[node]!] : undefined;
}
