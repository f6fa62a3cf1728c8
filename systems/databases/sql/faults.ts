import type { FaultKind } from "../../contracts/system.ts";

/** What a server on disk is to bear, reached through the fault proxy. */
export const faultsOfServers: ReadonlySet<FaultKind> = new Set([
  "partition",
  "latency",
  "reset",
  "bandwidth",
  "slow-close",
  "kill",
  "terminate",
  "pause",
]);
