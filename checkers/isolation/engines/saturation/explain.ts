import type { Edge } from "../../decision.ts";
import type { Reading } from "../../reading.ts";
import type { Known } from "./known.ts";
import { shortPath, type Step } from "./order.ts";
import { ByRealTime, BySession, ByVersions, kindOfWhy } from "./relation.ts";

/** How someone certainly came before the reader of read entry `read`, by the rule that forced it to write before what was read. */
export type CameBefore = (u: number, read: number) => readonly Edge[];

/** Edges of a path or cycle of known relations; barriers of real time in between are left out. */
export function observed(reading: Reading, steps: readonly Step[]): Edge[] {
  const edges: Edge[] = [];
  for (const [i, { from, to, why }] of steps.entries()) {
    if (to >= reading.nodes) continue;
    let start = from;
    // A path begins and ends at transactions, and of a cycle at least one is.
    for (let j = i; start >= reading.nodes;) {
      j = (j + steps.length - 1) % steps.length;
      start = steps[j]!.from;
    }
    edges.push(edgeOf(reading, start, to, why));
  }
  return withoutRuns(edges);
}

/** A path or cycle in which one edge stands for each run of one order: both orders are transitive. */
export function withoutRuns(edges: readonly Edge[]): Edge[] {
  const joins = (a: Edge | undefined, b: Edge): a is Edge =>
    a !== undefined &&
    a.to === b.from &&
    a.from !== b.to &&
    a.kind === b.kind &&
    (a.kind === "so" || a.kind === "rt");
  const merged: Edge[] = [];
  for (const edge of edges) {
    const last = merged.at(-1);
    if (joins(last, edge)) merged[merged.length - 1] = { ...last, to: edge.to };
    else merged.push(edge);
  }
  const [first] = merged;
  const last = merged.at(-1);
  // Where a cycle was cut open in the middle of a run.
  if (first !== undefined && first !== last && joins(last, first))
    return [{ ...first, from: last.from }, ...merged.slice(1, -1)];
  return merged;
}

function edgeOf(reading: Reading, from: number, to: number, why: number): Edge {
  if (why === BySession) return { from, to, kind: "so", key: -1 };
  if (why === ByRealTime) return { from, to, kind: "rt", key: -1 };
  if (why <= ByVersions) return { from, to, kind: "ww", key: ByVersions - why };
  return { from, to, kind: "wr", key: reading.readKey[why]! };
}

/**
 * A cycle that the level forbids, from one of known edges (`why` as in `Relation`) and forced ones (`inferred`, `why` the read entry).
 *
 * A forced edge u → w means that u came before someone who read w. If the rest of the cycle leads from w to u, then u
 * overwrote what that reader saw: u, the reader, and back to u by an anti-dependency is the shorter thing to say.
 */
export function forbiddenCycle(
  reading: Reading,
  known: Known,
  steps: readonly Step[],
  cameBefore: CameBefore,
): Edge[] {
  const pivot = steps.findIndex(({ inferred }) => inferred);
  const explained = (some: readonly Step[]): Edge[] => {
    const edges: Edge[] = [];
    for (let i = 0; i < some.length;) {
      const step = some[i]!;
      if (step.inferred) {
        edges.push(forcedEdge(reading, known, step, cameBefore));
        i++;
        continue;
      }
      let end = i;
      while (end < some.length && !some[end]!.inferred) end++;
      edges.push(...observed(reading, some.slice(i, end)));
      i = end;
    }
    return edges;
  };
  if (pivot < 0) return observed(reading, steps);
  const { from: u, why: read } = steps[pivot]!;
  const rest = explained([...steps.slice(pivot + 1), ...steps.slice(0, pivot)]);
  const key = reading.readKey[read]!;
  const told = rest.every(
    ({ kind, key: of, because }) => kind === "ww" && of === key && because === undefined,
  );
  return [
    ...cameBefore(u, read),
    { from: known.reader[read]!, to: u, kind: "rw", key, ...(told ? {} : { because: rest }) },
  ];
}

function forcedEdge(reading: Reading, known: Known, step: Step, cameBefore: CameBefore): Edge {
  const { from, to, why: read } = step;
  const key = reading.readKey[read]!;
  const wasRead: Edge = { from: to, to: known.reader[read]!, kind: "wr", key };
  return { from, to, kind: "ww", key, because: [...cameBefore(from, read), wasRead] };
}

/** By an earlier read of the same transaction. */
export function byEarlierRead(reading: Reading, known: Known): CameBefore {
  return (u, read) => [readOf(reading, u, known.reader[read]!)!];
}

/** By a read, the session or real time. */
export function byOneStep(reading: Reading, known: Known, sessions: boolean): CameBefore {
  const { session } = reading;
  return (u, read) => {
    const to = known.reader[read]!;
    const edge = readOf(reading, u, to);
    if (edge !== undefined) return [edge];
    return [{ from: u, to, kind: sessions && session[u] === session[to] ? "so" : "rt", key: -1 }];
  };
}

/** By a chain of reads, sessions and real time, the shortest. */
export function byManySteps(reading: Reading, known: Known): CameBefore {
  return (u, read) =>
    observed(reading, shortPath(known.seen, undefined, u, known.reader[read]!, kindOfWhy)!.steps);
}

function readOf(reading: Reading, from: number, to: number): Edge | undefined {
  for (let r = reading.readFirst[to]!; r < reading.readFirst[to + 1]!; r++)
    if (reading.readFrom[r] === from) return { from, to, kind: "wr", key: reading.readKey[r]! };
  return undefined;
}
