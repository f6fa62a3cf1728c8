import { Never } from "../../transactions.ts";
import type { Choices } from "./choices.ts";
import { Inner, kindOf, Overwritten, ReadFrom, RealTime, Session, Version } from "./graph.ts";
import type { Effort } from "./order.ts";
import { edgesBetween } from "./polygraph.ts";
import type { Refinement } from "./refine.ts";
import { denied, type Literal } from "./search.ts";

/** What leads from one node to another: the choices that it rests on, and the nodes on the way. */
interface Way {
  readonly literals: readonly Literal[];
  readonly nodes: readonly number[];
}

/** A step from a chain to the next one of its key in the order at hand stands for a literal that may not have been made. */
const Implied = 2 ** 40;

/** At most so many clauses are added before the search goes on. */
const Together = 3000;

/**
 * What the rules ask beyond an acyclic graph, checked on a complete order of versions: nobody who overwrote a version precedes
 * one who read it. Each failure becomes a clause that some of the choices it rests on must change.
 */
export class Checks {
  readonly #choices: Choices;
  readonly #refinement: Refinement;
  readonly #effort: Effort;
  /** Versions of each key in the order at hand, in the places of `Reading.writer`, and where each is. */
  readonly #sorted: Int32Array;
  readonly #rank: Int32Array;
  readonly #chainPlace: Int32Array;
  #after: ReadonlyMap<number, readonly number[]> | undefined;

  constructor(choices: Choices, refinement: Refinement, effort: Effort) {
    const { versions } = choices.polygraph;
    this.#choices = choices;
    this.#refinement = refinement;
    this.#effort = effort;
    this.#sorted = new Int32Array(versions.node.length);
    this.#rank = new Int32Array(versions.node.length);
    this.#chainPlace = new Int32Array(versions.head.length);
  }

  check(): "fine" | "more" {
    const { rules, versions, reading } = this.#choices.polygraph;
    const adjacent = rules.layout === "one" && rules.antiDependencies !== "none" && versions.choices.size > 0;
    if (rules.precedence === "none" && !adjacent) return "fine";
    this.#sort();
    const found: Way[] = [];
    for (let r = 0; r < reading.readKey.length && found.length < Together; r++) {
      const reader = versions.reader[r]!;
      const own = this.#ownVersion(reader, reading.readKey[r]!);
      if (adjacent && own >= 0) this.#checkAdjacent(r, own, found);
      if (rules.precedence === "none") continue;
      if (
        rules.antiDependencies === "updates" &&
        reading.writeFirst[reader + 1]! > reading.writeFirst[reader]!
      )
        continue;
      this.#checkRead(r, own, found);
    }
    for (const { literals, nodes } of found) this.#choices.mend([...new Set(literals)], nodes);
    return found.length === 0 ? "fine" : "more";
  }

