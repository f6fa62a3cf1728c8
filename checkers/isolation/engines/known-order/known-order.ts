import { isBrokenBy } from "../../lattice.ts";
import type { IsolationEngine } from "../../decision.ts";
import type { Reading } from "../../reading.ts";
import { Analysis } from "./analysis.ts";

export const knownOrder: IsolationEngine = {
  name: "known-order",
  decide(reading, level, budget) {
    if (reading.findings.some((finding) => isBrokenBy(level, finding))) return { valid: false, cycle: [] };
    return analysisOf(reading)?.decide(level, budget);
  },
};

/** What levels of one reading share is kept as long as the reading is. */
const analyses = new WeakMap<Reading, Analysis | undefined>();

function analysisOf(reading: Reading): Analysis | undefined {
  if (!analyses.has(reading)) analyses.set(reading, Analysis.of(reading));
  return analyses.get(reading);
}
