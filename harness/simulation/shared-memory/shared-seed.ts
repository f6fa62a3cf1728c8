import type { BundledAlgorithm } from "../../../systems/contracts/shared-memory.ts";
import { sharedMemoryOptions } from "../../exploration/shared-memory/algorithm-subject.ts";
import { originOf } from "../../exploration/subject.ts";
import type { Script } from "../../exploration/script.ts";
import type { Finding, Inquiry, SeedOutcome } from "../campaign/seed-run.ts";
import { RandomChoices } from "../choices/index.ts";
import type { SimulationRequest } from "../runs/simulation-plan.ts";
import type { Size } from "../shrinking/shrink.ts";
import type { SharedExecution } from "./execution.ts";
import { drawShared, planShared, type SharedDraw, type SharedPlan } from "./shared-plan.ts";
import { runShared, type SharedRun } from "./shared-run.ts";
import { shrinkSchedule, switchesOf } from "./shrink-schedule.ts";

/** Runs one seed of an algorithm on shared memory. */
export function runSharedSeed(
  algorithm: BundledAlgorithm,
  request: SimulationRequest,
  seed: number,
): SeedOutcome {
  const plan = planShared(algorithm, request);
  const draw = drawShared(plan, String(seed));
  const { execution, cut } = runDrawn(plan, draw, seed);
  const { violation, steps, locals } = execution;
  const late = cut && algorithm.properties.includes("wait-freedom");
  // Where somebody may stop, what the others come to is not what all would have.
  const outcome =
    violation === undefined && !cut && draw.configuration.stops === undefined
      ? algorithm.outcomes?.find(({ holds }) => holds(locals))
      : undefined;
  return {
    seed,
    valid: violation !== undefined ? false : late ? "unknown" : true,
    events: steps.length,
    operations: locals.length - execution.going().length,
    microseconds: 0,
    failures: violation === undefined ? [] : [signatureOf(violation.property)],
    unknown:
      violation === undefined && late
        ? [`wait-freedom: a run took ${steps.length} steps and had not ended`]
        : [],
    ...(outcome === undefined
      ? {}
      : { happened: { configuration: draw.configuration.name, outcome: outcome.name } }),
  };
}

/** Runs a seed that failed once more, writes its steps down, and makes them fewer. */
export function inquireShared(
  algorithm: BundledAlgorithm,
  { options, seed, signature, budget }: Inquiry,
): Finding {
  const plan = planShared(algorithm, options);
  const draw = drawShared(plan, String(seed));
  const { execution } = runDrawn(plan, draw, seed);
  const { violation } = execution;
  if (violation?.property !== signature.checker) {
    throw new Error(`seed ${seed} does not fail again as it did: the simulation is not deterministic`);
  }
  const promised = sharedMemoryOptions(algorithm, plan.mutant, draw.configuration);
  const shrunk = budget > 0 ? shrinkSchedule(promised, execution, budget) : { execution, runs: 0 };
  const { explanation } = shrunk.execution.violation ?? violation;
  const script: Script = {
    format: "rashomon-script",
    version: 2,
    ...originOf(algorithm.name, plan.mutant, draw.configuration.name),
    property: violation.property,
    explanation,
    steps: shrunk.execution.steps,
  };
  return {
    seed,
    signature,
    explanation,
    replay: `${JSON.stringify(script, undefined, 2)}\n`,
    before: sizeOf(execution),
    after: sizeOf(shrunk.execution),
    runs: shrunk.runs,
  };
}

function runDrawn(plan: SharedPlan, draw: SharedDraw, seed: number): SharedRun {
  const options = sharedMemoryOptions(plan.algorithm, plan.mutant, draw.configuration);
  return runShared(options, draw, new RandomChoices(String(seed)), plan.steps);
}

function signatureOf(property: string): { readonly checker: string; readonly anomaly: string } {
  return { checker: property, anomaly: property };
}

/** By the names of runs of networks: stops are faults, steps events; processes act; each switch between them was a choice. */
function sizeOf(execution: SharedExecution): Size {
  const { steps, locals, order } = execution;
  return {
    faults: steps.filter((step) => step["do"] === "stop").length,
    operations: new Set(order).size,
    nodes: locals.length,
    clients: 0,
    events: steps.length,
    choices: switchesOf(execution),
    microseconds: 0,
  };
}
