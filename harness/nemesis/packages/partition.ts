import { isJsonArray, type Json } from "../../../histories/json.ts";
import type { Routine, Situation } from "../effect.ts";
import {
  between,
  components,
  grudgeFor,
  isolate,
  partitionShapes,
  type Grudge,
  type PartitionShape,
} from "../grudge.ts";
import type { NodeId } from "../../../systems/contracts/protocol.ts";
import type { Random } from "../../../workloads/random.ts";
import { bandOf, type FaultPackage } from "./fault-package.ts";
import { grudgeFromJson, grudgeToJson, member } from "./fault-values.ts";

type Batch = Routine extends Generator<infer Yielded, unknown, unknown> ? Yielded : never;

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
    const chosen = cutBy(shape, nodes, random);
    return { f: startF, value: { shape: chosen.shape, grudge: grudgeToJson(chosen.grudge) } };
  },
  stop: { f: stopF, value: null },
  *perform(situation, { f, value }) {
    if (f === stopF) {
      yield [{ kind: "undisturb", name: "partition" }];
      return "healed";
    }
    const { shape, grudge } = yield* decide(situation, value);
    yield [{ kind: "cut", name: "partition", grudge }];
    return { shape, cut: grudgeToJson(grudge) };
  },
};

interface Cut {
  readonly shape: string;
  readonly grudge: Grudge;
}

/** Links between nodes by a shape drawn by chance; between a single node and its clients. */
export function drawGrudge(random: Random, nodes: readonly NodeId[]): Cut {
  const [only, another] = nodes;
  if (only !== undefined && another === undefined)
    return { shape: "clients", grudge: between(["clients"], [only]) };
  return cutBy(random.pick(partitionShapes), nodes, random);
}

/** Among few nodes some shapes cut nothing (a ring of three), which would be no fault. */
function cutBy(shape: PartitionShape, nodes: readonly NodeId[], random: Random): Cut {
  const grudge = grudgeFor(shape, nodes, random);
  return grudge.length > 0
    ? { shape, grudge }
    : { shape: "halves", grudge: grudgeFor("halves", nodes, random) };
}

/** What a proposal comes to when it starts: the primaries' isolation depends on who leads then. */
function* decide(
  { nodes }: Situation,
  value: Json,
): Generator<Batch, { shape: Json; grudge: Grudge }, readonly Json[]> {
  const shape = member(value, "shape");
  const drawn = grudgeFromJson(member(value, "grudge"));
  if (shape !== "isolate-primary") return { shape, grudge: drawn };
  const [answer = null] = yield [{ kind: "primaries" }];
  const leading = isJsonArray(answer) ? answer : [];
  const primaries = nodes.filter((node) => leading.includes(node));
  const others = nodes.filter((node) => !leading.includes(node));
  if (primaries.length === 0 || others.length === 0) return { shape: "isolate-one", grudge: drawn };
  return { shape, grudge: components([primaries, others]) };
}
