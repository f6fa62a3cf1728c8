import { UsageError } from "../histories/errors.ts";
import type { Workload, WorkloadSettings } from "../workloads/index.ts";

/**
 * What was asked of the workload, and where none was, the isolation level that the system claims first, or what of the workload's promises it
 * claims first; nothing that does not concern it.
 */
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
  const [level] = claims;
  const promise = claims.find((claim) => workload.promises?.includes(claim));
  return {
    ...(workload.settings.includes("level") && level !== undefined ? { level } : {}),
    ...(workload.settings.includes("promise") && promise !== undefined ? { promise } : {}),
    ...asked,
  };
}

/** The option of the command line that sets a setting. */
export function optionOf(setting: string): string {
  if (setting === "level") return "--isolation";
  return `--${setting.replaceAll(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`;
}
