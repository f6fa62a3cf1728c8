import type { Edge } from "../../decision.ts";
import { Initial } from "../../reading.ts";
import type { SearchedKind } from "./cycle-shapes.ts";
import type { Versions } from "./versions.ts";

/** An edge, with its reasons where it follows from an order of versions that was inferred. */
export function edgeOf(versions: Versions, from: number, to: number, kind: SearchedKind, key: number): Edge {
  const edge = { from, to, kind, key };
  if (kind !== "ww" && kind !== "rw") return edge;
  const version = kind === "ww" ? writtenBy(versions, from, key) : readBy(versions, from, key);
  if (version < versions.told[key]!) return edge;
  const because = orderReasons(versions, version, to, key);
  if (kind === "rw") because.push({ from: versions.writer[version]!, to: from, kind: "wr", key });
  return { ...edge, because };
}

/**
 * Why a version whose place was inferred comes before that of another node. Each version of the chain was written by who had read
 * the one before; so nothing came between, and whatever is not of the chain comes after it.
 */
function orderReasons(versions: Versions, version: number, other: number, key: number): Edge[] {
  const { writer, told, reading } = versions;
  const reasons: Edge[] = [];
  const chainStart = told[key]!;
  const target = writtenBy(versions, other, key);
  const reads = (node: number, from: number): boolean => {
    for (let r = reading.readFirst[node]!; r < reading.readFirst[node + 1]!; r++)
      if (reading.readKey[r] === key && reading.readFrom[r] === from) return true;
    return false;
  };
  if (target < versions.settled[key]! && target - version <= version - chainStart + 1) {
    let chained = true;
    for (let v = version; v < target && chained; v++) chained = reads(writer[v + 1]!, writer[v]!);
    if (chained) {
      for (let v = version; v < target; v++)
        reasons.push({ from: writer[v]!, to: writer[v + 1]!, kind: "wr", key });
      return reasons;
    }
  }
  reasons.push({ from: writer[chainStart]!, to: other, kind: "rw", key });
  for (let v = chainStart; v < version; v++)
    reasons.push({ from: writer[v]!, to: writer[v + 1]!, kind: "wr", key });
  return reasons;
}

function writtenBy({ reading, versionWritten, first }: Versions, node: number, key: number): number {
  if (node === Initial) return first[key]!;
  for (let w = reading.writeFirst[node]!; w < reading.writeFirst[node + 1]!; w++)
    if (reading.writeKey[w] === key) return versionWritten[w]!;
  throw new Error(`Node ${node} does not write key ${key}.`);
}

/** The oldest version that a node read of a key. */
function readBy({ reading, versionRead }: Versions, node: number, key: number): number {
  let oldest = Infinity;
  for (let r = reading.readFirst[node]!; r < reading.readFirst[node + 1]!; r++)
    if (reading.readKey[r] === key) oldest = Math.min(oldest, versionRead[r]!);
  return oldest;
}
