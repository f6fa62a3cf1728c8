import type { NodeId } from "../../../systems/contracts/protocol.ts";
import { isJsonArray } from "../../../histories/json.ts";
import { chooseTargets } from "../targets.ts";
import { bandOf, isDown, NothingToHit, type RealPackage } from "./fault-package.ts";
import { member, nodesOf, numberOf } from "./fault-values.ts";

/** How a storm of restarts goes: one node after the other, all at once, or each killed again and again while it starts. */
const manners = ["rolling", "at-once", "while-starting"] as const;

export const restartStorm: RealPackage = {
  kind: "restart-storm",
  summary:
    "kills and starts nodes in quick succession: one after the other, all at once, or while they start",
  band: bandOf("restart-storm", "restart-storm", "calm-restarts", "#8c2d04"),
  start({ random }, nodes) {
    const manner = random.pick(manners);
    const chosen = manner === "while-starting" ? chooseTargets("one", nodes, random) : random.shuffle(nodes);
    // After how long a node is killed that starts: before it has begun, while it recovers, when it has just begun to serve.
    const pauses = Array.from({ length: 2 + random.int(3) }, () => Math.round(2 ** (3 + random.int(8))));
    return { f: "restart-storm", value: { manner, nodes: chosen, rounds: 1 + random.int(2), pauses } };
  },
  stop: { f: "calm-restarts", value: null },
  *perform(situation, { f, value }) {
    const { nodes } = situation;
    const down = (): NodeId[] => nodes.filter((node) => isDown(situation, node));
    if (f === "calm-restarts") {
      const ended = down();
      yield ended.map((node) => ({ kind: "restart", node }));
      return { restarted: ended };
    }
    const targets = nodesOf(value).filter((node) => situation.alive(node) && !situation.paused(node));
    if (targets.length === 0) throw new NothingToHit(`down or paused already: ${nodesOf(value).join(", ")}`);
    const manner = member(value, "manner");
    let restarts = 0;
    try {
      if (manner === "while-starting") {
        const pauses = member(value, "pauses");
        for (const node of targets) {
          yield [{ kind: "kill", node }];
          for (const milliseconds of isJsonArray(pauses) ? pauses.map(Number) : []) {
            yield [{ kind: "kill-while-starting", node, milliseconds }];
            restarts++;
          }
          yield [{ kind: "restart", node }];
          restarts++;
        }
      } else {
        const batches = manner === "rolling" ? targets.map((node) => [node]) : [targets];
        for (let round = 0; round < numberOf(value, "rounds"); round++) {
          for (const batch of batches) {
            yield batch.map((node) => ({ kind: "kill", node }));
            yield batch.map((node) => ({ kind: "restart", node }));
            restarts += batch.length;
          }
        }
      }
    } catch (error) {
      yield down().map((node) => ({ kind: "restart", node }));
      throw error;
    }
    return { manner, nodes: targets, restarts };
  },
};
