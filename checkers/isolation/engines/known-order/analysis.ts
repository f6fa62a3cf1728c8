import type { Graph } from "../../../graph/graph.ts";
import { placesOf, priorityOrder } from "../../../graph/priority-order.ts";
import { topologicalOrder } from "../../../graph/topological-order.ts";
import type { Budget } from "../../../checker.ts";
import type { Edge, Execution, LevelDecision } from "../../decision.ts";
import { implies, levelNumber, levels } from "../../lattice.ts";
import type { Level, LevelName, Strength } from "../../levels.ts";
import type { Reading } from "../../reading.ts";
import { CycleSearch, type Heeded } from "./cycle-search.ts";
import { shapesOf, type CycleShape } from "./cycle-shapes.ts";
import type { ComponentDag } from "./dags.ts";
import { Graphs } from "./graphs.ts";
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
import { Dependencies } from "./relations.ts";
import {
  commitsOf,
  executionOfSnapshots,
  placesOfCommits,
  priorities,
  prioritiesOfSides,
  serialExecution,
} from "./snapshots.ts";
import { Versions } from "./versions.ts";

/** What came out for one order of versions. */
type Attempt =
  | {
      readonly holds: true;
      readonly execution: Execution;
      /** Where each node is in an order that is known to do, and in the one that is nearest to that of the ends. */
      readonly place: () => Int32Array;
      readonly placeByEnd: () => Int32Array;
    }
  | { readonly holds: false; readonly cycle?: readonly Edge[] }
  | { readonly holds: typeof TooMuch };

/** What came out for a level; a cycle is looked for when somebody asks. */
type Outcome =
  | { readonly holds: true; readonly execution: Execution }
  | { readonly holds: false; readonly cycle: () => readonly Edge[] }
  | { readonly holds: typeof TooMuch };

/**
 * Decides levels of one reading whose writers are known, keeping what several levels need. Each is decided for the order of versions that is
 * known; where some stay loose, whatever that refutes is refuted, and a guess at the rest may show that the level holds.
 */
export class Analysis {
  readonly #reading: Reading;
  readonly #graphs: Graphs;
  readonly #told: Dependencies;
  /** Without the version orders that the system told: view-serializability does not heed them. */
  readonly #untold: Versions | undefined;
  #chained: Dependencies | undefined;
  #lastSearch: { versions: Versions; search: CycleSearch } | undefined;
  readonly #outcomes = new Map<number, Outcome | undefined>();

