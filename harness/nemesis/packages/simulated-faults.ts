import { isJsonObject, type Json, type JsonObject } from "../../../histories/json.ts";
import type { NodeId } from "../../../systems/contracts/protocol.ts";
import type { Effect } from "../effect.ts";
import type { Grudge } from "../grudge.ts";
import { chooseTargets } from "../targets.ts";
import { bandOf, NothingToHit, type FaultPackage } from "./fault-package.ts";
import { grudgeFromJson, grudgeToJson, member, nodesOf, numberOf } from "./fault-values.ts";
import { nodePackage } from "./node-faults.ts";
import { drawGrudge } from "./partition.ts";

/** The kinds of fault that only a simulated world can have. */
export const simulatedFaultKinds = ["hold", "slow", "crash", "stop", "amnesia", "membership"] as const;
export type SimulatedFaultKind = (typeof simulatedFaultKinds)[number];

/** What can be done to a simulated world besides what can be done to any. */
export type SimulatedEffect =
  | Effect
  | { readonly kind: "hold"; readonly name: string; readonly grudge: Grudge }
  /** Each event takes a node up to so many milliseconds from now on; 0: as long as usual. */
  | { readonly kind: "slow"; readonly node: NodeId; readonly milliseconds: number }
  /** Crashes a node at one of its next syncs; `barriers` 0 takes that back. */
  | {
      readonly kind: "crash-at-sync";
      readonly node: NodeId;
      readonly barriers: number;
      readonly synced: boolean;
    }
  | { readonly kind: "forget"; readonly node: NodeId }
  /** An operator asks a node for something; whatever it answers. */
  | { readonly kind: "request"; readonly node: NodeId; readonly body: JsonObject };

export type SimulatedPackage = FaultPackage<string, SimulatedEffect>;

/** Messages are late by as long as the fault lasts, and none is lost. */
const hold: SimulatedPackage = {
  kind: "hold",
  summary: "holds messages back between some nodes, and lets them all go later",
  band: bandOf("hold", "start-hold", "stop-hold", "#6b5ca5"),
  start({ random }, nodes) {
    const { shape, grudge } = drawGrudge(random, nodes);
    return { f: "start-hold", value: { shape, grudge: grudgeToJson(grudge) } };
  },
  stop: { f: "stop-hold", value: null },
  *perform(_situation, { f, value }) {
    if (f === "stop-hold") {
      yield [{ kind: "undisturb", name: "hold" }];
      return "released";
    }
    yield [{ kind: "hold", name: "hold", grudge: grudgeFromJson(member(value, "grudge")) }];
    return value;
  },
};

const slow: SimulatedPackage = {
  kind: "slow",
  summary: "makes nodes take long over each message",
  band: bandOf("slow", "start-slow", "stop-slow", "#7d6608"),
  start({ random }, nodes) {
    const chosen = chooseTargets(random.pick(["one", "minority", "all"]), nodes, random);
    return { f: "start-slow", value: { nodes: chosen, milliseconds: random.pick([5, 20, 60]) } };
  },
  stop: { f: "stop-slow", value: null },
  *perform({ nodes }, { f, value }) {
    if (f === "stop-slow") {
      yield nodes.map((node) => ({ kind: "slow", node, milliseconds: 0 }));
      return "healed";
    }
    const milliseconds = numberOf(value, "milliseconds");
    yield nodesOf(value).map((node) => ({ kind: "slow", node, milliseconds }));
    return value;
  },
};

