import type { AnomalyName, CycleName } from "../anomalies.ts";
import type { Edge } from "../decision.ts";
import type { Level } from "../levels.ts";
import { Initial, type Reading } from "../reading.ts";
import { forbids, isAntiDependency, isByPredicate, isOrder, isRead } from "./forbids.ts";

/**
 * The names of a cycle: first its class as Adya and Elle have it, then what else it is known as, the most telling first
 * ("write-skew", "fractured-read", …). With an edge of a session or of real time, the class has `-process` or `-realtime` at its end.
 */
export function namesOfCycle(
  reading: Reading,
  cycle: readonly Edge[],
): readonly [AnomalyName, ...AnomalyName[]] {
  const first = classOf(reading, cycle);
  const ordered = cycle.some(({ kind }) => isOrder(kind));
  const suffix = cycle.some(({ kind }) => kind === "rt") ? "realtime" : ordered ? "process" : undefined;
  const withSuffix = (name: CycleName): AnomalyName => (suffix === undefined ? name : `${name}-${suffix}`);
  return [withSuffix(first), ...othersOf(reading, cycle).map(withSuffix)];
}

/**
 * The name of a cycle that refutes a level and has inferred edges: the class of that level, not of the cycle's shape. Behind an
 * inferred order stand further cycles, with anti-dependencies that the shape does not show.
 */
export function nameOfInferred(cycle: readonly Edge[], level: Level): AnomalyName {
  const name = classOfLevel(level.name);
  const kinds = new Set(Array.from(edgesBehind(cycle), ({ kind }) => kind));
  if (kinds.has("rt")) return `${name}-realtime`;
  return kinds.has("so") ? `${name}-process` : name;
}

/** The class that is ruled out by the level, of those that rule out nothing weaker. */
function classOfLevel(name: Level["name"]): CycleName {
  switch (name) {
    case "read-uncommitted":
      return "G0";
    case "read-committed":
      return "G1c";
    case "cursor-stability":
    case "monotonic-atomic-view":
    case "read-committed-biswas-enea":
    case "monotonic-view":
    case "monotonic-snapshot-read":
    case "read-atomic":
    case "update-atomic":
    case "causal-consistency":
    case "consistent-view":
    case "forward-consistent-view":
    case "parallel-snapshot-isolation":
      return "G-single";
    case "prefix-consistency":
    case "ansi-snapshot-isolation":
    case "snapshot-isolation":
      return "G-nonadjacent";
    case "update-serializable":
    case "repeatable-read":
    case "view-serializable":
    case "serializable":
      return "G2-item";
  }
}

/** The edges of a cycle, and all that these rest on. */
export function edgesBehind(cycle: readonly Edge[]): ReadonlySet<Edge> {
  const seen = new Set(cycle);
  for (const { because } of seen) for (const edge of because ?? []) seen.add(edge);
  return seen;
}

/** The class that the number of anti-dependencies and their neighbours make: exactly one. */
function classOf(reading: Reading, cycle: readonly Edge[]): CycleName {
  const anti = cycle.filter(({ kind }) => isAntiDependency(kind));
  if (anti.length === 0)
    return cycle.every((edge) => !isRead(edge.kind) && isOfUncommitted(reading, edge)) ? "G0" : "G1c";
  if (anti.length === 1) return "G-single";
  const adjacent = cycle.some(
    ({ kind }, i) => isAntiDependency(kind) && isAntiDependency(cycle[(i + 1) % cycle.length]!.kind),
  );
  if (!adjacent) return "G-nonadjacent";
  return anti.some((edge) => isByPredicate(reading, edge)) ? "G2" : "G2-item";
}

/** Whether read uncommitted heeds an edge too, whoever appended what. */
function isOfUncommitted({ uncommitted }: Reading, { from, to, key }: Edge): boolean {
  const orders = uncommitted?.orders.get(key);
  if (orders === undefined || from === Initial) return true;
  return orders.every((order) => {
    const place = order.indexOf(from);
    return place >= 0 && (place < order.indexOf(to) || !order.includes(to));
  });
}

const plain = (name: Level["name"]): Level => ({ name, strength: "strong" });

function othersOf(reading: Reading, cycle: readonly Edge[]): CycleName[] {
  const anti = cycle.filter(({ kind }) => isAntiDependency(kind));
  const names: CycleName[] = [];
  if (anti.length === 1) {
    if (cycle.length === 2 && cycle.some(({ kind }) => isRead(kind))) names.push("fractured-read");
    if (forbids(plain("cursor-stability"), cycle, reading)) names.push("G-cursor");
    if (forbids(plain("monotonic-view"), cycle, reading)) names.push("G-monotonic", "G-MSR");
    names.push("G-SIb", "G-SI");
  }
  if (isLongFork(cycle)) names.push("long-fork");
  if (anti.length >= 2 && classOf(reading, cycle) === "G-nonadjacent") names.push("G-SI");
  if (isWriteSkew(cycle)) names.push("write-skew");
  if (anti.length >= 2 && forbids(plain("update-serializable"), cycle, reading)) names.push("G-update");
  return names;
}

/** Two transactions, each of which read what the other then overwrote, of two keys. */
function isWriteSkew(cycle: readonly Edge[]): boolean {
  const [a, b] = cycle;
  return (
    cycle.length === 2 &&
    a !== undefined &&
    b !== undefined &&
    isAntiDependency(a.kind) &&
    isAntiDependency(b.kind) &&
    a.key !== b.key
  );
}

/** Two readers and two writers: each reader saw the write that the other missed. */
function isLongFork(cycle: readonly Edge[]): boolean {
  return (
    cycle.length === 4 &&
    cycle.every(({ kind }, i) => isAntiDependency(kind) !== isAntiDependency(cycle[(i + 1) % 4]!.kind)) &&
    cycle.every(({ kind }) => isAntiDependency(kind) || isRead(kind))
  );
}