  #sort(): void {
    const { versions, reading } = this.#choices.polygraph;
    const { order } = this.#refinement;
    for (let key = 0; key + 1 < versions.chainFirst.length; key++) {
      let at = reading.writerFirst[key]!;
      for (let c = versions.chainFirst[key]!; c < versions.chainFirst[key + 1]!; c++) {
        this.#chainPlace[order[c]!] = c;
        for (let v = versions.head[order[c]!]!; v >= 0; v = versions.next[v]!) {
          this.#sorted[at] = v;
          this.#rank[v] = at++;
        }
      }
    }
  }

  #ownVersion(node: number, key: number): number {
    const { versions, reading } = this.#choices.polygraph;
    for (let w = reading.writeFirst[node]!; w < reading.writeFirst[node + 1]!; w++)
      if (reading.writeKey[w] === key) return versions.versionOfWrite[w]!;
    return -1;
  }

  /** The denial of "version a comes before version b", which the order at hand has; nothing if that is certain. */
  #notBefore(a: number, b: number): Literal[] {
    const { chain } = this.#choices.polygraph.versions;
    if (chain[a] === chain[b]) return [];
    const literal = this.#choices.before(chain[a]!, chain[b]!);
    return literal === undefined ? [] : [denied(literal)];
  }

  /** Where transactions are one node: who read one of several versions and wrote the next has nothing in between. */
  #checkAdjacent(read: number, own: number, found: Way[]): void {
    const choices = this.#choices;
    const { node } = choices.polygraph.versions;
    const { version, literal } = choices.seen(read);
    if (literal === undefined) return;
    const between = this.#sorted[this.#rank[version]! + 1]!;
    if (between === own) return;
    found.push({
      literals: [denied(literal), ...this.#notBefore(version, between), ...this.#notBefore(between, own)],
      nodes: [version, between, own].map((v) => choices.polygraph.commit[node[v]!]!),
    });
  }

  #checkRead(read: number, own: number, found: Way[]): void {
    const choices = this.#choices;
    const { polygraph, graph } = choices;
    const { versions, reading, rules, commit, readAt } = polygraph;
    const reader = versions.reader[read]!;
    const key = reading.readKey[read]!;
    const { version, literal } = choices.seen(read);
    const target = readAt[read]!;
    const end = reading.writerFirst[key + 1]!;
    for (let i = this.#rank[version]! + 1; i < end; i++) {
      const later = this.#sorted[i]!;
      const writer = versions.node[later]!;
      if (writer === reader) {
        if (rules.precedence === "path") return;
        continue;
      }
      if (graph.at[commit[writer]!]! > graph.at[target]!) return;
      const way = this.#wayTo(writer, later, reader, read, own);
      if (way !== undefined) {
        found.push({
          literals: [
            ...way.literals,
            ...this.#notBefore(version, later),
            ...(literal === undefined ? [] : [denied(literal)]),
          ],
          nodes: [...way.nodes, commit[writer]!, target, commit[versions.node[version]!]!],
        });
      }
      // What comes later still comes after this one, and so would lead there by way of it.
      if (rules.precedence === "path") return;
    }
  }

  /** How a writer precedes a reader, by the rules; its literals are denied. */
  #wayTo(writer: number, version: number, reader: number, read: number, own: number): Way | undefined {
    const { polygraph } = this.#choices;
    const { rules, commit, readAt } = polygraph;
    switch (rules.precedence) {
      case "none":
        return undefined;
      case "path":
        return this.#path(commit[writer]!, readAt[read]!, () => true, true);
      case "seen-path":
        return this.#path(commit[writer]!, readAt[read]!, isSeen, false);
      case "order":
        if (own >= 0 && this.#rank[version]! < this.#rank[own]!)
          return { literals: this.#notBefore(version, own), nodes: [] };
        return this.#path(commit[writer]!, readAt[read]!, isOrder, false);
      case "earlier-read":
        return this.#read(writer, reader, read);
      case "seen-step":
        return this.#ordered(writer, reader) ?? this.#read(writer, reader, undefined);
      case "step":
        return (
          this.#ordered(writer, reader) ??
          this.#read(writer, reader, undefined) ??
          this.#overwritten(writer, reader)
        );
    }
  }

  /** One step of session order or real time. */
  #ordered(from: number, to: number): Way | undefined {
    const { rules, reading } = this.#choices.polygraph;
    const { session, place, begin, end, transactions } = reading;
    const inSession = rules.sessions && session[from] === session[to] && place[from]! < place[to]!;
    const inTime =
      rules.realTime === "transactions" &&
      transactions.timed &&
      end[from] !== Never &&
      end[from]! < begin[to]!;
    return inSession || inTime ? { literals: [], nodes: [] } : undefined;
  }

  /** One step of reading, before a read entry if that is given. */
  #read(from: number, to: number, before: number | undefined): Way | undefined {
    const { reading, versions } = this.#choices.polygraph;
    for (let r = reading.readFirst[to]!; r < (before ?? reading.readFirst[to + 1]!); r++) {
      const { version, literal } = this.#choices.seen(r);
      if (versions.node[version] !== from) continue;
      return { literals: literal === undefined ? [] : [denied(literal)], nodes: [] };
    }
    return undefined;
  }

  /** One step from a version to a later one. */
  #overwritten(from: number, to: number): Way | undefined {
    const { reading, versions } = this.#choices.polygraph;
    for (let w = reading.writeFirst[to]!; w < reading.writeFirst[to + 1]!; w++) {
      const own = versions.versionOfWrite[w]!;
      const other = this.#ownVersion(from, reading.writeKey[w]!);
      if (other >= 0 && this.#rank[other]! < this.#rank[own]!)
        return { literals: this.#notBefore(other, own), nodes: [] };
    }
    return undefined;
  }

  /**
   * A path of accepted edges that rests on as few choices as can be, with those that the order of versions at hand implies if they count:
   * in layers by the number of choices, among the nodes between the two in the order.
   */
  #path(from: number, to: number, accept: (kind: number) => boolean, implied: boolean): Way | undefined {
    const { graph } = this.#choices;
    const limit = graph.at[to]!;
    // By node: the node before it, and the literal of the step.
    const before = new Map<number, number>();
    const chosen = new Map<number, Literal>();
    const offered: { node: number; before: number; literal: Literal }[][] = [
      [{ node: from, before: -1, literal: -1 }],
      [],
    ];
    for (let layer = offered[0]!; layer.length > 0; layer = offered[0]!) {
      const [, next] = offered;
      // The list grows while it is gone through.
      for (const step of layer) {
        const { node } = step;
        if (before.has(node)) continue;
        before.set(node, step.before);
        if (step.literal >= 0) chosen.set(node, step.literal);
        if (node === to) return this.#wayBack(before, chosen, to);
        this.#effort.left--;
        const reach = (other: number, literal: Literal): void => {
          this.#effort.left--;
          if (before.has(other) || graph.at[other]! > limit) return;
          (literal < 0 ? layer : next!).push({ node: other, before: node, literal });
        };
        graph.eachOut(node, (other, edge) => {
          if (accept(kindOf(graph.labelOf(edge)))) reach(other, graph.literalOf(edge));
        });
        if (implied) this.#eachImplied(node, reach);
      }
      offered.shift();
      offered.push([]);
    }
    return undefined;
  }

  #wayBack(before: ReadonlyMap<number, number>, chosen: ReadonlyMap<number, Literal>, to: number): Way {
    const literals: Literal[] = [];
    const nodes: number[] = [];
    for (let node = to; node >= 0; node = before.get(node)!) {
      nodes.push(node);
      const literal = chosen.get(node);
      if (literal === undefined) continue;
      if (literal < Implied) literals.push(denied(literal));
      else {
        const chain = literal - Implied;
        const next = this.#refinement.order[this.#chainPlace[chain]! + 1]!;
        literals.push(denied(this.#choices.before(chain, next)!));
      }
    }
    return { literals, nodes };
  }

  /** Edges out of a node because its chain comes before the next one of the key in the order at hand. */
  #eachImplied(node: number, visit: (to: number, literal: Literal) => void): void {
    const choices = this.#choices;
    const { versions } = choices.polygraph;
    const { order } = this.#refinement;
    this.#after ??= this.#chainsByNode();
    for (const chain of this.#after.get(node) ?? []) {
      const key = versions.key[versions.head[chain]!]!;
      const next = this.#chainPlace[chain]! + 1;
      if (next >= versions.chainFirst[key + 1]!) continue;
      const edges = edgesBetween(choices.polygraph, chain, order[next]!).filter(({ from }) => from === node);
      if (edges.length === 0) continue;
      // The choice is made only if the path needs it: what is certain has its edges already.
      if (versions.chainFirst[key] === chain) continue;
      for (const { to } of edges) visit(to, Implied + chain);
    }
  }

  #chainsByNode(): Map<number, number[]> {
    const { versions, versionFrom, readersFrom } = this.#choices.polygraph;
    const chains = new Map<number, number[]>();
    for (let c = 0; c < versions.tail.length; c++)
      for (const node of new Set([versionFrom[versions.tail[c]!]!, readersFrom[versions.tail[c]!]!])) {
        if (node < 0) continue;
        const list = chains.get(node);
        if (list === undefined) chains.set(node, [c]);
        else list.push(c);
      }
    return chains;
  }
}

function isOrder(kind: number): boolean {
  return kind === Inner || kind === Session || kind === RealTime;
}

function isSeen(kind: number): boolean {
  return isOrder(kind) || kind === ReadFrom || (kind !== Version && kind !== Overwritten);
}
