import * as checkers from "../checkers/index.ts";
import { UsageError } from "../histories/errors.ts";
import * as histories from "../histories/index.ts";
import * as systems from "../systems/index.ts";
import * as workloads from "../workloads/index.ts";
import { importUserModule } from "./user-module.ts";

/**
 * Loads a system from a TypeScript or JavaScript file, which exports what `defineSystem` gives as `default` or as `system`.
 * Throws a `UsageError` that says what is wrong, in which file.
 */
export async function loadSystem(file: string): Promise<systems.System> {
  const module = await importUserModule(file, "system", "E_SYSTEM", {
    "rashomon/checkers": checkers,
    "rashomon/histories": histories,
    "rashomon/systems": systems,
    "rashomon/workloads": workloads,
  });
  const members = new Map<string, unknown>(
    typeof module === "object" && module !== null ? Object.entries(module) : [],
  );
  const exported = members.get("default") ?? members.get("system");
  if (exported === undefined)
    throw new UsageError(
      `${file} exports no system: export default defineSystem({…}), or export const system.`,
      "E_SYSTEM",
    );
  if (!isSystem(exported)) {
    const problem = systems.problemOfSystem(exported);
    throw new UsageError(`${file}: ${problem ?? "wrap the system in defineSystem({…})"}`, "E_SYSTEM");
  }
  return exported;
}

/** Whether it has what `defineSystem` adds, and so went through it. */
function isSystem(value: unknown): value is systems.System {
  return (
    systems.problemOfSystem(value) === undefined &&
    typeof value === "object" &&
    value !== null &&
    "capabilities" in value &&
    value.capabilities instanceof Set &&
    "nodeCounts" in value
  );
}
