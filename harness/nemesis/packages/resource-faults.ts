import { hurtingPackage } from "./hurting-package.ts";
import { numberOf } from "./fault-values.ts";

export const cpu = hurtingPackage({
  kind: "cpu",
  summary: "leaves nodes a small share of a processor",
  color: "#7a7a1f",
  startF: "limit-cpu",
  stopF: "unlimit-cpu",
  targets: ["one", "minority", "all"],
  // From a fiftieth to a half.
  draw: (random) => ({ share: Math.round(1_000 * 0.5 * 25 ** (-random.int(1_000) / 999)) / 1_000 }),
  hit: (node, value) => ({ kind: "limit-cpu", node, share: numberOf(value, "share") }),
  release: [(node) => ({ kind: "unlimit-cpu", node })],
});

export const memory = hurtingPackage({
  kind: "memory",
  summary: "leaves nodes little more memory than they use, so that they may be killed; starts those again",
  color: "#3f6b6b",
  startF: "limit-memory",
  stopF: "unlimit-memory",
  targets: ["one", "minority"],
  draw: (random) => ({ bytes: 2 ** (16 + random.int(9)) }),
  hit: (node, value) => ({ kind: "limit-memory", node, bytes: numberOf(value, "bytes") }),
  release: [(node) => ({ kind: "unlimit-memory", node })],
});
