import { isBrokenBy } from "../../lattice.ts";
import type { IsolationEngine } from "../../decision.ts";
import type { Reading } from "../../reading.ts";
import { Analysis } from "./analysis.ts";

/**
 * Levels of readings in which it is known who wrote what was read, and the order of each key's versions but for some _loose_ ones at the
 * end: appends that nobody read, registers written once. Every level is a question about one graph then, and linear but where
 * paths are asked for.
 *
 * - Serializable levels, read committed, read uncommitted: a topological order of the transactions by the edges of the level, which is the
 *   execution. Prefix consistency and snapshot isolation: the same of snapshots and commits (`snapshots.ts`).
 * - Real time is a linear number of edges through barriers (`graph/real-time.ts`), session order one edge from each to the next.
 * - Contradictions of two transactions (read atomic, cursor stability, …): passes over the reads that compare places of versions
 *   (`reading-back.ts`).
 * - `D+ ; RW` and the like: does whoever overwrote a version reach its reader? Asked in an order of D that follows RW too wherever it can, by
 *   components of D ∪ RW: only pairs inside of one component can stand the wrong way round, all others are answered by their
 *   places. The rest is searched within the window between the two, or, if windows are wide, by chains of nodes: as many as sessions,
 *   at most, once session order is heeded; barriers are nodes like any other, so that real time needs nothing of its own (`graph/reachability.ts`).
 *   Only the immediate successor of what was read is asked for where WW is part of the path: the later ones follow from it.
 *
 * With loose versions, a level is refuted by what is known alone, which every order shares: that they come after all others; and, for
 * levels that forbid to overwrite unseen what was read, that who read the last version and wrote the next comes first (`Versions.chained`). It is
 * shown to hold by a guess: loose writers in the order of the known graph, or of their ends as far as that graph allows.
 * If neither does, the answer is `undefined`, and a search must decide.
 *
 * Invalid: a shortest forbidden cycle (`cycle-search.ts`), or none if a finding breaks the level by itself.
 */
export const knownOrder: IsolationEngine = {
  name: "known-order",
  decide(reading, level, budget) {
    if (reading.findings.some((finding) => isBrokenBy(level, finding))) return { valid: false, cycle: [] };
    return analysisOf(reading)?.decide(level, budget);
  },
};

/** What levels of one reading share is kept as long as the reading is. */
const analyses = new WeakMap<Reading, Analysis | undefined>();

export function analysisOf(reading: Reading): Analysis | undefined {
  if (!analyses.has(reading)) analyses.set(reading, Analysis.of(reading));
  return analyses.get(reading);
}
