import type { WorkloadSettings } from "../../../workloads/workload.ts";
import type { WorldSettings } from "../world/settings.ts";

/** What a simulated run is of, apart from what is done in it and what chance decides. Plain data. */
export interface RunConfiguration {
  readonly protocol: string;
  readonly mutant?: string;
  readonly workload: string;
  /** What was asked of the workload. */
  readonly settings: WorkloadSettings;
  /** How many nodes: n1, n2, … */
  readonly nodes: number;
  readonly concurrency: number;
  /** Operations a second that the workload aims at. */
  readonly rate: number;
  readonly world: WorldSettings;
  /** Kinds of fault that are on. */
  readonly faults: readonly string[];
  /** Seconds within which a healed quorum must serve its clients again. */
  readonly liveness: number;
  /** How many events the run may take. */
  readonly events: number;
}

/** What else generators need: when faults strike, and the seed of their chance. */
export interface Timetable {
  readonly seed: string;
  /** Seconds in which faults strike, and their mean time between start and stop. */
  readonly seconds: number;
  readonly interval: number;
}

/** The names of so many nodes. */
export function nodeNames(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `n${i + 1}`);
}
