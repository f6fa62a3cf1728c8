import type { Json } from "../../../histories/json.ts";
import type { NodeId } from "../../../systems/contracts/protocol.ts";
import type { FaultKind } from "../../../systems/contracts/system.ts";
import type { DiskDisturbance } from "../disk-faults.ts";
import type { RealEffect } from "../effect.ts";
import { chooseTargets } from "../targets.ts";
import { bandOf, isDown, NothingToHit, type RealPackage } from "./fault-package.ts";
import { member, nodesOf, numberOf } from "./fault-values.ts";
import { hurtingPackage } from "./hurting-package.ts";
import { nodePackage } from "./node-faults.ts";

export const powerCut = nodePackage<FaultKind, RealEffect>({
  kind: "power-cut",
  summary: "cuts the power of nodes, so that what was not synced to disk is lost, and starts them again",
  color: "#6e1423",
  startF: "cut-power",
  stopF: "restore-power",
  targets: ["one", "minority", "majority", "all"],
  hit: (node) => ({ kind: "cut-power", node }),
  isHit: isDown,
  release: (node) => ({ kind: "restart", node }),
});

const undisturb =
  (disturbance: DiskDisturbance["kind"]) =>
  (node: NodeId): RealEffect => ({ kind: "undisturb-disk", node, disturbance });

export const diskError = hurtingPackage({
  kind: "disk-error",
  summary: "lets syncs, reads or writes of files fail (EIO), once or always; starts nodes again that ended",
  color: "#9c2f4f",
  startF: "start-disk-error",
  stopF: "stop-disk-error",
  targets: ["one", "minority"],
  // Syncs most of all, which are what promises rest on.
  draw: (random) => ({ calls: random.pick(["sync", "sync", "read", "write"]), once: random.int(2) === 0 }),
  hit: (node, value) => ({
    kind: "disturb-disk",
    node,
    disturbance: { kind: "error", calls: callsOf(value), once: member(value, "once") === true },
  }),
  release: [undisturb("error")],
});

function callsOf(value: Json): "sync" | "read" | "write" {
  const calls = member(value, "calls");
  if (calls === "sync" || calls === "read" || calls === "write") return calls;
  throw new Error(`not calls of a disk: ${JSON.stringify(calls)}`);
}

export const diskSlow = hurtingPackage({
  kind: "disk-slow",
  summary: "lets syncs to disk take long",
  color: "#a8763e",
  startF: "start-disk-slow",
  stopF: "stop-disk-slow",
  targets: ["one", "minority", "all"],
  // From 10 ms to a second.
  draw: (random) => ({ milliseconds: Math.round(10 ** (1 + (2 * random.int(1_000)) / 999)) }),
  hit: (node, value) => ({
    kind: "disturb-disk",
    node,
    disturbance: { kind: "slow", milliseconds: numberOf(value, "milliseconds") },
  }),
  release: [undisturb("slow")],
});

export const diskFull = hurtingPackage({
  kind: "disk-full",
  summary: "leaves no room on the disks of nodes (ENOSPC); starts nodes again that ended",
  color: "#4f5d2f",
  startF: "fill-disk",
  stopF: "empty-disk",
  targets: ["one", "minority", "all"],
  draw: () => ({}),
  hit: (node) => ({ kind: "fill-disk", node }),
  release: [(node) => ({ kind: "unfill-disk", node })],
});

/** Syncs that do nothing, and then the power cut that shows it: what nobody can bear alone. */
export const lyingSync: RealPackage = hurtingPackage({
  kind: "lying-sync",
  summary: "lets disks say that they have synced when they have not, and then cuts their power",
  color: "#2f2f5d",
  startF: "start-lying-sync",
  stopF: "stop-lying-sync",
  targets: ["one", "minority"],
  draw: () => ({}),
  hit: (node) => ({ kind: "disturb-disk", node, disturbance: { kind: "lie" } }),
  release: [(node) => ({ kind: "cut-power-of-liar", node }), undisturb("lie")],
});

export const killAtSync = hurtingPackage({
  kind: "kill-at-sync",
  summary: "kills nodes just as they sync to disk, some with a power cut, and starts them again",
  color: "#7d1d1d",
  startF: "kill-at-sync",
  stopF: "restart-killed-at-sync",
  targets: ["one", "minority", "majority", "all"],
  draw: (random) => ({ sync: 1 + random.int(4), power: random.int(2) === 0 }),
  hit: (node, value) => ({
    kind: "kill-at-sync",
    node,
    sync: numberOf(value, "sync"),
    power: member(value, "power") === true,
  }),
  release: [undisturb("kill")],
});

/** Damage to what is on the disk of a few nodes, each of them other pieces than the others', so that together they still have all. */
export const fileCorruption: RealPackage = {
  kind: "file-corruption",
  summary: "kills a few nodes, flips bits of their files or cuts files short, and starts them again",
  band: bandOf("file-corruption", "corrupt-files", "restart-corrupted", "#5a3d2b"),
  start({ random }, nodes) {
    const chosen = chooseTargets(random.pick(["one", "minority"]), nodes, random);
    const damage = random.pick(["flip", "truncate"]);
    return { f: "corrupt-files", value: { nodes: chosen, damage, seed: random.int(2 ** 31) } };
  },
  stop: { f: "restart-corrupted", value: null },
  *perform(situation, { f, value }) {
    const { nodes } = situation;
    if (f === "restart-corrupted") {
      const down = nodes.filter((node) => isDown(situation, node));
      yield down.map((node) => ({ kind: "restart", node }));
      return { nodes: down };
    }
    const able = nodesOf(value).filter((node) => situation.alive(node) && !situation.paused(node));
    if (able.length === 0) throw new NothingToHit(`down or paused already: ${nodesOf(value).join(", ")}`);
    yield able.map((node) => ({ kind: "kill", node }));
    const damage = {
      kind: member(value, "damage") === "truncate" ? "truncate" : "flip",
      seed: numberOf(value, "seed"),
      shares: nodes.length,
    } as const;
    const done = yield able.map((node) => ({
      kind: "damage-files",
      node,
      damage: { ...damage, share: nodes.indexOf(node) },
    }));
    return Object.fromEntries(able.map((node, i) => [node, done[i] ?? null]));
  },
};
