import { packetFaultKinds, type FaultKind } from "../contracts/system.ts";

/** What a server on disk is to bear, reached through the fault proxy. */
export const faultsOfServers: ReadonlySet<FaultKind> = new Set([
  "partition",
  "latency",
  "reset",
  "bandwidth",
  "slow-close",
  ...packetFaultKinds,
  "kill",
  "terminate",
  "pause",
  "clock",
  "power-cut",
]);

/** The same for servers whose clocks are not read yet, so that nobody could see a false one. */
export const faultsOfServersWithoutClock: ReadonlySet<FaultKind> = new Set(
  [...faultsOfServers].filter((kind) => kind !== "clock"),
);

/** What leaves a server all that it needs, but slowly, or after another start: less of the processor or of the memory, slower syncs, and being killed again and again. */
export const faultsOfResources: ReadonlySet<FaultKind> = new Set([
  "disk-slow",
  "restart-storm",
  "cpu",
  "memory",
]);

/**
 * What can be done to the disk, the memory and the processor of a server that ends when it cannot go on, and has all that it promised when it is
 * started again.
 */
export const faultsOfMachines: ReadonlySet<FaultKind> = new Set([
  "kill-at-sync",
  "disk-error",
  "disk-full",
  "lying-sync",
  "file-corruption",
  ...faultsOfResources,
]);
