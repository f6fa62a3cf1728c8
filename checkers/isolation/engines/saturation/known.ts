import { Initial, type Reading } from "../../reading.ts";
import type { Strength } from "../../levels.ts";
import { barriers } from "./real-time.ts";
import { ByRealTime, BySession, ByVersions, Relation } from "./relation.ts";

/** What a reading says of precedence by itself, in one strength. Nodes from `reading.nodes` on are barriers of real time. */
export interface Known {
  readonly nodes: number;
  /** The order that the strength heeds, and, if reads count, who read from whom: O ∪ WR. */
  readonly seen: Relation;
  /** Node of each read entry. */
  readonly reader: Int32Array;
}

export function readers({ nodes, readFirst }: Reading): Int32Array {
  const reader = new Int32Array(readFirst[nodes]!);
  for (let n = 0; n < nodes; n++) reader.fill(n, readFirst[n], readFirst[n + 1]);
  return reader;
}

/** Levels are asked for one after another, mostly in one strength: what was made last is kept as long as the reading is. */
const made = new WeakMap<
  Reading,
  { readonly strength: Strength; readonly reads: boolean; readonly known: Known }
>();

export function knownOf(reading: Reading, strength: Strength, reads: boolean): Known {
  const last = made.get(reading);
  if (last?.strength === strength && last.reads === reads) return last.known;
  const known = makeKnown(reading, strength, reads);
  made.set(reading, { strength, reads, known });
  return known;
}

function makeKnown(reading: Reading, strength: Strength, reads: boolean): Known {
  const { nodes, session, place, sessionFirst, sessionNode, readFirst, readFrom } = reading;
  const count =
    strength === "strong"
      ? barriers(
          reading,
          () => undefined,
          () => undefined,
        )
      : 0;
  const seen = new Relation(nodes + count, nodes + (reads ? readFrom.length : 0) + 16);
  if (strength !== "plain")
    for (let n = Initial + 1; n < nodes; n++) {
      const at = place[n]!;
      if (at > 0) seen.add(sessionNode[sessionFirst[session[n]!]! + at - 1]!, n, BySession);
    }
  if (count > 0) {
    barriers(
      reading,
      (node, barrier) => seen.add(node, nodes + barrier, ByRealTime),
      (barrier, node) => seen.add(nodes + barrier, node, ByRealTime),
    );
    for (let b = 1; b < count; b++) seen.add(nodes + b - 1, nodes + b, ByRealTime);
  }
  if (reads)
    for (let n = Initial + 1; n < nodes; n++) {
      let last = -1;
      for (let r = readFirst[n]!; r < readFirst[n + 1]!; r++) {
        const from = readFrom[r]!;
        if (from > Initial && from !== last) seen.add(from, n, r);
        last = from;
      }
    }
  return { nodes: nodes + count, seen: seen.seal(), reader: readers(reading) };
}

/** Adds the orders of versions that are known: each after the one before it, and those of unknown place after all of these. */
export function addKnownVersions(reading: Reading, versions: Relation): void {
  const { writerFirst, writer, ordered } = reading;
  for (let key = 0; key < ordered.length; key++) {
    const first = writerFirst[key]!;
    const known = first + ordered[key]!;
    for (let i = first + 2; i < known; i++) versions.add(writer[i - 1]!, writer[i]!, ByVersions - key);
    if (ordered[key]! > 1)
      for (let i = known; i < writerFirst[key + 1]!; i++)
        versions.add(writer[known - 1]!, writer[i]!, ByVersions - key);
  }
}