/** The moment that a protocol must fear most: after it wrote and before anybody heard of it, or the other way round. */
const crash: SimulatedPackage = {
  kind: "crash",
  summary: "crashes nodes in the middle of a step: between writing to disk and sending",
  band: bandOf("crash", "crash", "recover", "#8b0000"),
  start({ random }, nodes) {
    const chosen = chooseTargets(random.pick(["one", "minority", "majority", "all"]), nodes, random);
    const traps = chosen.map(
      (node) => [node, { syncs: 1 + random.int(4), synced: random.int(2) === 0 }] as const,
    );
    return { f: "crash", value: Object.fromEntries(traps) };
  },
  stop: { f: "recover", value: null },
  *perform(situation, { f, value }) {
    if (f === "recover" || !isJsonObject(value)) {
      const down = situation.nodes.filter((node) => !situation.alive(node));
      yield situation.nodes
        .filter((node) => situation.alive(node))
        .map((node) => ({ kind: "crash-at-sync", node, barriers: 0, synced: true }));
      yield down.map((node) => ({ kind: "restart", node }));
      return { nodes: down };
    }
    const able = Object.entries(value).filter(([node]) => situation.alive(node));
    if (able.length === 0) throw new NothingToHit(`down already: ${Object.keys(value).join(", ")}`);
    yield able.map(([node, trap]) => ({
      kind: "crash-at-sync",
      node,
      barriers: numberOf(trap, "syncs"),
      synced: member(trap, "synced") === true,
    }));
    return Object.fromEntries<Json>(able);
  },
};

/** Processes that stop for good, no more in a run than the protocol promises to bear. */
const stop: SimulatedPackage = {
  kind: "stop",
  summary: "stops nodes for good, as many as the protocol bears",
  band: bandOf("stop", "stop", "stopped", "#444444"),
  start({ random, tolerated = 0 }, nodes) {
    const count = Math.min(tolerated, 1 + random.int(Math.max(1, tolerated)));
    return { f: "stop", value: { nodes: random.shuffle(nodes).slice(0, count).toSorted(), most: tolerated } };
  },
  stop: { f: "stopped", value: null },
  *perform(situation, { f, value }) {
    const down = situation.nodes.filter((node) => !situation.alive(node));
    if (f === "stopped") return { nodes: down };
    const left = numberOf(value, "most") - down.length;
    const able = nodesOf(value)
      .filter((node) => situation.alive(node))
      .slice(0, Math.max(0, left));
    if (able.length === 0) throw new NothingToHit(`stopped already: ${down.join(", ")}`);
    yield able.map((node) => ({ kind: "terminate", node }));
    return { nodes: able };
  },
};

const amnesia = nodePackage<SimulatedFaultKind, SimulatedEffect>({
  kind: "amnesia",
  summary: "kills nodes and empties their disks, which most protocols rightly do not bear",
  color: "#5b2c6f",
  startF: "forget",
  stopF: "start-forgotten",
  targets: ["one", "minority"],
  hit: (node) => ({ kind: "forget", node }),
  isHit: (situation, node) => !situation.alive(node),
  release: (node) => ({ kind: "restart", node }),
});

/** An operator changes who decides, one node or several at once, and makes all nodes members again. */
const membership: SimulatedPackage = {
  kind: "membership",
  summary: "changes the members among the nodes, where a protocol lets them change",
  band: bandOf("membership", "change-members", "restore-members", "#2e7d6b"),
  start({ random }, nodes) {
    const leaving = chooseTargets(random.pick(["one", "minority", "majority"]), nodes, random);
    return { f: "change-members", value: { nodes: leaving } };
  },
  stop: { f: "restore-members", value: null },
  *perform(situation, { value }) {
    const { nodes } = situation;
    const leaving = nodesOf(value);
    const members = nodes.filter((node) => !leaving.includes(node));
    if (members.length === 0) throw new NothingToHit("nobody would be left");
    const body = { type: "reconfigure", members };
    // Who leads serves it, and the others refuse.
    yield nodes.filter((node) => situation.alive(node)).map((node) => ({ kind: "request", node, body }));
    return { nodes: leaving };
  },
};

/** The packages that only a simulated world can carry out. */
export const simulatedPackages: readonly SimulatedPackage[] = [hold, slow, crash, stop, amnesia, membership];
