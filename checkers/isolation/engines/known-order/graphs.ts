import { componentsOf, type Components } from "../../../graph/components.ts";
import { graphOf, type Edges, type Graph } from "../../../graph/graph.ts";
import { topologicalOrder } from "../../../graph/topological-order.ts";
import type { Level, Strength } from "../../levels.ts";
import type { Reading } from "../../reading.ts";
import { dagOf, type ComponentDag } from "./dags.ts";
import { writes } from "./reached.ts";
import { regionsOf, regionsOfSnapshots, type Regions } from "./regions.ts";
import { Orders, type Dependencies } from "./relations.ts";
import { snapshotGraph } from "./snapshots.ts";

/** A relation of the data. */
type Relation = "ww" | "wr" | "rw";

/** The graphs by which levels are decided, and what several levels need of them, each made once. */
export class Graphs {
  readonly #orders: Orders;
  /** Made last: whoever finds a cycle in a graph asks for its components next. */
  #last: { readonly dependencies: Dependencies; readonly name: string; readonly graph: Graph } | undefined;
  readonly #made = new WeakMap<Dependencies, Map<string, unknown>>();

  constructor(reading: Reading) {
    this.#orders = new Orders(reading);
  }

  get nodes(): number {
    return this.#orders.nodes;
  }

  heeded(strength: Strength): readonly Edges[] {
    return this.#orders.heeded(strength);
  }

  /** O and some relations of the data. */
  graph(dependencies: Dependencies, strength: Strength, ...relations: readonly Relation[]): Graph {
    return this.#lastOr(dependencies, [strength, ...relations].join(" "), () =>
      graphOf(
        this.#orders.nodesWith(strength),
        ...this.#orders.heeded(strength),
        ...relations.map((relation) => dependencies[relation]),
      ),
    );
  }

  snapshots(dependencies: Dependencies, level: Level): Graph {
    return this.#lastOr(dependencies, `${level.name} ${level.strength}`, () =>
      snapshotGraph(this.#orders, dependencies, level),
    );
  }

  #lastOr(dependencies: Dependencies, name: string, make: () => Graph): Graph {
    if (this.#last?.dependencies !== dependencies || this.#last.name !== name)
      this.#last = { dependencies, name, graph: make() };
    return this.#last.graph;
  }

  /** An order of O, WR and WW. */
  order(dependencies: Dependencies, strength: Strength): Int32Array | undefined {
    return this.#memo(dependencies, `${strength} order`, () => {
      return topologicalOrder(this.graph(dependencies, strength, "wr", "ww"));
    });
  }

  /** The components of O, WR, WW and RW. */
  components(dependencies: Dependencies, strength: Strength): Components {
    return this.#memo(dependencies, `${strength} components`, () => {
      return componentsOf(this.graph(dependencies, strength, "wr", "ww", "rw"));
    });
  }

  /** In an order that follows anti-dependencies too where it can. `undefined` if there is a cycle without them. */
  dag(dependencies: Dependencies, strength: Strength): ComponentDag | undefined {
    const order = this.order(dependencies, strength);
    if (order === undefined) return undefined;
    return this.#memo(dependencies, `${strength} dag`, () => {
      const edges = [...this.#orders.heeded(strength), dependencies.wr, dependencies.ww];
      return dagOf(edges, order, this.components(dependencies, strength));
    });
  }

  #memo<Value>(dependencies: Dependencies, key: string, make: () => Value): Value {
    const made = this.#made.get(dependencies) ?? new Map<string, unknown>();
    this.#made.set(dependencies, made);
    if (!made.has(key)) made.set(key, make());
    return made.get(key) as Value;
  }

  /** With the anti-dependencies of who writes. */
  updateDag(dependencies: Dependencies, strength: Strength): ComponentDag | undefined {
    const { ww, wr, rw } = dependencies;
    const count = rw.count;
    const writers: { from: Int32Array; to: Int32Array; count: number } = {
      from: new Int32Array(count),
      to: new Int32Array(count),
      count: 0,
    };
    for (let e = 0; e < count; e++) {
      if (!writes(dependencies.versions.reading, rw.from[e]!)) continue;
      writers.from[writers.count] = rw.from[e]!;
      writers.to[writers.count++] = rw.to[e]!;
    }
    const edges: Edges[] = [...this.#orders.heeded(strength), wr, ww, writers];
    const order = topologicalOrder(graphOf(this.#orders.nodesWith(strength), ...edges));
    return order === undefined ? undefined : dagOf(edges, order, this.components(dependencies, strength));
  }

  /** Where the cycles are that a level forbids, but for those of two edges that are found without a search. */
  regions(dependencies: Dependencies, level: Level): Regions {
    const { name, strength } = level;
    const { nodes } = this;
    switch (name) {
      case "prefix-consistency":
      case "snapshot-isolation":
      case "ansi-snapshot-isolation":
        return regionsOfSnapshots(componentsOf(this.snapshots(dependencies, level)), nodes);
      case "read-uncommitted":
        return regionsOf(componentsOf(this.graph(dependencies, strength, "ww")), nodes);
      case "read-committed":
      case "cursor-stability":
      case "monotonic-atomic-view":
      case "read-committed-biswas-enea":
      case "read-atomic":
        return this.#memo(dependencies, `${strength} cycles of dependencies`, () =>
          regionsOf(componentsOf(this.graph(dependencies, strength, "wr", "ww")), nodes),
        );
      default:
        return this.#memo(dependencies, `${strength} cycles`, () =>
          regionsOf(this.components(dependencies, strength), nodes),
        );
    }
  }
}
