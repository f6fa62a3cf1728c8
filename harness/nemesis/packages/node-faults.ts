import type { FaultKind } from "../../../systems/contracts/system.ts";
import type { NodeId } from "../../../systems/contracts/protocol.ts";
import type { Effect, Situation } from "../effect.ts";
import { chooseTargets, type TargetSpecification } from "../targets.ts";
import { bandOf, isDown, NothingToHit, type FaultPackage } from "./fault-package.ts";
import { nodesOf } from "./fault-values.ts";

/** A package that hits some nodes one by one, and lets them all go again. */
export function nodePackage<Kind extends string, Does>(options: {
  kind: Kind;
  summary: string;
  color: string;
  startF: string;
  stopF: string;
  targets: readonly TargetSpecification[];
  readonly hit: (node: NodeId) => Does;
  /** Whether a node is as `hit` leaves it. */
  readonly isHit: (situation: Situation, node: NodeId) => boolean;
  readonly release: (node: NodeId) => Does;
}): FaultPackage<Kind, Does> {
  const { hit, isHit, release } = options;
  return {
    kind: options.kind,
    summary: options.summary,
    band: bandOf(options.kind, options.startF, options.stopF, options.color),
    start({ random }, nodes) {
      return {
        f: options.startF,
        value: { nodes: chooseTargets(random.pick(options.targets), nodes, random) },
      };
    },
    stop: { f: options.stopF, value: null },
    *perform(situation, { f, value }) {
      if (f === options.stopF) {
        const released = situation.nodes.filter((node) => isHit(situation, node));
        yield released.map(release);
        return { nodes: released };
      }
      // A node that another fault holds already (killed, paused) cannot be hit as well; the result says who was.
      const targets = nodesOf(value);
      const able = targets.filter((node) => situation.alive(node) && !situation.paused(node));
      if (able.length === 0) throw new NothingToHit(`down or paused already: ${targets.join(", ")}`);
      try {
        const done = yield able.map(hit);
        return Object.fromEntries(able.map((node, i) => [node, done[i] ?? null]));
      } catch (error) {
        yield able.filter((node) => isHit(situation, node)).map(release);
        throw error;
      }
    },
  };
}

export const kill = nodePackage<FaultKind, Effect>({
  kind: "kill",
  summary: "kills nodes (SIGKILL) and starts them again",
  color: "#b00020",
  startF: "kill",
  stopF: "restart",
  targets: ["one", "minority", "majority", "all"],
  hit: (node) => ({ kind: "kill", node }),
  isHit: isDown,
  release: (node) => ({ kind: "restart", node }),
});

export const terminate = nodePackage<FaultKind, Effect>({
  kind: "terminate",
  summary: "asks nodes to end (SIGTERM) and starts them again",
  color: "#7a3b8f",
  startF: "terminate",
  stopF: "start-terminated",
  targets: ["one", "minority", "majority", "all"],
  hit: (node) => ({ kind: "terminate", node }),
  isHit: isDown,
  release: (node) => ({ kind: "restart", node }),
});

export const pause = nodePackage<FaultKind, Effect>({
  kind: "pause",
  summary: "pauses whole process trees (SIGSTOP) and resumes them",
  color: "#3b5bb0",
  startF: "pause",
  stopF: "resume",
  targets: ["one", "minority", "minority", "majority"],
  hit: (node) => ({ kind: "pause", node }),
  isHit: (situation, node) => situation.paused(node),
  release: (node) => ({ kind: "resume", node }),
});
