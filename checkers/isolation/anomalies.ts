/**
 * The anomalies that are looked for, in the names of Adya (1999), Berenson et al. (1995) and Elle; a cycle with an edge of
 * session order or real time has `-process` or `-realtime` at the end of its name.
 */
export const findingNames = [
  "internal",
  "future-read",
  "never-written",
  "G1a",
  "G1b",
  "dirty-update",
  "duplicate-elements",
  "incompatible-order",
  "cyclic-versions",
  "lost-update",
  "predicate-read-miss",
] as const;

export const cycleNames = [
  "G0",
  "G1c",
  "G-cursor",
  "G-monotonic",
  "G-MSR",
  "fractured-read",
  "long-fork",
  "write-skew",
  "G-single",
  "G-nonadjacent",
  "G-SI",
  "G-SIb",
  "G-update",
  "G2-item",
  "G2",
] as const;

export type FindingName = (typeof findingNames)[number];
export type CycleName = (typeof cycleNames)[number];
export type AnomalyName = FindingName | CycleName | `${CycleName}-${"process" | "realtime"}`;
