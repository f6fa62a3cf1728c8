import { isJsonObject, type Json, type JsonObject } from "../../../histories/json.ts";
import type { NodeId } from "../../../systems/contracts/protocol.ts";
import type { Random } from "../../../workloads/random.ts";
import type { RealEffect } from "../effect.ts";
import { chooseTargets } from "../targets.ts";
import { bandOf, type RealPackage } from "./fault-package.ts";
import { member, numberOf } from "./fault-values.ts";

/** How a clock goes wrong. */
const allDisorders = ["jump", "drift", "strobe", "freeze"] as const;
type Disorder = (typeof allDisorders)[number];

/** The clocks of real nodes: every order of magnitude is as likely as another, to either side (sizes as Jepsen has them). */
export const realClock = clockPackage(
  allDisorders,
  "makes the wall clocks of nodes jump, drift, swing to and fro, and stand still",
);

/** The same where clocks can be set, and nothing else. */
export const jumpingClock = clockPackage(["jump"], "makes the wall clocks of nodes jump");

function clockPackage(disorders: readonly Disorder[], summary: string): RealPackage {
  return {
    kind: "clock",
    summary,
    band: bandOf("clock", "skew-clock", "reset-clock", "#0a5fb8"),
    start({ random, clockBound }, nodes) {
      const chosen = chooseTargets(random.pick(["one", "minority", "all"]), nodes, random);
      const disorder = random.pick(disorders);
      const skews = chosen.map((node): [NodeId, Json] => [
        node,
        clockBound === undefined
          ? { fault: disorder, ...drawSkew(disorder, random) }
          : { fault: "jump", offset: random.int(2 * clockBound + 1) - clockBound },
      ]);
      return { f: "skew-clock", value: Object.fromEntries(skews) };
    },
    stop: { f: "reset-clock", value: null },
    *perform({ nodes }, { f, value }) {
      if (f === "reset-clock" || !isJsonObject(value)) {
        yield nodes.map((node) => ({ kind: "reset-clock", node }));
        return "reset";
      }
      const skews = Object.entries(value);
      try {
        yield skews.map(([node, skew]) => effectOf(node, skew));
      } catch (error) {
        yield skews.map(([node]) => ({ kind: "reset-clock", node }));
        throw error;
      }
      return value;
    },
  };
}

function drawSkew(disorder: Disorder, random: Random): JsonObject {
  const fraction = (): number => random.int(1_000_000) / 1_000_000;
  const sign = random.int(2) === 0 ? 1 : -1;
  switch (disorder) {
    case "jump":
      // From 11 ms to 4.8 min.
      return { offset: sign * Math.round(1.5 ** (6 + 25 * fraction())) };
    case "drift":
      // From a fifth to five times as fast.
      return { rate: Math.round(1_000 * 5 ** (sign * fraction())) / 1_000 };
    case "strobe":
      // From 4 ms to 4.4 min, every 1 ms to every second.
      return {
        swing: sign * Math.round(2 ** (2 + 16 * fraction())),
        period: Math.round(2 ** (10 * fraction())),
      };
    case "freeze":
      return {};
  }
}

function effectOf(node: NodeId, skew: Json): RealEffect {
  switch (member(skew, "fault")) {
    case "jump":
      return { kind: "set-clock", node, offset: numberOf(skew, "offset"), rate: 1 };
    case "drift":
      return { kind: "set-clock", node, offset: 0, rate: numberOf(skew, "rate") };
    case "freeze":
      return { kind: "set-clock", node, offset: 0, rate: 0 };
    case "strobe":
      return { kind: "strobe-clock", node, swing: numberOf(skew, "swing"), period: numberOf(skew, "period") };
    default:
      throw new Error(`not a fault of clocks: ${JSON.stringify(skew)}`);
  }
}
