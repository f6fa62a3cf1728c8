import { InputError } from "../../../histories/errors.ts";
import { isJsonArray, type JsonObject } from "../../../histories/json.ts";
import type {
  BundledAlgorithm,
  SharedMemoryConfiguration,
} from "../../../systems/contracts/shared-memory.ts";
import type { Script } from "../../exploration/script.ts";
import { sharedMemoryOptions } from "../../exploration/shared-memory/algorithm-subject.ts";
import type { SharedMemoryOptions } from "../../exploration/shared-memory/shared-memory-system.ts";
import { SharedExecution } from "./execution.ts";

/** Takes the steps of a script; an `InputError` says which cannot be taken. */
export function runSharedScript(algorithm: BundledAlgorithm, script: Script): SharedExecution {
  const options = sharedMemoryOptions(algorithm, script.mutant, configurationOf(algorithm, script), Infinity);
  const { execution, taken } = takeSteps(options, script.steps);
  if (taken === script.steps.length) return execution;
  throw new InputError("E_SCRIPT", {
    expected: `a step ${taken + 1} that can be taken, of ${
      execution
        .runnable()
        .map((process) => `p${process}`)
        .join(", ") || "nobody"
    }`,
    found: JSON.stringify(script.steps[taken]),
    hint: "The script belongs to another algorithm, mutant or configuration, or to another version of it.",
  });
}

/** Takes steps as far as they can be taken; how many those were. */
export function takeSteps(
  options: SharedMemoryOptions,
  steps: readonly JsonObject[],
): { readonly execution: SharedExecution; readonly taken: number } {
  const execution = new SharedExecution(options);
  for (const [i, step] of steps.entries()) {
    const { process: name, random = [] } = step;
    const process = execution.names.indexOf(typeof name === "string" ? name : "");
    if (!isJsonArray(random)) return { execution, taken: i };
    if (step["do"] === "stop" && execution.going().includes(process)) execution.stop(process);
    else if (step["do"] === "step" && execution.runnable().includes(process)) {
      let drawn = 0;
      execution.step(process, (bound) => Math.min(Number(random[drawn++] ?? 0), bound - 1));
    } else return { execution, taken: i };
  }
  return { execution, taken: steps.length };
}

export function configurationOf(
  { name, configurations }: BundledAlgorithm,
  { configuration }: Script,
): SharedMemoryConfiguration {
  const found = configurations.find((each) => each.name === configuration);
  if (found !== undefined) return found;
  throw new InputError("E_SCRIPT", {
    expected: `a configuration of ${name}: ${configurations.map((each) => each.name).join(", ")}`,
    found: configuration,
  });
}
