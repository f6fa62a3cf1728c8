import { rmdirSync } from "node:fs";

import type { FaultKind } from "../../../systems/contracts/system.ts";
import { controllers, makeCgroup, type Controller } from "./cgroup.ts";

/** What limits on this are the faults called. */
const kinds: Readonly<Record<Controller, FaultKind>> = { cpu: "cpu", memory: "memory" };

/** Which controllers faults of these kinds need. */
export function neededControllers(faults: readonly string[]): Controller[] {
  return controllers.filter((controller) => faults.includes(kinds[controller]));
}

/** Why the use of something cannot be limited here, in words; undefined if it can. Found out by making a control group. */
export function missingForLimits(controller: Controller): string | undefined {
  if (process.platform !== "linux") return "control groups are there on Linux only";
  try {
    const { path } = makeCgroup(controller, `rashomon-probe-${process.pid}-${controller}`);
    rmdirSync(path);
    return undefined;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return `no control group can be made (as root it may be): ${why}`;
  }
}
