import { componentsOf } from "../../../graph/components.ts";
import { graphOf, type Edges, type Graph } from "../../../graph/graph.ts";
import { placesOf, priorityOrder } from "../../../graph/priority-order.ts";
import { topologicalOrder } from "../../../graph/topological-order.ts";
import type { Budget } from "../../../checker.ts";
import type { Edge, Execution, LevelDecision } from "../../decision.ts";
import { implies, levelNumber, levels } from "../../lattice.ts";
import type { Level, LevelName, Strength } from "../../levels.ts";
import type { Reading } from "../../reading.ts";
import { CycleSearch, type Heeded } from "./cycle-search.ts";
import { shapesOf } from "./cycle-shapes.ts";
import { dagOf, type ComponentDag } from "./dags.ts";
import {
  backwards,
  laterWriters,
  overwrittenAndMissed,
  readsBackOverPaths,
  someReaches,
  TooMuch,
  writes,
  type Found,
} from "./reached.ts";
import type { Contradictions } from "./reading-back.ts";
import { regionsOf, regionsOfSnapshots, type Regions } from "./regions.ts";
import { Dependencies, Orders } from "./relations.ts";
import {
  executionOfSnapshots,
  placesOfCommits,
  priorities,
  prioritiesOfSides,
  serialExecution,
  snapshotGraph,
} from "./snapshots.ts";
import { Versions } from "./versions.ts";

/** What came out for one order of versions. */
type Attempt =
  | {
      readonly holds: true;
      readonly execution: Execution;
      /** Where each node is in an order that is known to do, and in the one that is nearest to that of the ends. */
      readonly place: Int32Array;
      readonly placeByEnd: () => Int32Array;
    }
  | { readonly holds: false; readonly cycle?: readonly Edge[] }
  | { readonly holds: typeof TooMuch };

/**
 * Decides levels of one reading whose writers are known, keeping what several levels need. Each is decided for the order of versions that is
 * known; where some stay loose, whatever that refutes is refuted, and a guess at the rest may show that the level holds.
 */
export class Analysis {
  readonly #reading: Reading;
  readonly #orders: Orders;
  readonly #told: Dependencies;
  /** Without the version orders that the system told: view-serializability does not heed them. */
  readonly #untold: Versions | undefined;
  #chained: Dependencies | undefined;
  readonly #dags = new Map<string, { dependencies: Dependencies; dag: ComponentDag | undefined }>();
  readonly #regionsFound = new WeakMap<Dependencies, Map<string, Regions>>();
  #lastSearch: { versions: Versions; search: CycleSearch } | undefined;
  readonly #decisions = new Map<number, LevelDecision | undefined>();

  private constructor(reading: Reading, versions: Versions) {
    this.#reading = reading;
    this.#orders = new Orders(reading);
    this.#told = new Dependencies(versions);
    this.#untold = Versions.untold(reading);
  }

  /** `undefined` if the reading leaves open who wrote what was read. */
  static of(reading: Reading): Analysis | undefined {
    const versions = Versions.told(reading);
    return versions === undefined ? undefined : new Analysis(reading, versions);
  }

