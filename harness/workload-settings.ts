import { UsageError } from "../histories/errors.ts";
import type { Workload, WorkloadSettings } from "../workloads/index.ts";

/**
 * What was asked of the workload, and where none was, the isolation level that the system claims first, what of the workload's promises it
 * claims first, and the functions that its clients understand, if not all; nothing that does not concern it.
 */
export function workloadSettings(
  workload: Workload,
  claims: readonly string[],
  asked: WorkloadSettings,
  functions?: readonly string[],
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
    ...(workload.settings.includes("functions") && functions !== undefined
      ? { functions: functions.join(",") }
      : {}),
    ...(workload.settings.includes("promise") && promise !== undefined ? { promise } : {}),
    ...asked,
  };
}

/** The option of the command line that sets a setting. */
export function optionOf(setting: string): string {
  if (setting === "level") return "--isolation";
  return `--${setting.replaceAll(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`;
}
