import type { Json } from "../../../histories/json.ts";
import type { FaultWorld } from "../fault-world.ts";
import { between, components, grudgeFor, isolate, partitionShapes, type Grudge } from "../grudge.ts";
import { bandOf, type FaultPackage } from "./fault-package.ts";
import { grudgeFromJson, grudgeToJson, member } from "./fault-values.ts";

const startF = "start-partition";
const stopF = "stop-partition";

export const partition: FaultPackage = {
  kind: "partition",
  summary: "cuts the network: isolated nodes, halves, bridges, rings of majorities, one-way cuts",
  band: bandOf("partition", startF, stopF, "#b4532a"),
  start({ random }, nodes) {
    const [only, another] = nodes;
    // A single node has only its clients to lose.
    if (only !== undefined && another === undefined) {
      return {
        f: "start-partition",
        value: { shape: "clients", grudge: grudgeToJson(between(["clients"], [only])) },
      };
    }
    const shape = random.pick([...partitionShapes, "isolate-primary"] as const);
    // Who leads is known only when the fault starts; where nobody does, a node drawn now stands in.
    if (shape === "isolate-primary") {
      return { f: startF, value: { shape, grudge: grudgeToJson(isolate(random.pick(nodes), nodes)) } };
    }
    const grudge = grudgeFor(shape, nodes, random);
    // Among few nodes some shapes cut nothing (a ring of three), which would be no fault.
    const chosen =
      grudge.length > 0 ? { shape, grudge } : { shape: "halves", grudge: grudgeFor("halves", nodes, random) };
    return { f: startF, value: { shape: chosen.shape, grudge: grudgeToJson(chosen.grudge) } };
  },
  stop: { f: stopF, value: null },
  async perform(world, { f, value }) {
    if (f === stopF) {
      await world.undisturb("partition");
      return "healed";
    }
    const { shape, grudge } = await decide(world, value);
    await world.cut("partition", grudge);
    return { shape, cut: grudgeToJson(grudge) };
  },
};

/** What a proposal comes to when it starts: the primaries' isolation depends on who leads then. */
async function decide(world: FaultWorld, value: Json): Promise<{ shape: Json; grudge: Grudge }> {
  const shape = member(value, "shape");
  const drawn = grudgeFromJson(member(value, "grudge"));
  if (shape !== "isolate-primary") return { shape, grudge: drawn };
  const primaries = await world.primaries();
  const others = world.nodes.filter((node) => !primaries.includes(node));
  if (primaries.length === 0 || others.length === 0) return { shape: "isolate-one", grudge: drawn };
  return { shape, grudge: components([primaries, others]) };
}
