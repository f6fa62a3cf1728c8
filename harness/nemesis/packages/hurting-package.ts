import { isJsonObject, type Json, type JsonObject } from "../../../histories/json.ts";
import type { NodeId } from "../../../systems/contracts/protocol.ts";
import type { FaultKind } from "../../../systems/contracts/system.ts";
import type { Random } from "../../../workloads/random.ts";
import type { RealEffect } from "../effect.ts";
import { chooseTargets, type TargetSpecification } from "../targets.ts";
import { bandOf, isDown, NothingToHit, type RealPackage } from "./fault-package.ts";
import { nodesOf } from "./fault-values.ts";

/**
 * A package that hurts some nodes without ending them, and takes it back. Nodes that could not bear it and ended are started again
 * afterwards; those to whom something of that sort is done already are left alone.
 */
export function hurtingPackage(options: {
  kind: FaultKind;
  summary: string;
  color: string;
  startF: string;
  stopF: string;
  targets: readonly TargetSpecification[];
  /** Its parameters, by chance. */
  draw(random: Random): JsonObject;
  readonly hit: (node: NodeId, parameters: Json) => RealEffect;
  /** What takes it back, one thing after the other. */
  readonly release: readonly ((node: NodeId) => RealEffect)[];
}): RealPackage {
  const { hit, release } = options;
  return {
    kind: options.kind,
    summary: options.summary,
    band: bandOf(options.kind, options.startF, options.stopF, options.color),
    start({ random }, nodes) {
      const chosen = chooseTargets(random.pick(options.targets), nodes, random);
      return { f: options.startF, value: { nodes: chosen, ...options.draw(random) } };
    },
    stop: { f: options.stopF, value: null },
    *perform(situation, { f, value }) {
      const { nodes } = situation;
      if (f === options.stopF) {
        const results: Record<NodeId, Json> = {};
        for (const each of release) {
          const done = yield nodes.map(each);
          for (const [i, node] of nodes.entries()) if (done[i] !== null) results[node] = done[i] ?? null;
        }
        const ended = nodes.filter((node) => isDown(situation, node));
        yield ended.map((node) => ({ kind: "restart", node }));
        return { ...results, ...(ended.length === 0 ? {} : { restarted: ended }) };
      }
      const targets = nodesOf(value);
      const able = targets.filter((node) => situation.alive(node) && !situation.paused(node));
      if (able.length === 0) throw new NothingToHit(`down or paused already: ${targets.join(", ")}`);
      try {
        const done = yield able.map((node) => hit(node, value));
        const disturbed = able.filter((_, i) => done[i] !== "busy");
        if (disturbed.length === 0) throw new NothingToHit(`disturbed already: ${able.join(", ")}`);
        return { ...(isJsonObject(value) ? value : {}), nodes: disturbed };
      } catch (error) {
        for (const each of release) yield able.map(each);
        throw error;
      }
    },
  };
}
