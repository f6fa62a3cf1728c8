import type { Budget } from "../../../checker.ts";
import type { IsolationEngine, LevelDecision } from "../../decision.ts";
import { isBrokenBy } from "../../lattice.ts";
import type { Level, LevelName } from "../../levels.ts";
import { Initial, type Reading } from "../../reading.ts";
import { byEarlierRead, byManySteps, byOneStep, forbiddenCycle, type CameBefore } from "./explain.ts";
import {
  forcedInto,
  forceEarlier,
  forceMonotonicReads,
  forceOwnSession,
  forceWholeWriters,
} from "./forced.ts";
import { forceCausally, forceFollowing } from "./forced-causally.ts";
import { addKnownVersions, knownOf, type Known } from "./known.ts";
import { components, shortCycle, topologicalOrder } from "./order.ts";
import { ByVersions, kindOfWhy, Relation } from "./relation.ts";

/**
 * Decides the levels that saturation decides exactly, whatever of the orders of versions is known: read uncommitted, read committed,
 * monotonic atomic view (and Biswas & Enea's read committed), read atomic, and causal consistency.
 *
 * Each of them says: D = O ∪ WR ∪ WW is acyclic, and no u that Φ-precedes the reader of a version of k comes after that version in WW(k),
 * where Φ is nothing, an earlier read of the same transaction, O ∪ WR, or (O ∪ WR)+. Φ does not depend on WW in any of these, nor
 * in any strength. So every WW that will do has the edges u → w that Φ forces, and if O ∪ WR with these edges is acyclic, then any
 * topological order of it is a WW that will do. Forced edges are needed only as far as others do not imply them.
 *
 * The time is O(n^1.5) for the levels up to read atomic and O(n·k) for causal consistency with k sessions
 * (Møldrup & Pavlogiannis, "AWDIT", PLDI 2025), the same with real time, whose edges are O(n) by barriers. Causal consistency without
 * sessions looks only at cycles that there are with sessions.
 */
export const saturationEngine: IsolationEngine = {
  name: "saturation",
  decide(reading, level, budget) {
    if (!decided.has(level.name)) return undefined;
    if (reading.candidates.size > 0 && level.name !== "read-uncommitted") return undefined;
    if (reading.findings.some((finding) => isBrokenBy(level, finding))) return { valid: false, cycle: [] };
    return saturate(reading, level, budget);
  },
};

const decided: ReadonlySet<LevelName> = new Set<LevelName>([
  "read-uncommitted",
  "read-committed",
  "monotonic-atomic-view",
  "read-committed-biswas-enea",
  "read-atomic",
  "causal-consistency",
]);

function saturate(reading: Reading, level: Level, budget: Budget): LevelDecision {
  const { name, strength } = level;
  if (bytesOf(reading) > (budget.bytes ?? Infinity))
    return { valid: "unknown", reason: "the budget has no room for the edges; more memory may decide it" };
  const known = knownOf(reading, strength, name !== "read-uncommitted");
  const edges = new Relation(known.nodes);
  addKnownVersions(reading, edges);
  const forced = forcedInto(reading, edges);
  let cameBefore: CameBefore = () => [];
  switch (name) {
    case "monotonic-atomic-view":
    case "read-committed-biswas-enea":
      forceMonotonicReads(reading, known.reader, forced);
      cameBefore = byEarlierRead(reading, known);
      break;
    case "read-atomic":
      forceWholeWriters(reading, known.reader, forced);
      if (strength !== "plain") forceOwnSession(reading, forced);
      if (strength === "strong") forceEarlier(reading, known.reader, forced);
      cameBefore = byOneStep(reading, known, strength !== "plain");
      break;
    case "causal-consistency":
      return saturateCausally(reading, level, known, edges, budget);
    default:
      break;
  }
  edges.seal();
  return answer(reading, known, edges, topologicalOrder(known.seen, edges), cameBefore);
}

function answer(
  reading: Reading,
  known: Known,
  edges: Relation,
  order: Int32Array | undefined,
  cameBefore: CameBefore,
): LevelDecision {
  if (order === undefined) {
    const steps = shortCycle(known.seen, edges, kindOfWhy)!;
    return { valid: false, cycle: forbiddenCycle(reading, known, steps, cameBefore) };
  }
  return {
    valid: true,
    execution: { commits: order.filter((node) => node !== Initial && node < reading.nodes) },
  };
}

