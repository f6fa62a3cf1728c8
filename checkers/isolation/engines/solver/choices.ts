import { labelOf, Inner, ReadFrom } from "./graph.ts";
import type { OrderedGraph } from "./order.ts";
import { edgesBetween, type Polygraph } from "./polygraph.ts";
import { Refinement } from "./refine.ts";
import { Search, variableOf, type ChoiceEdge, type Literal } from "./search.ts";
import type { Effort } from "./order.ts";
import { Initial } from "../../reading.ts";

/**
 * The choices of a polygraph as variables of a search: which of two chains of a key comes first, made only for pairs that some order
 * at hand gets wrong; and which version a read saw, where values are not unique.
 */
export class Choices {
  readonly polygraph: Polygraph;
  readonly graph: OrderedGraph;
  readonly search: Search;
  readonly refinement: Refinement;
  /** Variable of each two chains, the lower number first. */
  readonly #pairs = new Map<number, number>();
  /** Chains of each variable of order; −1 for other variables. */
  readonly #first: number[] = [];
  readonly #second: number[] = [];
  /** Variables of each read entry with a choice, in the order of its candidates. */
  readonly selections = new Map<number, readonly number[]>();
  readonly #readOf: number[] = [];
  /** What to try first against the order at hand, once. */
  readonly #hints = new Map<number, Literal>();

  constructor(polygraph: Polygraph, graph: OrderedGraph, effort: Effort) {
    this.polygraph = polygraph;
    this.graph = graph;
    this.refinement = new Refinement(this, effort);
    this.search = new Search(graph, effort, {
      prefer: (variable) => this.#preferred(variable),
      isRight: (variable) => this.#isRight(variable),
      find: () => this.refinement.refine(),
    });
    for (const [read, versions] of polygraph.versions.choices) this.#select(read, versions);
  }

  /** Adds a clause that the order at hand breaks: of its literals that one is tried first which moves least. */
  mend(literals: readonly Literal[], nodes: readonly number[]): void {
    let least = Infinity;
    let best: Literal | undefined;
    for (const literal of literals) {
      const distance = this.#readOf[variableOf(literal)] === undefined ? this.#against(literal) : Infinity;
      if (distance >= least) continue;
      least = distance;
      best = literal;
    }
    if (best !== undefined) this.#hints.set(variableOf(best), best);
    this.search.addClause(literals, nodes, best);
  }

  /** The literal "chain a before chain b"; `undefined` if that is certain. */
  before(a: number, b: number): Literal | undefined {
    const { versions } = this.polygraph;
    const key = versions.key[versions.head[a]!]!;
    if (versions.chainFirst[key] === a) return undefined;
    const low = Math.min(a, b);
    const pair = low * versions.head.length + Math.max(a, b);
    let variable = this.#pairs.get(pair);
    if (variable === undefined) {
      const high = Math.max(a, b);
      variable = this.search.addVariable(
        edgesBetween(this.polygraph, low, high),
        edgesBetween(this.polygraph, high, low),
      );
      this.#pairs.set(pair, variable);
      this.#first[variable] = low;
      this.#second[variable] = high;
    }
    return variable * 2 + (a === low ? 0 : 1);
  }

  /** The chains of a variable of order, the first and then the second if it is true; `undefined` for others. */
  chainsOf(variable: number): readonly [number, number] | undefined {
    const first = this.#first[variable];
    return first === undefined ? undefined : [first, this.#second[variable]!];
  }

  /** The read entry that a variable chooses for. */
  readOf(variable: number): number | undefined {
    return this.#readOf[variable];
  }

  /** What each read saw, as chosen: its version, and the literal that says so unless it is certain. */
  seen(read: number): { version: number; literal?: Literal } {
    const { versionOfRead, choices } = this.polygraph.versions;
    const version = versionOfRead[read]!;
    if (version >= 0) return { version };
    const variables = this.selections.get(read)!;
    const chosen = variables.findIndex((variable) => this.search.isTrue(variable * 2));
    return { version: choices.get(read)![chosen]!, literal: variables[chosen]! * 2 };
  }

  #select(read: number, versions: readonly number[]): void {
    const { polygraph, search } = this;
    const { commit, start, readAt, gather, rules, reading } = polygraph;
    const key = reading.readKey[read]!;
    const reader = polygraph.versions.reader[read]!;
    const variables = versions.map((version) => {
      const edges: ChoiceEdge[] = [];
      const writer = polygraph.versions.node[version]!;
      if (writer !== Initial)
        edges.push({ from: commit[writer]!, to: readAt[read]!, label: labelOf(ReadFrom, key) });
      // Who writes the key as well overwrites what was read by itself, which is no edge where a transaction is one node.
      if (gather[version]! >= 0 && !(rules.layout === "one" && this.#writes(reader, key)))
        edges.push({
          from: rules.layout === "operations" ? readAt[read]! : start[reader]!,
          to: gather[version]!,
          label: labelOf(Inner, 0),
        });
      const variable = search.addVariable(edges, []);
      this.#readOf[variable] = read;
      return variable;
    });
    this.selections.set(read, variables);
    search.addClause(
      variables.map((variable) => variable * 2),
      [...versions.map((version) => commit[polygraph.versions.node[version]!]!), start[reader]!],
    );
  }

  #writes(node: number, key: number): boolean {
    const { writeFirst, writeKey } = this.polygraph.reading;
    for (let w = writeFirst[node]!; w < writeFirst[node + 1]!; w++) if (writeKey[w] === key) return true;
    return false;
  }

  #preferred(variable: number): Literal {
    const hint = this.#hints.get(variable);
    if (hint !== undefined) {
      this.#hints.delete(variable);
      return hint;
    }
    const read = this.#readOf[variable];
    if (read !== undefined) return variable * 2 + (this.#isLikely(read, variable) ? 0 : 1);
    return variable * 2 + (this.#against(variable * 2) <= this.#against(variable * 2 + 1) ? 0 : 1);
  }

  /** Whether the edges of one of its literals all go along the order at hand. */
  #isRight(variable: number): boolean {
    return this.#against(variable * 2) === 0 || this.#against(variable * 2 + 1) === 0;
  }

  /** How far the edges of a literal go against the order at hand. */
  #against(literal: Literal): number {
    const { at } = this.graph;
    let sum = 0;
    for (const { from, to } of this.search.edgesOf(literal)) sum += Math.max(0, at[from]! - at[to]!);
    return sum;
  }

  /** Whether a read saw a version, if it saw the last of its candidates before it in the order at hand. */
  #isLikely(read: number, variable: number): boolean {
    const { at } = this.graph;
    const { polygraph, search } = this;
    const variables = this.selections.get(read)!;
    const versions = polygraph.versions.choices.get(read)!;
    const limit = at[polygraph.readAt[read]!]!;
    let best = -1;
    let place = -1;
    for (const [i, other] of variables.entries()) {
      if (search.isTrue(other * 2)) return false;
      const node = polygraph.versions.node[versions[i]!]!;
      const committed = node === Initial ? -0.5 : at[polygraph.commit[node]!]!;
      if (search.isTrue(other * 2 + 1) || committed > limit || committed <= place) continue;
      best = other;
      place = committed;
    }
    return best === variable;
  }
}
