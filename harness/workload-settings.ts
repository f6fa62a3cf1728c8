import { UsageError } from "../histories/errors.ts";
import type { Workload, WorkloadSettings } from "../workloads/index.ts";

/** What was asked of the workload, and the isolation level that the system claims first where none was; nothing that does not concern it. */
export function workloadSettings(
  workload: Workload,
  claims: readonly string[],
  asked: WorkloadSettings,
): WorkloadSettings {
  for (const [name, value] of Object.entries(asked)) {
    if (value === undefined || workload.settings.some((each) => each === name)) continue;
    const heeded = workload.settings.map(optionOf).join(", ") || "none of them";
    throw new UsageError(
      `${optionOf(name)} does not concern the workload ${workload.name}, which heeds ${heeded}.`,
    );
  }
  const [promised] = claims;
  return {
    ...(workload.settings.includes("level") && promised !== undefined ? { level: promised } : {}),
    ...asked,
  };
}

/** The option of the command line that sets a setting. */
export function optionOf(setting: string): string {
  if (setting === "level") return "--isolation";
  return `--${setting.replaceAll(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`;
}
