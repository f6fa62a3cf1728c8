import { reads } from "../cycles/verify.ts";
import type { Edge } from "../decision.ts";
import type { OperationModel } from "../names.ts";
import { Initial, type Reading } from "../reading.ts";
import { EdgeGraph } from "./edge-graph.ts";
import { ownWritesCycle } from "./own-writes.ts";
import { addForced, addKnownVersions, readKeyOf, writtenKeyOf, type Sighting } from "./sightings.ts";

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
 * Any order that extends what is forced gives an account, since a read need see nothing else. Linear in the operations.
 */
export function guaranteeCycle(reading: Reading, guarantee: Guarantee): readonly Edge[] | undefined {
  if (guarantee === "read-your-writes") return ownWritesCycle(reading);
  const graph = new EdgeGraph(reading.nodes);
  addKnownVersions(reading, graph);
  const { sessions, sessionFirst, sessionNode } = reading;
  for (let s = 0; s < sessions; s++) {
    /** Of each key what this session read last. */
    const latest = new Map<number, Sighting>();
    let lastWrite: number | undefined;
    const seen: Sighting[] = [];
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
      }
      if (key === undefined) continue;
      const version = reads(reading, node, key)[0]?.writer ?? -1;
      if (version < 0) continue;
      if (guarantee === "writes-follow-reads") seen.push({ node, version });
      if (guarantee !== "monotonic-reads") continue;
      const before = latest.get(key);
      if (before !== undefined && before.version !== version)
        addForced(graph, before, { node, version }, key);
      latest.set(key, { node, version });
    }
  }
  return graph.cycle();
}

function followed(reading: Reading, reader: number, version: number, writer: number): Edge[] {
  const session: Edge = { from: reader, to: writer, kind: "so", key: -1 };
  return reader === version
    ? [session]
    : [{ from: version, to: reader, kind: "wr", key: readKeyOf(reading, reader) ?? -1 }, session];
}
