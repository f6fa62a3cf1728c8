import { isJsonArray } from "../../../histories/json.ts";
import type { Routine } from "../effect.ts";
import { bandOf, isDown, NothingToHit, type FaultPackage } from "./fault-package.ts";

/** A primary dies and another takes its place; once it is back, the old one follows the new one. */
export const failover: FaultPackage = {
  kind: "failover",
  summary: "kills a primary and promotes another node; then starts the old one again, to follow",
  band: bandOf("failover", "failover", "rejoin", "#8a4b08"),
  start: () => ({ f: "failover", value: null }),
  stop: { f: "rejoin", value: null },
  *perform(situation, { f }): Routine {
    if (f === "rejoin") {
      const down = situation.nodes.filter((node) => isDown(situation, node));
      yield down.map((node) => ({ kind: "restart", node }));
      return { nodes: down };
    }
    const [primaries = null] = yield [{ kind: "primaries" }];
    const [primary = null] = isJsonArray(primaries) ? primaries : [];
    if (typeof primary !== "string") throw new NothingToHit("there is no primary");
    const others = situation.nodes.filter(
      (node) => node !== primary && situation.alive(node) && !situation.paused(node),
    );
    if (others.length === 0) throw new NothingToHit("nobody could take the place of the primary");
    yield [{ kind: "kill", node: primary }];
    try {
      const [promoted = null] = yield [{ kind: "promote", candidates: others }];
      return { from: primary, to: promoted };
    } catch (error) {
      yield [{ kind: "restart", node: primary }];
      throw error;
    }
  },
};