function saturateCausally(
  reading: Reading,
  level: Level,
  known: Known,
  edges: Relation,
  budget: Budget,
): LevelDecision {
  const { seen } = known;
  const cameBefore = byManySteps(reading, known);
  const order = topologicalOrder(seen, new Relation(known.nodes, 0).seal());
  if (order === undefined) return answer(reading, known, edges.seal(), order, cameBefore);
  const isOver = isOverBy(reading, budget);
  if (level.strength !== "plain" && !manySessions(reading)) {
    const complete = forceCausally(reading, seen, order, forcedInto(reading, edges), isOver);
    edges.seal();
    const whole = topologicalOrder(seen, edges);
    return whole !== undefined && !complete
      ? exhaustedBudget
      : answer(reading, known, edges, whole, cameBefore);
  }
  const suspects = level.strength === "plain" ? suspectsOf(reading, isOver) : allOf(reading);
  if (suspects === undefined) return saturate(reading, { ...level, strength: "strong-session" }, budget);
  const forced = forcedInto(reading, edges);
  const limit = (budget.steps ?? Infinity) / seen.nodes;
  let exhausted = false;
  let ask = 1;
  forceFollowing(reading, seen, order, suspects.writers, forced, (passes) => {
    exhausted = passes >= limit || isOver(0);
    if (passes < ask) return exhausted;
    ask *= 2;
    return topologicalOrder(seen, edges.sealed()) === undefined || exhausted;
  });
  edges.seal();
  const whole = topologicalOrder(seen, edges);
  if (whole !== undefined && exhausted) return exhaustedBudget;
  return answer(reading, known, edges, whole && byComponent(whole, suspects.component), cameBefore);
}

const exhaustedBudget: LevelDecision = {
  valid: "unknown",
  reason: "the budget ended before all that came before each reader was followed",
};

/** Bytes of the edges, roughly: those that are known, and as many that are forced. */
function bytesOf({ nodes, readKey, writeKey }: Reading): number {
  return 40 * (nodes + readKey.length + writeKey.length);
}

/** Whether seconds, or bytes besides the edges, are used up. */
function isOverBy(reading: Reading, { bytes, seconds, clock }: Budget): (bytes: number) => boolean {
  const room = (bytes ?? Infinity) - bytesOf(reading);
  const deadline = seconds === undefined || clock === undefined ? Infinity : clock() + seconds;
  return (used) => used > room || (clock !== undefined && clock() >= deadline);
}

/** With so many sessions clocks cost more than following writers. */
function manySessions({ sessions }: Reading): boolean {
  return sessions > 4096;
}

interface Suspects {
  readonly writers: readonly number[];
  /** Place of the component of each node in an order of components that no forced order contradicts. */
  readonly component?: Int32Array;
}

function allOf({ nodes, writeFirst }: Reading): Suspects {
  const writers: number[] = [];
  for (let n = Initial + 1; n < nodes; n++) if (writeFirst[n + 1]! > writeFirst[n]!) writers.push(n);
  return { writers };
}

/**
 * The writers on cycles that there are if sessions are heeded. What is forced without sessions is forced, or implied, with them, so that
 * no cycle leaves a component of that graph, and no forced order goes against the order of the components. `undefined`: there is
 * no cycle at all.
 */
function suspectsOf(reading: Reading, isOver: (bytes: number) => boolean): Suspects | undefined {
  const known = knownOf(reading, "strong-session", true);
  const edges = new Relation(known.nodes);
  addKnownVersions(reading, edges);
  const order = topologicalOrder(known.seen, new Relation(known.nodes, 0).seal());
  // Then the order of sessions is on a cycle with reads, and clocks have no meaning.
  if (order === undefined || manySessions(reading)) return allOf(reading);
  if (!forceCausally(reading, known.seen, order, forcedInto(reading, edges), isOver)) return allOf(reading);
  for (let n = Initial + 1; n < reading.nodes; n++) edges.add(Initial, n, ByVersions);
  const { component, sizes } = components(known.seen, edges.seal());
  const writers = allOf(reading).writers.filter((node) => sizes[component[node]!]! > 1);
  return writers.length === 0 ? undefined : { writers, component };
}

/** Sorts an order by components, each of which keeps its part of it. */
function byComponent(order: Int32Array, component: Int32Array | undefined): Int32Array {
  if (component === undefined) return order;
  return order.toSorted((a, b) => component[a]! - component[b]!);
}
