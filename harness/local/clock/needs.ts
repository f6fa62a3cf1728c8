import { readFileSync } from "node:fs";

import { tryOwnVdso } from "./process-clock.ts";

/** Why clocks of running processes cannot be set here through their vDSO, in words; undefined if they can, as far as can be told without trying. */
export function missingForVdsoClock(): string | undefined {
  if (process.platform !== "linux" || process.arch !== "x64")
    return "the vDSO is written to on x86-64 Linux only";
  // 0 and 1 let a process trace those that it has started, 2 only root, 3 nobody (Documentation/admin-guide/LSM/Yama.rst).
  const scope = tracingScope();
  if (scope > 2 || (scope === 2 && process.getuid?.() !== 0))
    return `processes may not be traced here (kernel.yama.ptrace_scope is ${scope})`;
  try {
    tryOwnVdso();
    return undefined;
  } catch (error) {
    return `the vDSO cannot be written to: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function tracingScope(): number {
  try {
    return Number(readFileSync("/proc/sys/kernel/yama/ptrace_scope", "utf8"));
  } catch {
    // Yama is not there.
    return 0;
  }
}
