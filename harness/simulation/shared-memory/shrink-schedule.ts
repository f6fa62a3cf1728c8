import type { JsonObject } from "../../../histories/json.ts";
import type { SharedMemoryOptions } from "../../exploration/shared-memory/shared-memory-system.ts";
import { minimalSubset } from "../shrinking/minimal-subset.ts";
import type { SharedExecution } from "./execution.ts";
import { takeSteps } from "./shared-script.ts";

export interface ShrunkSchedule {
  readonly execution: SharedExecution;
  /** How many runs it took. */
  readonly runs: number;
}

/**
 * Fewer steps that violate the same property: blocks of them are left out, then halves of these; then coins fall as is
 * simplest, and steps of one process come together where their order does not matter. Within so many runs.
 */
export function shrinkSchedule(
  options: SharedMemoryOptions,
  failing: SharedExecution,
  budget: number,
): ShrunkSchedule {
  const property = failing.violation?.property;
  let left = budget;
  let best = failing;
  const fails = (steps: readonly JsonObject[]): boolean => {
    if (left <= 0) return false;
    left--;
    const { execution } = takeSteps(options, steps);
    if (execution.violation?.property !== property) return false;
    // What comes after the violation was not taken into account: it is left out.
    best = takeSteps(options, execution.steps).execution;
    return true;
  };
  for (let before = Infinity; best.steps.length < before;) {
    before = best.steps.length;
    minimalSubset(best.steps, fails);
  }
  for (let i = 0; i < best.steps.length; i++) {
    const { random, ...step } = best.steps[i]!;
    if (random !== undefined && JSON.stringify(random) !== "[0]") fails(best.steps.with(i, step));
  }
  for (let again = true; again;) {
    again = false;
    for (let i = 0; i + 2 < best.steps.length; i++) {
      const { order, steps } = best;
      // a b a: with b after, or before, the others.
      if (order[i] !== order[i + 2] || order[i] === order[i + 1]) continue;
      const [one, between, other] = [steps[i]!, steps[i + 1]!, steps[i + 2]!];
      for (const way of [
        [one, other, between],
        [between, one, other],
      ]) {
        const swapped = steps.toSpliced(i, 3, ...way);
        const switches = switchesOf(best);
        const kept = best;
        if (!fails(swapped)) continue;
        if (switchesOf(best) < switches && best.steps.length <= kept.steps.length) {
          again = true;
          break;
        }
        best = kept;
      }
    }
  }
  return { execution: best, runs: budget - left };
}

/** How often another process than the last takes the next step. */
export function switchesOf({ order }: SharedExecution): number {
  return order.filter((process, i) => i > 0 && process !== order[i - 1]).length;
}
