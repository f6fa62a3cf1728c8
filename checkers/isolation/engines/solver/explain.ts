import type { Edge } from "../../decision.ts";
import { Initial, type Reading } from "../../reading.ts";
import { precedes } from "../../cycles/versions.ts";
import { withoutRuns } from "../saturation/explain.ts";
import { shortCycle, type StepKind } from "../saturation/order.ts";
import { Relation } from "../saturation/relation.ts";
import { Inner, keyOf, kindOf, Overwritten, ReadFrom, RealTime, Session, Version } from "./graph.ts";
import type { Polygraph } from "./polygraph.ts";

/** One step along the graph. */
export interface GraphStep {
  readonly from: number;
  readonly to: number;
  readonly label: number;
  /** Why it was inferred, if it was. */
  readonly because?: readonly Edge[];
}

/** A short cycle of the fixed edges, of which there must be one. */
export function fixedCycle(polygraph: Polygraph): Edge[] {
  const { edges } = polygraph;
  const relation = new Relation(edges.nodes, edges.count);
  for (let n = 0; n < edges.nodes; n++)
    for (let e = edges.outFirst[n]!; e < edges.outFirst[n + 1]!; e++)
      relation.add(n, edges.outTo[e]!, edges.outLabel[e]!);
  const steps = shortCycle(relation.seal(), new Relation(edges.nodes, 0).seal(), kindOfLabel)!;
  return edgesOf(
    polygraph,
    steps.map(({ from, to, why }) => ({ from, to, label: why })),
  );
}

function kindOfLabel(label: number): StepKind {
  switch (kindOf(label)) {
    case Inner:
      return "inner";
    case Session:
      return "session";
    case RealTime:
      return "real-time";
    default:
      return "data";
  }
}

/** Edges between transactions that a cycle, or a path that starts at one, goes along: helping nodes and inner steps are left out. */
export function edgesOf(polygraph: Polygraph, cycle: readonly GraphStep[]): Edge[] {
  const { owner, reading } = polygraph;
  const turn = cycle.findIndex(({ from }) => owner[from]! >= 0);
  const steps = [...cycle.slice(turn), ...cycle.slice(0, turn)];
  const edges: Edge[] = [];
  let from = owner[steps[0]!.from]!;
  // Where a version's own writer leads to the node that gathers its readers, what follows is an order of versions.
  let written = false;
  for (const { to, label, because } of steps) {
    const next = owner[to]!;
    if (next < 0) {
      written = kindOf(label) === Version;
      continue;
    }
    if (next !== from) {
      const kind = kindOf(label) === Overwritten && written ? Version : kindOf(label);
      const edge = edgeOf(reading, from, next, kind, keyOf(label));
      edges.push(because === undefined ? edge : { ...edge, because });
    }
    written = false;
    from = next;
  }
  return withoutRuns(edges);
}

/** An edge that is fixed, with the reason if it was not told. */
export function edgeOf(reading: Reading, from: number, to: number, kind: number, key: number): Edge {
  switch (kind) {
    case Session:
      return { from, to, kind: "so", key: -1 };
    case RealTime:
      return { from, to, kind: "rt", key: -1 };
    case ReadFrom:
      return { from, to, kind: "wr", key };
    case Version:
      return { from, to, kind: "ww", key, ...reasons(whyOrdered(reading, from, to, key)) };
    default:
      return { from, to, kind: "rw", key, ...reasons(whyOverwritten(reading, from, to, key)) };
  }
}

function reasons(edges: readonly Edge[]): { because?: readonly Edge[] } {
  return edges.length === 0 ? {} : { because: edges };
}

/** Why one writer's version certainly comes before another's; nothing if it was told. */
function whyOrdered(reading: Reading, a: number, b: number, key: number): Edge[] {
  if (a === Initial || precedes(reading, key, a, b) === true) return [];
  const path = readsBetween(reading, a, b, key);
  if (path !== undefined) return path;
  // The first one is at the end of a chain that starts with what was told: nothing comes in between.
  return chainTo(reading, a, key);
}

/** From what was told of the order of a key's versions to one of its writers, by reads of the key alone, each by one who then wrote it. */
function chainTo(reading: Reading, a: number, key: number): Edge[] {
  const path: Edge[] = [];
  const passed = new Set([a]);
  for (let node = a; ;) {
    const [before] = seenBy(reading, node, key);
    if (before === undefined || passed.has(before)) return path.toReversed();
    passed.add(before);
    path.push({ from: before, to: node, kind: "wr", key });
    if (precedes(reading, key, before, node) !== undefined) return path.toReversed();
    node = before;
  }
}

/** From one writer of a key to another by reads of the key alone, each by one who then wrote it. */
function readsBetween(reading: Reading, a: number, b: number, key: number): Edge[] | undefined {
  const path: Edge[] = [];
  const passed = new Set<number>();
  for (let node = b; node !== a;) {
    const seen = seenBy(reading, node, key);
    const before = seen.includes(a) ? a : seen[0];
    if (before === undefined || before === Initial || passed.has(before)) return undefined;
    passed.add(before);
    path.push({ from: before, to: node, kind: "wr", key });
    node = before;
  }
  return path.toReversed();
}

/** Why a node overwrote what another had read. */
function whyOverwritten(reading: Reading, reader: number, writer: number, key: number): Edge[] {
  const seen = seenBy(reading, reader, key).filter((version) => version !== writer);
  if (seen.some((version) => version === Initial || precedes(reading, key, version, writer) === true))
    return [];
  for (const version of seen) {
    const path = readsBetween(reading, version, writer, key);
    if (path !== undefined) return path;
  }
  return seen.flatMap((version) => whyOrdered(reading, version, writer, key)).slice(0, 1);
}

/** The writers whose versions of a key a node certainly read. */
function seenBy({ readFirst, readKey, readFrom }: Reading, node: number, key: number): number[] {
  const seen: number[] = [];
  for (let r = readFirst[node]!; r < readFirst[node + 1]!; r++)
    if (readKey[r] === key && readFrom[r]! >= Initial) seen.push(readFrom[r]!);
  return seen;
}