  /** Apart from findings. `undefined`: it depends on the order of loose versions. */
  decide({ name, strength }: Level, budget: Budget): LevelDecision | undefined {
    const level = { name: this.#sameRule(name), strength };
    const number = levelNumber(level);
    if (this.#decisions.has(number)) return this.#decisions.get(number);
    const decision = this.#implied(level, budget) ?? this.#decide(level, budget);
    // With a greater budget, what is unknown may be found.
    if (decision?.valid !== "unknown") this.#decisions.set(number, decision);
    return decision;
  }

  /** Levels of one rule are decided once; in which findings break them, they may differ. */
  #sameRule(name: LevelName): LevelName {
    switch (name) {
      case "read-committed-biswas-enea":
        return "monotonic-atomic-view";
      case "monotonic-snapshot-read":
        return "monotonic-view";
      case "consistent-view":
      case "forward-consistent-view":
        return "parallel-snapshot-isolation";
      case "repeatable-read":
        return "serializable";
      case "view-serializable":
        return this.#untold === undefined ? "serializable" : name;
      default:
        return name;
    }
  }

  /** From serializability, which is decided fastest, or from any level that was decided before. */
  #implied(level: Level, budget: Budget): LevelDecision | undefined {
    for (const strength of ["strong", level.strength] as const) {
      const serializable: Level = { name: "serializable", strength };
      if (levelNumber(serializable) === levelNumber(level) || !implies(serializable, level)) continue;
      const decision = this.decide(serializable, budget);
      if (decision?.valid === true) return decision;
    }
    for (const [number, decision] of this.#decisions)
      if (
        decision?.valid === true &&
        implies(levels[number]!, level) &&
        hasSnapshots(level, decision.execution)
      )
        return decision;
    return undefined;
  }

  #decide(level: Level, budget: Budget): LevelDecision | undefined {
    if (level.name === "view-serializable" && this.#untold !== undefined)
      return this.#settle(new Dependencies(this.#untold.chained()), level, budget);
    return this.#settle(this.#dependenciesFor(level), level, budget);
  }

  #settle(known: Dependencies, level: Level, budget: Budget): LevelDecision | undefined {
    const attempt = this.#attempt(known, level, budget);
    if (attempt.holds === TooMuch) return { valid: "unknown", reason: "there are too many paths to follow" };
    if (!attempt.holds) return { valid: false, cycle: attempt.cycle ?? this.#shortestCycle(known, level) };
    const onlyOrders = known.looseUnread && known.complete && orderIsEnough.has(level.name);
    if (known.versions.total || onlyOrders) return { valid: true, execution: attempt.execution };
    for (const place of [attempt.place, attempt.placeByEnd()]) {
      const guess = new Dependencies(known.versions.guessed(place));
      const guessed = this.#attempt(guess, level, budget);
      if (guessed.holds === true) return { valid: true, execution: guessed.execution };
    }
    return undefined;
  }

  /** With the order of versions that follows where nobody may overwrite unseen what was read. */
  #dependenciesFor(level: Level): Dependencies {
    const unseenForbidden =
      level.name === "view-serializable" || implies(level, { name: "cursor-stability", strength: "plain" });
    if (!unseenForbidden || this.#told.versions.total) return this.#told;
    this.#chained ??= new Dependencies(this.#told.versions.chained());
    return this.#chained;
  }

  #attempt(dependencies: Dependencies, level: Level, budget: Budget): Attempt {
    const { name, strength } = level;
    const heeded = this.#orders.heeded(strength);
    const nodes = this.#orders.nodesWith(strength);
    const { ww, wr, rw } = dependencies;
    switch (name) {
      case "read-uncommitted":
        return this.#acyclic(graphOf(nodes, ...heeded, ww));
      case "repeatable-read":
      case "view-serializable":
      case "serializable":
        return this.#acyclic(graphOf(nodes, ...heeded, wr, ww, rw));
      case "prefix-consistency":
      case "snapshot-isolation":
      case "ansi-snapshot-isolation": {
        const graph = snapshotGraph(this.#orders, dependencies, level);
        const order = topologicalOrder(graph);
        if (order === undefined) return { holds: false };
        return {
          holds: true,
          execution: executionOfSnapshots(order, this.#orders.nodes),
          place: placesOfCommits(order, this.#orders.nodes),
          placeByEnd: () =>
            placesOfCommits(
              priorityOrder(graph, prioritiesOfSides(this.#reading, graph.nodes)),
              this.#orders.nodes,
            ),
        };
      }
      case "read-committed":
      case "cursor-stability":
      case "monotonic-atomic-view":
      case "read-committed-biswas-enea":
      case "monotonic-view":
      case "monotonic-snapshot-read":
      case "read-atomic":
      case "update-atomic":
      case "causal-consistency":
      case "consistent-view":
      case "forward-consistent-view":
      case "parallel-snapshot-isolation":
      case "update-serializable": {
        const two = contradictionOfTwo(dependencies.contradictions, name, strength);
        if (two !== undefined) return { holds: false, cycle: two };
        const dag =
          name === "update-serializable"
            ? this.#updateDag(dependencies, strength)
            : this.#dag(dependencies, strength);
        if (dag === undefined) return { holds: false };
        const found = this.#overPaths(dependencies, dag, level, budget);
        if (found === TooMuch) return { holds: TooMuch };
        if (found !== false) return found === true ? { holds: false } : { holds: false, cycle: found };
        return {
          holds: true,
          execution: serialExecution(dag.order, this.#orders.nodes),
          place: dag.place,
          placeByEnd: () => placesOf(dag.orderBy(priorities(this.#reading, dag.order.length))),
        };
      }
    }
  }

  #acyclic(graph: Graph): Attempt {
    const order = topologicalOrder(graph);
    if (order === undefined) return { holds: false };
    return {
      holds: true,
      execution: serialExecution(order, this.#orders.nodes),
      place: placesOf(order),
      placeByEnd: () => placesOf(priorityOrder(graph, priorities(this.#reading, graph.nodes))),
    };
  }

  /** What a level forbids besides cycles of dependencies, and two transactions do not show. */
  #overPaths(
    dependencies: Dependencies,
    dag: ComponentDag,
    { name, strength }: Level,
    { steps }: Budget,
  ): Found | readonly Edge[] {
    switch (name) {
      case "consistent-view":
      case "forward-consistent-view":
      case "parallel-snapshot-isolation":
        return someReaches(dag, backwards(dependencies, dag).pairs, steps);
      case "update-serializable": {
        const readers = (a: number): boolean => !writes(this.#reading, a);
        return someReaches(dag, backwards(dependencies, dag, readers).pairs, steps);
      }
      case "monotonic-view":
      case "monotonic-snapshot-read":
        return readsBackOverPaths(
          dependencies,
          dag,
          this.#orders.heeded(strength),
          backwards(dependencies, dag),
          steps,
        );
      case "causal-consistency": {
        const pairs = laterWriters(dependencies, dag);
        if (pairs === undefined) return TooMuch;
        const causal = dag.along(...this.#orders.heeded(strength), dependencies.wr);
        return someReaches(causal, pairs, steps);
      }
      case "update-atomic": {
        return overwrittenAndMissed(dependencies, dag) ?? false;
      }
      case "cursor-stability":
        return strength === "strong"
          ? (dependencies.contradictions.behindRealTimeOfSession() ?? false)
          : false;
      default:
        return false;
    }
  }

  #dag(dependencies: Dependencies, strength: Strength): ComponentDag | undefined {
    const known = this.#dags.get(strength);
    if (known?.dependencies === dependencies) return known.dag;
    const { ww, wr, rw } = dependencies;
    const edges = [...this.#orders.heeded(strength), wr, ww];
    const dag = dagOf(this.#orders.nodesWith(strength), edges, [rw]);
    this.#dags.set(strength, { dependencies, dag });
    return dag;
  }

  #updateDag(dependencies: Dependencies, strength: Strength): ComponentDag | undefined {
    const { ww, wr, rw } = dependencies;
    const count = rw.count;
    const writers: { from: Int32Array; to: Int32Array; count: number } = {
      from: new Int32Array(count),
      to: new Int32Array(count),
      count: 0,
    };
    for (let e = 0; e < count; e++) {
      if (!writes(this.#reading, rw.from[e]!)) continue;
      writers.from[writers.count] = rw.from[e]!;
      writers.to[writers.count++] = rw.to[e]!;
    }
    const edges: Edges[] = [...this.#orders.heeded(strength), wr, ww, writers];
    return dagOf(this.#orders.nodesWith(strength), edges, [rw]);
  }

  /** The regions of one kind for one strength. */
  #regions(dependencies: Dependencies, key: string, graph: () => Graph): Regions {
    let regions = this.#regionsFound.get(dependencies)?.get(key);
    if (regions !== undefined) return regions;
    regions = regionsOf(componentsOf(graph()), this.#orders.nodes);
    const found = this.#regionsFound.get(dependencies) ?? new Map<string, Regions>();
    this.#regionsFound.set(dependencies, found.set(key, regions));
    return regions;
  }

  #search({ versions }: Dependencies): CycleSearch {
    if (this.#lastSearch?.versions !== versions)
      this.#lastSearch = { versions, search: new CycleSearch(versions) };
    return this.#lastSearch.search;
  }

  #shortestCycle(dependencies: Dependencies, level: Level): readonly Edge[] {
    const { name, strength } = level;
    const { ww, wr, rw } = dependencies;
    const ansi = name === "ansi-snapshot-isolation";
    const heeded: Heeded = {
      so: strength !== "plain",
      rt: this.#reading.transactions.timed && (strength === "strong" || ansi),
    };
    const { nodes } = this.#orders;
    const shapes = shapesOf(name, strength === "strong");
    const orders = this.#orders.heeded(strength);
    const size = this.#orders.nodesWith(strength);
    const graphs = {
      snapshots: () => snapshotGraph(this.#orders, dependencies, level),
      writes: () => graphOf(size, ...orders, ww),
      dependencies: () => graphOf(size, ...orders, wr, ww),
      all: () => graphOf(size, ...orders, wr, ww, rw),
    };
    const kind = regionOf(name);
    const regions =
      kind === "snapshots"
        ? regionsOfSnapshots(componentsOf(graphs.snapshots()), nodes)
        : this.#regions(dependencies, `${strength} ${kind}`, graphs[kind]);
    const cycle = this.#search(dependencies).shortest(shapes, regions, heeded);
    if (cycle === undefined) throw new Error(`No cycle shows that ${name} (${strength}) is violated.`);
    return cycle;
  }
}

/** Levels whose rule is an order of transactions or commits alone: any order that follows what is known keeps it. */
const orderIsEnough: ReadonlySet<LevelName> = new Set([
  "read-uncommitted",
  "prefix-consistency",
  "repeatable-read",
  "view-serializable",
  "serializable",
] as const);

/** In the components of which graph the cycles are that a level forbids, but for those of two edges that are found without a search. */
function regionOf(name: LevelName): "snapshots" | "writes" | "dependencies" | "all" {
  switch (name) {
    case "prefix-consistency":
    case "snapshot-isolation":
    case "ansi-snapshot-isolation":
      return "snapshots";
    case "read-uncommitted":
      return "writes";
    case "read-committed":
    case "cursor-stability":
    case "monotonic-atomic-view":
    case "read-committed-biswas-enea":
    case "read-atomic":
      return "dependencies";
    default:
      return "all";
  }
}

function hasSnapshots({ name }: Level, { snapshots }: Execution): boolean {
  const needed =
    name === "prefix-consistency" || name === "snapshot-isolation" || name === "ansi-snapshot-isolation";
  return !needed || snapshots !== undefined;
}

/** A cycle of two edges, one of them an anti-dependency, that a level forbids. */
function contradictionOfTwo(
  found: Contradictions,
  name: LevelName,
  strength: Strength,
): readonly Edge[] | undefined {
  const orders = (): Edge[] | undefined =>
    (strength === "plain" ? undefined : found.behindOwnSession()) ??
    (strength === "strong" ? found.behindRealTime() : undefined);
  switch (name) {
    case "monotonic-atomic-view":
      return found.fracturedRead(true);
    case "read-atomic":
    case "causal-consistency":
      return found.fracturedRead(false) ?? orders();
    case "update-atomic":
    case "parallel-snapshot-isolation":
      return found.fracturedRead(false) ?? orders() ?? found.overwrittenUnseen();
    case "cursor-stability":
      return found.overwrittenUnseen() ?? orders();
    default:
      return undefined;
  }
}
