import type { Budget } from "../../../checker.ts";
import type { IsolationEngine, LevelDecision } from "../../decision.ts";
import { isBrokenBy } from "../../lattice.ts";
import type { Level } from "../../levels.ts";
import type { Reading } from "../../reading.ts";
import type { Effort } from "./order.ts";
import { rulesOf, stricterRulesOf } from "./rules.ts";
import { shrinkCore } from "./shrink-core.ts";
import { solve } from "./solve.ts";

/**
 * Decides every level on every reading, whatever is known of the orders of versions and of who wrote what was read, by a search over what
 * is not known. See `solve`.
 */
export const solverEngine: IsolationEngine = {
  name: "solver",
  decide(reading, level, budget) {
    if (reading.findings.some((finding) => isBrokenBy(level, finding))) return { valid: false, cycle: [] };
    return search(reading, level, budget);
  },
};

/** Visits of nodes and edges for each operation that stricter rules are tried for. */
const GuessEffort = 10;

function search(reading: Reading, level: Level, budget: Budget): LevelDecision | undefined {
  const rules = rulesOf(level);
  if (rules === undefined) return undefined;
  const effort = effortOf(budget);
  const stricter = stricterRulesOf(rules);
  if (stricter !== undefined) {
    const limit = Math.min(effort.left / 2, GuessEffort * (reading.readKey.length + reading.writeKey.length));
    const trial: Effort = { ...effort, left: limit };
    const guess = solve(reading, stricter, trial);
    effort.left -= limit - Math.max(0, trial.left);
    if (guess.result === "valid") return { valid: true, execution: { commits: guess.execution.commits } };
  }
  const solution = solve(reading, rules, effort);
  switch (solution.result) {
    case "valid":
      return { valid: true, execution: solution.execution };
    case "cycle":
      return { valid: false, cycle: solution.cycle };
    case "core": {
      const shrunk = shrinkCore(reading, rules, solution.core, solve);
      return shrunk.result === "cycle"
        ? { valid: false, cycle: shrunk.cycle }
        : { valid: false, core: shrunk.core };
    }
    case "exhausted":
      return {
        valid: "unknown",
        reason: `the budget ended while ${solution.undecided} choices were open (orders of versions, writers of what was read); more ${effort.room !== undefined && effort.room < 0 ? "memory" : "steps"} may decide it`,
      };
  }
}

/** Steps for a level unless told otherwise: some ten to thirty seconds. */
const DefaultSteps = 30_000_000;

/** Seconds count only where a user asked for them. */
function effortOf({ steps, bytes, seconds, clock }: Budget): Effort {
  const spending = { left: steps ?? DefaultSteps, ...(bytes === undefined ? {} : { room: bytes }) };
  if (seconds === undefined || clock === undefined) return spending;
  const deadline = clock() + seconds;
  return { ...spending, isOver: () => clock() >= deadline };
}
