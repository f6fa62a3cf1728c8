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

/** The graphs by which levels are decided, and what several levels need of them, each made once. */
export class Graphs {
  readonly #orders: Orders;
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

  /** Some edges and the order that a strength heeds. */
  graph(strength: Strength, ...edges: readonly Edges[]): Graph {
    return graphOf(this.#orders.nodesWith(strength), ...this.#orders.heeded(strength), ...edges);
  }

  snapshots(dependencies: Dependencies, level: Level): Graph {
    return snapshotGraph(this.#orders, dependencies, level);
  }

  /** An order of O, WR and WW. */
  order(dependencies: Dependencies, strength: Strength): Int32Array | undefined {
    return this.#memo(dependencies, `${strength} order`, () => {
      const { ww, wr } = dependencies;
      return topologicalOrder(this.graph(strength, wr, ww));
    });
  }

  /** The components of O, WR, WW and RW. */
  components(dependencies: Dependencies, strength: Strength): Components {
    return this.#memo(dependencies, `${strength} components`, () => {
      const { ww, wr, rw } = dependencies;
      return componentsOf(this.graph(strength, wr, ww, rw));
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
    const { ww, wr } = dependencies;
    switch (name) {
      case "prefix-consistency":
      case "snapshot-isolation":
      case "ansi-snapshot-isolation":
        return regionsOfSnapshots(componentsOf(this.snapshots(dependencies, level)), nodes);
      case "read-uncommitted":
        return regionsOf(componentsOf(this.graph(strength, ww)), nodes);
      case "read-committed":
      case "cursor-stability":
      case "monotonic-atomic-view":
      case "read-committed-biswas-enea":
      case "read-atomic":
        return this.#memo(dependencies, `${strength} cycles of dependencies`, () =>
          regionsOf(componentsOf(this.graph(strength, wr, ww)), nodes),
        );
      default:
        return this.#memo(dependencies, `${strength} cycles`, () =>
          regionsOf(this.components(dependencies, strength), nodes),
        );
    }
  }
}
