import { unknownName } from "../../../histories/errors.ts";
import { faultKinds } from "../../../systems/contracts/system.ts";
import { clock } from "./clock.ts";
import { bandwidth, latency, reset, slowClose } from "./disturbances.ts";
import { failover } from "./failover.ts";
import type { FaultPackage } from "./fault-package.ts";
import { kill, pause, terminate } from "./node-faults.ts";
import { partition } from "./partition.ts";

/** Every package, by the kind of its fault. */
export const faultPackages: readonly FaultPackage[] = [
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

export function findFaultPackage(name: string): FaultPackage {
  const found = faultPackages.find(({ kind }) => kind === name);
  if (found === undefined) throw unknownName("fault", name, faultKinds);
  return found;
}
