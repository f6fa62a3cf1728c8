import { EdgeList, graphOf, reversedGraphOf, type Edges } from "../../../graph/graph.ts";
import { reaches, type Dag } from "../../../graph/reachability.ts";
import type { Edge } from "../../decision.ts";
import { edgeOf } from "./edges.ts";
import type { Versions } from "./versions.ts";
import { Initial, type Reading } from "../../reading.ts";
import type { ComponentDag } from "./dags.ts";
import type { Dependencies } from "./relations.ts";
import type { Written } from "./reading-back.ts";

/*
 * Contradictions that need a path: someone read a version, and whoever overwrote it reaches them. Only those are asked for
 * who overwrote it and stand before the reader in the order of the graph; the order is such that both then are of one component.
 */

/** Some question was too much for the budget. */
export const TooMuch = "too much";
export type Found = boolean | typeof TooMuch;

/** Each reader's overwriters that stand before it, of the readers that `asks` says. */
export function backwards(
  { rw, rwEntry }: Pick<Dependencies, "rw" | "rwEntry">,
  { place }: ComponentDag,
  asks: (reader: number) => boolean = () => true,
): { pairs: Edges; entries: readonly number[] } {
  const pairs = new EdgeList();
  const entries: number[] = [];
  for (let e = 0; e < rw.count; e++) {
    const reader = rw.from[e]!;
    const overwriter = rw.to[e]!;
    if (place[overwriter]! > place[reader]! || !asks(reader)) continue;
    pairs.add(overwriter, reader);
    entries.push(rwEntry[e]!);
  }
  return { pairs, entries };
}

/** Whether some overwriter reaches its reader: `D+ ; RW` has a loop. */
export function someReaches(dag: Dag, pairs: Edges, steps: number | undefined): Found {
  if (pairs.count === 0) return false;
  const answer = reaches(dag, pairs, true, steps);
  return answer === undefined ? TooMuch : answer.first >= 0;
}

/** Pairs of readers and writers, at most. */
const MostPairs = 50_000_000;

/** Readers, and all who wrote a later version of what they read and stand before them; `undefined` if these are too many. */
export function laterWriters({ versions }: Dependencies, { place }: ComponentDag): Edges | undefined {
  const { reading, first, writer, settled, versionRead } = versions;
  const { nodes, readFirst, readKey } = reading;
  const pairs = new EdgeList();
  for (let s = 1; s < nodes; s++)
    for (let r = readFirst[s]!; r < readFirst[s + 1]!; r++) {
      const k = readKey[r]!;
      if (versionRead[r]! >= settled[k]!) continue;
      for (let v = versionRead[r]! + 1; v < first[k + 1]!; v++) {
        const other = writer[v]!;
        if (place[other]! < place[s]!) pairs.add(other, s);
        else if (v < settled[k]!) {
          // Those that follow stand later still; the loose ones may not.
          v = settled[k]! - 1;
          continue;
        }
        if (pairs.count > MostPairs) return undefined;
      }
    }
  return pairs;
}

/** Two transactions that overwrote each other one way and read each other's past the other way: `WW ; RW` has a loop. */
export function overwrittenAndMissed(
  dependencies: Dependencies,
  dag: ComponentDag,
): Edge[] | typeof TooMuch | undefined {
  const { versions, contradictions } = dependencies;
  const { written } = contradictions;
  const { reading } = versions;
  const pairs = laterWriters(dependencies, dag);
  if (pairs === undefined) return TooMuch;
  const { writeFirst, writeKey } = reading;
  for (let p = 0; p < pairs.count; p++) {
    const a = pairs.from[p]!;
    const b = pairs.to[p]!;
    const [small, large] =
      writeFirst[a + 1]! - writeFirst[a]! < writeFirst[b + 1]! - writeFirst[b]! ? [a, b] : [b, a];
    for (let w = writeFirst[small]!; w < writeFirst[small + 1]!; w++) {
      const key = writeKey[w]!;
      const other = written.rank(large, key);
      const own = versions.rankOf(versions.versionWritten[w]!);
      if (other >= 0 && (small === a ? own < other : other < own))
        return [
          edgeOf(versions, a, b, "ww", key),
          edgeOf(versions, b, a, "rw", missedKey(versions, written, b, a)),
        ];
    }
  }
  return undefined;
}

