import type { Json } from "../../../histories/json.ts";
import type { NodeId } from "../../../systems/contracts/protocol.ts";
import type { FaultKind } from "../../../systems/contracts/system.ts";
import { allDone } from "../../all-done.ts";
import type { FaultWorld } from "../fault-world.ts";
import { chooseTargets, type TargetSpecification } from "../targets.ts";
import { bandOf, NothingToHit, type FaultPackage } from "./fault-package.ts";
import { nodesOf } from "./fault-values.ts";

/** A package that hits some nodes one by one, and lets them all go again. */
function nodePackage(options: {
  kind: FaultKind;
  summary: string;
  color: string;
  startF: string;
  stopF: string;
  targets: readonly TargetSpecification[];
  hit(world: FaultWorld, node: NodeId): Promise<Json>;
  /** Whether a node is as `hit` leaves it. */
  isHit(world: FaultWorld, node: NodeId): boolean;
  release(world: FaultWorld, node: NodeId): Promise<void>;
}): FaultPackage {
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
    async perform(world, { f, value }) {
      if (f === options.stopF) {
        const released = world.nodes.filter((node) => options.isHit(world, node));
        await Promise.all(released.map((node) => options.release(world, node)));
        return { nodes: released };
      }
      // A node that another fault holds already (killed, paused) cannot be hit as well; the result says who was.
      const targets = nodesOf(value);
      const able = targets.filter((node) => world.alive(node) && !world.paused(node));
      if (able.length === 0) throw new NothingToHit(`down or paused already: ${targets.join(", ")}`);
      try {
        return Object.fromEntries(
          await allDone(able.map(async (node) => [node, await options.hit(world, node)] as const)),
        );
      } catch (error) {
        const hit = able.filter((node) => options.isHit(world, node));
        await Promise.all(hit.map((node) => options.release(world, node)));
        throw error;
      }
    },
  };
}

export const kill = nodePackage({
  kind: "kill",
  summary: "kills nodes (SIGKILL) and starts them again",
  color: "#b00020",
  startF: "kill",
  stopF: "restart",
  targets: ["one", "minority", "majority", "all"],
  hit: async (world, node) => {
    await world.kill(node);
    return "killed";
  },
  isHit: (world, node) => !world.alive(node),
  release: (world, node) => world.restart(node),
});

export const terminate = nodePackage({
  kind: "terminate",
  summary: "asks nodes to end (SIGTERM) and starts them again",
  color: "#7a3b8f",
  startF: "terminate",
  stopF: "start-terminated",
  targets: ["one", "minority", "majority", "all"],
  hit: (world, node) => world.terminate(node),
  isHit: (world, node) => !world.alive(node),
  release: (world, node) => world.restart(node),
});

export const pause = nodePackage({
  kind: "pause",
  summary: "pauses whole process trees (SIGSTOP) and resumes them",
  color: "#3b5bb0",
  startF: "pause",
  stopF: "resume",
  targets: ["one", "minority", "minority", "majority"],
  hit: async (world, node) => {
    await world.pause(node);
    return "paused";
  },
  isHit: (world, node) => world.paused(node),
  release: (world, node) => world.resume(node),
});
