import type { Json, JsonObject } from "../../../histories/json.ts";
import type { FaultKind } from "../../../systems/contracts/system.ts";
import type { Random } from "../../../workloads/random.ts";
import type { LinkDisturbance } from "../fault-world.ts";
import { between } from "../grudge.ts";
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
  /** Its parameters, by chance. */
  draw(random: Random): JsonObject;
  /** The disturbance that a proposal's parameters mean. */
  read(parameters: Json): LinkDisturbance;
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
      return { f: startF, value: { nodes: slow, ...options.draw(random) } };
    },
    stop: { f: stopF, value: null },
    *perform({ nodes }, { f, value }) {
      if (f === stopF) {
        yield [{ kind: "undisturb", name: kind }];
        return "healed";
      }
      const slow = nodesOf(value);
      const links =
        nodes.length === 1 || member(value, "between") === "clients"
          ? between(slow, ["clients"])
          : nodes.flatMap((from) =>
              nodes
                .filter((to) => to !== from && (slow.includes(from) || slow.includes(to)))
                .map((to) => ({ from, to })),
            );
      yield [{ kind: "disturb", name: kind, disturbance: options.read(value), grudge: links }];
      return value;
    },
  };
}

export const latency = disturbancePackage({
  kind: "latency",
  summary: "delays what nodes send to each other, with jitter",
  color: "#8a6d1f",
  draw(random) {
    const milliseconds = random.pick([20, 50, 100, 200]);
    return { milliseconds, jitter: milliseconds / 2 };
  },
  read: (value) => ({
    kind: "latency",
    milliseconds: numberOf(value, "milliseconds"),
    jitter: numberOf(value, "jitter"),
  }),
});

export const bandwidth = disturbancePackage({
  kind: "bandwidth",
  summary: "lets only a few kilobytes a second through between nodes",
  color: "#5d7a1f",
  draw: (random) => ({ kilobytesPerSecond: random.pick([1, 4, 16]) }),
  read: (value) => ({ kind: "bandwidth", kilobytesPerSecond: numberOf(value, "kilobytesPerSecond") }),
});

export const slowClose = disturbancePackage({
  kind: "slow-close",
  summary: "lets closed connections between nodes linger",
  color: "#1f7a6d",
  draw: (random) => ({ milliseconds: random.pick([100, 500, 2000]) }),
  read: (value) => ({ kind: "slow-close", milliseconds: numberOf(value, "milliseconds") }),
});

export const loss = disturbancePackage({
  kind: "loss",
  summary: "loses packets between nodes, some of a hundred",
  color: "#7a4a1f",
  draw: (random) => ({ rate: random.pick([0.05, 0.2, 0.5]) }),
  read: (value) => ({ kind: "loss", rate: numberOf(value, "rate") }),
});

export const duplication = disturbancePackage({
  kind: "duplication",
  summary: "lets packets between nodes come twice",
  color: "#4a6fa5",
  draw: (random) => ({ rate: random.pick([0.1, 0.5]) }),
  read: (value) => ({ kind: "duplication", rate: numberOf(value, "rate") }),
});

export const corruption = disturbancePackage({
  kind: "corruption",
  summary: "flips bits of packets between nodes, which their checksums show",
  color: "#8e3b8e",
  draw: (random) => ({ rate: random.pick([0.05, 0.2]) }),
  read: (value) => ({ kind: "corruption", rate: numberOf(value, "rate") }),
});

export const reorder = disturbancePackage({
  kind: "reorder",
  summary: "holds back some packets between nodes, so that later ones overtake them",
  color: "#3b7a8e",
  draw: (random) => ({ rate: random.pick([0.1, 0.3]), milliseconds: random.pick([5, 20, 50]) }),
  read: (value) => ({
    kind: "reorder",
    rate: numberOf(value, "rate"),
    milliseconds: numberOf(value, "milliseconds"),
  }),
});

export const reset = disturbancePackage({
  kind: "reset",
  summary: "resets connections between nodes (TCP RST)",
  color: "#a33b6b",
  draw: () => ({}),
  read: () => ({ kind: "reset" }),
});