/**
 * Whether someone read an older version after an operation by which a path arrives from whoever overwrote it: monotonic view. Only the pairs
 * that a path joins at all need a look, and of these what leads into the reader before the read: all that it heeds, what it read
 * before, what it overwrote before.
 */
export function readsBackOverPaths(
  { versions }: Dependencies,
  dag: ComponentDag,
  heeded: readonly Edges[],
  { pairs, entries }: { pairs: Edges; entries: readonly number[] },
  steps: number | undefined,
): Found {
  if (pairs.count === 0) return false;
  const all = reaches(dag, pairs, false, steps);
  if (all === undefined) return TooMuch;
  const { reading, writer } = versions;
  const { readFirst, readFrom, readOperation, writeFirst, writeOperation } = reading;
  const before = reversedGraphOf(dag.place.length, ...heeded);
  // An extra node for each question, after whatever leads to its read.
  const nodes = dag.place.length;
  const into = new EdgeList();
  const asked = new EdgeList();
  for (let p = 0; p < pairs.count; p++) {
    if (all.reached[p] === 0) continue;
    const s = pairs.to[p]!;
    const until = readOperation[entries[p]!]!;
    const question = nodes + asked.count;
    for (let e = before.first[s]!; e < before.first[s + 1]!; e++) into.add(before.to[e]!, question);
    for (let r = readFirst[s]!; r < readFirst[s + 1]!; r++)
      if (readOperation[r]! < until && readFrom[r] !== Initial) into.add(readFrom[r]!, question);
    for (let w = writeFirst[s]!; w < writeFirst[s + 1]!; w++) {
      const rank = versions.rankOf(versions.versionWritten[w]!);
      if (writeOperation[w]! < until && writer[rank - 1] !== Initial) into.add(writer[rank - 1]!, question);
    }
    asked.add(pairs.from[p]!, question);
  }
  if (asked.count === 0) return false;
  const size = nodes + asked.count;
  const { first, to } = dag.reversed;
  const questions = graphOf(asked.count, {
    from: into.to.map((q) => q - nodes),
    to: into.from,
    count: into.count,
  });
  const reversed = {
    nodes: size,
    first: Int32Array.from({ length: size + 1 }, (_, a) =>
      a <= nodes ? first[a]! : first[nodes]! + questions.first[a - nodes]!,
    ),
    to: Int32Array.from({ length: to.length + questions.to.length }, (_, e) =>
      e < to.length ? to[e]! : questions.to[e - to.length]!,
    ),
  };
  const own = Array.from({ length: asked.count }, (_, i) => nodes + i);
  const place = Int32Array.from({ length: size }, (_, a) => (a < nodes ? dag.place[a]! : a));
  const order = Int32Array.from([...dag.order, ...own]);
  const answer = reaches({ reversed, order, place }, asked, true, steps);
  return answer === undefined ? TooMuch : answer.first >= 0;
}

export function writes({ writeFirst }: Reading, node: number): boolean {
  return writeFirst[node + 1]! > writeFirst[node]!;
}

/** A key of which a node read an older version than another wrote. */
function missedKey(versions: Versions, written: Written, reader: number, other: number): number {
  const { readFirst, readKey } = versions.reading;
  for (let r = readFirst[reader]!; r < readFirst[reader + 1]!; r++)
    if (versions.rankOf(versions.versionRead[r]!) < written.rank(other, readKey[r]!)) return readKey[r]!;
  throw new Error(`Node ${reader} missed nothing that node ${other} wrote.`);
}
