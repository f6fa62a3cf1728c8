import { unknownName } from "../../../histories/errors.ts";
import { faultKinds } from "../../../systems/contracts/system.ts";
import { clock } from "./clock.ts";
import {
  bandwidth,
  corruption,
  duplication,
  latency,
  loss,
  reorder,
  reset,
  slowClose,
} from "./disturbances.ts";
import { failover } from "./failover.ts";
import {
  diskError,
  diskFull,
  diskSlow,
  fileCorruption,
  killAtSync,
  lyingSync,
  powerCut,
} from "./disk-faults.ts";
import type { FaultPackage, RealPackage } from "./fault-package.ts";
import { membership } from "./membership.ts";
import { kill, pause, terminate } from "./node-faults.ts";
import { partition } from "./partition.ts";
import { realClock } from "./real-clock.ts";
import { cpu, memory } from "./resource-faults.ts";
import { restartStorm } from "./restart-storm.ts";

/** The packages of faults that real nodes and simulated ones can have. */
export const commonPackages: readonly FaultPackage[] = [
  partition,
  latency,
  reset,
  bandwidth,
  slowClose,
  kill,
  terminate,
  pause,
  failover,
  clock,
];

/** The packages of faults that only real nodes can have, or have in more ways than simulated ones. */
export const realPackages: readonly RealPackage[] = [
  loss,
  duplication,
  corruption,
  reorder,
  realClock,
  powerCut,
  killAtSync,
  diskError,
  diskSlow,
  diskFull,
  lyingSync,
  fileCorruption,
  restartStorm,
  cpu,
  memory,
  membership,
];

/** Every package for real nodes. */
export const faultPackages: readonly RealPackage[] = [
  ...commonPackages.filter(({ kind }) => !realPackages.some((each) => each.kind === kind)),
  ...realPackages,
];

export function findFaultPackage(name: string): RealPackage {
  const found = faultPackages.find(({ kind }) => kind === name);
  if (found === undefined) throw unknownName("fault", name, faultKinds);
  return found;
}
