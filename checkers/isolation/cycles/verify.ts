import { Never } from "../transactions.ts";
import { Initial, type Reading } from "../reading.ts";
import type { Edge } from "../decision.ts";
import { isWriter, precedes } from "./versions.ts";

/**
 * Checks a cycle against the reading: its edges join up, and each was observed or has a `because` of such edges. That these force
 * it is for `checkers/certificates/isolation` to verify.
 * Returns what is wrong, in words; `undefined` when it stands.
 */
export function verifyCycle(reading: Reading, cycle: readonly Edge[]): string | undefined {
  if (cycle.length < 2) return "it has fewer than two edges";
  for (const [i, edge] of cycle.entries()) {
    if (edge.to !== cycle[(i + 1) % cycle.length]!.from)
      return `edge ${i} does not end where the next one starts`;
  }
  // Reasons may be shared by many edges: each is looked at once.
  const open = [...cycle];
  const seen = new Set<Edge>(open);
  for (const edge of open) {
    const problem = problemOf(reading, edge);
    if (problem !== undefined)
      return `the ${edge.kind} edge from node ${edge.from} to node ${edge.to} ${problem}`;
    for (const reason of edge.because ?? [])
      if (!seen.has(reason)) {
        seen.add(reason);
        open.push(reason);
      }
  }
  return undefined;
}

function problemOf(reading: Reading, edge: Edge): string | undefined {
  const { from, to, kind, key } = edge;
  const { nodes, begin, end, session, place } = reading;
  if (!(from >= 0 && from < nodes && to > Initial && to < nodes && from !== to))
    return "is of nodes that are none";
  const inferred = (edge.because?.length ?? 0) > 0;
  switch (kind) {
    case "so":
      return from === Initial || (session[from] === session[to] && place[from]! < place[to]!)
        ? undefined
        : "is of no session";
    case "rt":
      if (from === Initial) return undefined;
      return reading.transactions.timed && end[from] !== Never && end[from]! < begin[to]!
        ? undefined
        : "is of transactions that overlapped";
    case "wr":
    case "wrp":
      return inferred || reads(reading, to, key).some(({ writer }) => writer === from)
        ? undefined
        : "was not read";
    case "ww":
    case "wwp":
      // An order of writes to different keys can only have been inferred.
      if (key < 0 && inferred) return undefined;
      if (!isWriter(reading, key, from) || !isWriter(reading, key, to))
        return "is of a key that one of them did not write";
      return inferred || precedes(reading, key, from, to) === true
        ? undefined
        : "is of versions in no known order";
    case "rw":
    case "rwp":
      if (!isWriter(reading, key, to)) return "is of a key that was not overwritten";
      return reads(reading, from, key).some(
        ({ writer }) =>
          writer !== to && (inferred || (writer >= 0 && precedes(reading, key, writer, to) === true)),
      )
        ? undefined
        : "is of no version that was read before";
  }
}

interface ReadEntry {
  readonly entry: number;
  /** −1: one of several. */
  readonly writer: number;
  readonly operation: number;
}

/** What a node read of a key before it wrote the key itself. */
export function reads(reading: Reading, node: number, key: number): ReadEntry[] {
  const found: ReadEntry[] = [];
  for (let entry = reading.readFirst[node]!; entry < reading.readFirst[node + 1]!; entry++)
    if (reading.readKey[entry] === key)
      found.push({ entry, writer: reading.readFrom[entry]!, operation: reading.readOperation[entry]! });
  return found;
}
