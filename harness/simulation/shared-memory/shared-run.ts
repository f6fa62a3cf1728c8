import type { SharedMemoryOptions } from "../../exploration/shared-memory/shared-memory-system.ts";
import type { ChoiceStreams } from "../choices.ts";
import { SharedExecution } from "./execution.ts";
import { PriorityScheduler, UniformScheduler, type ProcessScheduler } from "./schedule.ts";
import type { SharedDraw } from "./shared-plan.ts";

/** A process that may stop does so at one in so many steps. */
const stopSides = 24;

/** What a run by chance came to. */
export interface SharedRun {
  readonly execution: SharedExecution;
  /** Whether it took as many steps as it may, and had not ended. */
  readonly cut: boolean;
}

/** Runs processes through to their ends, as chance orders their steps, until something is violated. */
export function runShared(
  options: SharedMemoryOptions,
  { schedule, changes, horizon }: SharedDraw,
  choices: ChoiceStreams,
  limit: number,
): SharedRun {
  const execution = new SharedExecution(options);
  const scheduler: ProcessScheduler =
    schedule === "uniform"
      ? new UniformScheduler(choices)
      : new PriorityScheduler(choices, options.inputs.length, changes, horizon);
  const faults = choices.stream("stops");
  const coins = choices.stream("coins");
  let stops = options.stops;
  for (; execution.violation === undefined;) {
    const runnable = execution.runnable();
    if (runnable.length === 0) break;
    if (execution.steps.length >= limit) return { execution, cut: true };
    if (stops > 0 && faults.choose(stopSides, "stop") === stopSides - 1) {
      const going = execution.going();
      execution.stop(going[faults.choose(going.length, "who")]!);
      stops--;
      continue;
    }
    execution.step(scheduler.pick(runnable), (bound) => coins.choose(bound, "coin"));
  }
  return { execution, cut: false };
}
