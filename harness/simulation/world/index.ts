export type { BrokenAssumption } from "./broken-assumption.ts";
export type { Delay } from "./delay.ts";
export type { Hand, Pending } from "./hand.ts";
export { HandlerError } from "./handler-error.ts";
export {
  usualSettings,
  worldSettings,
  type ClockSettings,
  type NetworkSettings,
  type PartialSettings,
  type StorageSettings,
  type Timing,
  type WorldSettings,
} from "./settings.ts";
export type { TraceOptions } from "./tracer.ts";
export { VirtualCluster, type ClusterOptions } from "./virtual-cluster.ts";
