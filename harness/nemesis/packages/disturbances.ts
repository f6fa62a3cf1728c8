import type { Json } from "../../../histories/json.ts";
import type { FaultKind } from "../../../systems/contracts/system.ts";
import type { Random } from "../../../workloads/random.ts";
import type { LinkDisturbance } from "../fault-world.ts";
import { chooseTargets } from "../targets.ts";
import { bandOf, type FaultPackage } from "./fault-package.ts";
import { member, nodesOf, numberOf } from "./fault-values.ts";

/**
 * A package of one link disturbance on the links between nodes; clients keep their speed, since a slow client
 * hides anomalies. Only a single node has no other links than those to its clients.
 */
function disturbancePackage(options: {
  kind: FaultKind;
  summary: string;
  color: string;
  draw(random: Random): LinkDisturbance;
}): FaultPackage {
  const { kind } = options;
  const startF = `start-${kind}`;
  const stopF = `stop-${kind}`;
  return {
    kind,
    summary: options.summary,
    band: bandOf(kind, startF, stopF, options.color),
    start({ random }, nodes) {
      const slow = chooseTargets(random.pick(["one", "minority", "all"]), nodes, random);
      return { f: startF, value: { ...options.draw(random), nodes: slow } };
    },
    stop: { f: stopF, value: null },
    async perform(world, { f, value }) {
      if (f === stopF) {
        await world.undisturb(kind);
        return "healed";
      }
      const slow = nodesOf(value);
      const places = world.nodes.length === 1 ? [...world.nodes, "clients"] : world.nodes;
      const links = places.flatMap((from) =>
        places
          .filter((to) => to !== from && (slow.includes(from) || slow.includes(to)))
          .map((to) => ({ from, to })),
      );
      await world.disturb(kind, disturbanceFromJson(value), links);
      return value;
    },
  };
}

export const latency = disturbancePackage({
  kind: "latency",
  summary: "delays what nodes send to each other, with jitter",
  color: "#8a6d1f",
  draw: (random) => {
    const milliseconds = random.pick([20, 50, 100, 200]);
    return { kind: "latency", milliseconds, jitter: milliseconds / 2 };
  },
});

export const bandwidth = disturbancePackage({
  kind: "bandwidth",
  summary: "lets only a few kilobytes a second through between nodes",
  color: "#5d7a1f",
  draw: (random) => ({ kind: "bandwidth", kilobytesPerSecond: random.pick([1, 4, 16]) }),
});

export const slowClose = disturbancePackage({
  kind: "slow-close",
  summary: "lets closed connections between nodes linger",
  color: "#1f7a6d",
  draw: (random) => ({ kind: "slow-close", milliseconds: random.pick([100, 500, 2000]) }),
});

export const reset = disturbancePackage({
  kind: "reset",
  summary: "resets connections between nodes (TCP RST)",
  color: "#a33b6b",
  draw: () => ({ kind: "reset" }),
});

function disturbanceFromJson(value: Json): LinkDisturbance {
  const named = member(value, "kind");
  const kind = typeof named === "string" ? named : "";
  switch (kind) {
    case "latency":
      return { kind, milliseconds: numberOf(value, "milliseconds"), jitter: numberOf(value, "jitter") };
    case "bandwidth":
      return { kind, kilobytesPerSecond: numberOf(value, "kilobytesPerSecond") };
    case "slow-close":
      return { kind, milliseconds: numberOf(value, "milliseconds") };
    case "reset":
      return { kind };
    default:
      throw new Error(`not a disturbance: ${JSON.stringify(value)}`);
  }
}