  private constructor(reading: Reading, versions: Versions) {
    this.#reading = reading;
    this.#graphs = new Graphs(reading);
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
    const outcome = this.#outcome(level, budget);
    if (outcome === undefined) return undefined;
    switch (outcome.holds) {
      case true:
        return { valid: true, execution: outcome.execution };
      case false:
        return { valid: false, cycle: outcome.cycle() };
      case TooMuch:
        return { valid: "unknown", reason: "there are too many paths to follow" };
    }
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

  #outcome(level: Level, budget: Budget): Outcome | undefined {
    const number = levelNumber(level);
    if (this.#outcomes.has(number)) return this.#outcomes.get(number);
    const outcome = this.#implied(level, budget) ?? this.#settled(level, budget);
    // With a greater budget, what is unknown may be found.
    if (outcome?.holds !== TooMuch) this.#outcomes.set(number, outcome);
    return outcome;
  }

  /**
   * From any level that was decided before, or from those that imply most others and are decided without following paths. What is
   * decided so itself, with nothing to guess, is as fast as they are.
   */
  #implied(level: Level, budget: Budget): Outcome | undefined {
    if (followsPaths.has(level.name) || !this.#isSettledByKnown(this.#told, level.name))
      for (const name of ["serializable", "snapshot-isolation"] as const)
        for (const strength of ["strong", level.strength] as const) {
          const stronger: Level = { name, strength };
          if (levelNumber(stronger) === levelNumber(level) || !implies(stronger, level)) continue;
          const outcome = this.#outcome(stronger, budget);
          if (outcome?.holds === true) return outcome;
        }
    for (const [number, outcome] of this.#outcomes) {
      const other = levels[number]!;
      // Cursor stability heeds real time that follows a session, update atomicity only either alone.
      if (other.name === "update-atomic" && level.name === "cursor-stability") continue;
      if (outcome?.holds === true && implies(other, level)) return outcome;
    }
    return undefined;
  }

  #settled(level: Level, budget: Budget): Outcome | undefined {
    const known =
      level.name === "view-serializable" && this.#untold !== undefined
        ? new Dependencies(this.#untold.chained())
        : this.#dependenciesFor(level);
    const attempt = this.#attempt(known, level, budget);
    if (attempt.holds === TooMuch) return attempt;
    if (!attempt.holds) {
      let cycle = attempt.cycle;
      return { holds: false, cycle: () => (cycle ??= this.#shortestCycle(known, level)) };
    }
    if (this.#isSettledByKnown(known, level.name)) return attempt;
    for (const place of [attempt.place, attempt.placeByEnd]) {
      const guess = new Dependencies(known.versions.guessed(place()));
      const guessed = this.#attempt(guess, level, budget);
      if (guessed.holds === true) return guessed;
    }
    return undefined;
  }

  /** Whether what holds without the loose versions holds with them in some order. */
  #isSettledByKnown({ versions, looseUnread, complete }: Dependencies, name: LevelName): boolean {
    return versions.total || (looseUnread && complete && orderIsEnough.has(name));
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
    const graphs = this.#graphs;
    switch (name) {
      case "read-uncommitted":
        return this.#acyclic(graphs.graph(dependencies, strength, "ww"), false);
      case "repeatable-read":
      case "view-serializable":
      case "serializable":
        return this.#acyclic(graphs.graph(dependencies, strength, "wr", "ww", "rw"), true);
      case "prefix-consistency":
      case "snapshot-isolation":
      case "ansi-snapshot-isolation": {
        const graph = this.#graphs.snapshots(dependencies, level);
        const order = topologicalOrder(graph);
        if (order === undefined) return { holds: false };
        return {
          holds: true,
          execution: executionOfSnapshots(order, this.#graphs.nodes),
          place: () => placesOfCommits(order, this.#graphs.nodes),
          placeByEnd: () =>
            placesOfCommits(
              priorityOrder(graph, prioritiesOfSides(this.#reading, graph.nodes)),
              this.#graphs.nodes,
            ),
        };
      }
      case "read-committed":
      case "cursor-stability":
      case "monotonic-atomic-view":
      case "read-committed-biswas-enea":
      case "read-atomic": {
        const found = dependencies.contradictions;
        const two = contradictionOfTwo(found, name, strength);
        if (two !== undefined) return { holds: false, cycle: two };
        const order = this.#graphs.order(dependencies, strength);
        if (order === undefined) return { holds: false };
        const three =
          name === "cursor-stability" && strength === "strong" ? found.behindRealTimeOfSession() : undefined;
        if (three !== undefined) return { holds: false, cycle: three };
        return this.#inOrder(order, (priority) =>
          priorityOrder(graphs.graph(dependencies, strength, "wr", "ww"), priority),
        );
      }
      case "monotonic-view":
      case "monotonic-snapshot-read":
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
            ? this.#graphs.updateDag(dependencies, strength)
            : this.#graphs.dag(dependencies, strength);
        if (dag === undefined) return { holds: false };
        const found = this.#overPaths(dependencies, dag, level, budget);
        if (found === TooMuch) return { holds: TooMuch };
        if (found !== false) return found === true ? { holds: false } : { holds: false, cycle: found };
        return this.#inOrder(dag.order, (priority) => dag.orderBy(priority));
      }
    }
  }

  #acyclic(graph: Graph, serial: boolean): Attempt {
    const order = topologicalOrder(graph);
    return order === undefined
      ? { holds: false }
      : this.#inOrder(order, (priority) => priorityOrder(graph, priority), serial);
  }

  /** Holds by an order; with `serial`, in which each sees all that came before. */
  #inOrder(order: Int32Array, by: (priority: Float64Array) => Int32Array, serial = false): Attempt {
    return {
      holds: true,
      execution: serial
        ? serialExecution(order, this.#graphs.nodes)
        : { commits: commitsOf(order, this.#graphs.nodes) },
      place: () => placesOf(order),
      placeByEnd: () => placesOf(by(priorities(this.#reading, order.length))),
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
          this.#graphs.heeded(strength),
          backwards(dependencies, dag),
          steps,
        );
      case "causal-consistency": {
        const pairs = laterWriters(dependencies, dag);
        if (pairs === undefined) return TooMuch;
        const causal = dag.along(...this.#graphs.heeded(strength), dependencies.wr);
        return someReaches(causal, pairs, steps);
      }
      case "update-atomic": {
        return overwrittenAndMissed(dependencies, dag) ?? false;
      }
      default:
        return false;
    }
  }

  /** Whether there is any cycle of observed edges. */
  mayHaveCycles(strength: Strength): boolean {
    return this.#graphs.components(this.#told, strength).size.some((size) => size > 1);
  }

  /** A shortest cycle of observed edges of some shapes; `undefined` if there is none, or none was found in so many steps. */
  cycleOfShapes(
    shapes: readonly CycleShape[],
    strength: Strength,
    steps: number,
  ): readonly Edge[] | undefined {
    const regions = this.#graphs.regions(this.#told, { name: "serializable", strength });
    const heeded = {
      so: strength !== "plain",
      rt: strength === "strong" && this.#reading.transactions.timed,
    };
    return this.#search(this.#told).shortest(shapes, regions, heeded, { steps, giveUp: true });
  }

  overwrittenUnseen(): readonly Edge[] | undefined {
    return this.#told.contradictions.overwrittenUnseen();
  }

  #search({ versions }: Dependencies): CycleSearch {
    if (this.#lastSearch?.versions !== versions)
      this.#lastSearch = { versions, search: new CycleSearch(versions) };
    return this.#lastSearch.search;
  }

  #shortestCycle(dependencies: Dependencies, level: Level): readonly Edge[] {
    const { name, strength } = level;
    const ansi = name === "ansi-snapshot-isolation";
    const heeded: Heeded = {
      so: strength !== "plain",
      rt: this.#reading.transactions.timed && (strength === "strong" || ansi),
    };
    const shapes = shapesOf(name, strength === "strong");
    const regions = this.#graphs.regions(dependencies, level);
    const cycle = this.#search(dependencies).shortest(shapes, regions, heeded);
    if (cycle === undefined) throw new Error(`No cycle shows that ${name} (${strength}) is violated.`);
    return cycle;
  }
}

/**
 * Levels whose rule is an order of transactions or commits, and besides it nothing of WW: any order that follows what is known keeps it,
 * since whoever read an older version is known to have missed the loose ones.
 */
const orderIsEnough: ReadonlySet<LevelName> = new Set([
  "read-uncommitted",
  "read-committed",
  "monotonic-atomic-view",
  "read-committed-biswas-enea",
  "read-atomic",
  "causal-consistency",
  "prefix-consistency",
  "repeatable-read",
  "view-serializable",
  "serializable",
] as const);

/** Levels of which more is asked than whether a graph has cycles, and which transactions contradict each other. */
const followsPaths: ReadonlySet<LevelName> = new Set([
  "monotonic-view",
  "monotonic-snapshot-read",
  "update-atomic",
  "causal-consistency",
  "consistent-view",
  "forward-consistent-view",
  "parallel-snapshot-isolation",
  "update-serializable",
] as const);

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
