import type { Edge } from "../../decision.ts";
import type { Reading } from "../../reading.ts";
import { Never } from "../../transactions.ts";
import { edgeOf, edgesOf, type GraphStep } from "./explain.ts";
import { Inner, kindOf, Overwritten, ReadFrom, RealTime, Session, Version } from "./graph.ts";
import { OrderedGraph, type Effort } from "./order.ts";
import { edgesBetween, polygraphOf, type Polygraph } from "./polygraph.ts";
import type { Rules } from "./rules.ts";
import { scheduleByTime, timesOf } from "./schedule.ts";

/**
 * Explains that a small reading has no account by one cycle, if orders that force one another suffice: whichever of two chains cannot come
 * first comes second, until a cycle is closed. Each forced order says why its opposite cannot be. `undefined` if more than this is needed:
 * then no cycle tells the whole story.
 */
export function cycleByForcing(reading: Reading, rules: Rules, effort: Effort): readonly Edge[] | undefined {
  if (reading.candidates.size > 0) return undefined;
  const polygraph = polygraphOf(reading, rules);
  if (!("edges" in polygraph)) return polygraph;
  return new Forcing(polygraph, effort).run();
}

class Forcing {
  readonly #polygraph: Polygraph;
  readonly #effort: Effort;
  readonly #graph: OrderedGraph;
  /** Why each forced order holds, by the literal of its edges. */
  readonly #reasons: (readonly Edge[])[] = [];
  /** Reason of "chain a before chain b" by a × chains + b. */
  readonly #forced = new Map<number, number>();

  constructor(polygraph: Polygraph, effort: Effort) {
    this.#polygraph = polygraph;
    this.#effort = effort;
    this.#graph = new OrderedGraph(polygraph.edges, scheduleByTime(polygraph, timesOf(polygraph)), effort);
  }

  run(): readonly Edge[] | undefined {
    const start = this.#violation();
    if (start !== undefined) return start;
    const { chainFirst } = this.#polygraph.versions;
    for (let changed = true; changed;) {
      changed = false;
      for (let key = 0; key + 1 < chainFirst.length; key++)
        for (let a = chainFirst[key]! + 1; a < chainFirst[key + 1]!; a++)
          for (let b = chainFirst[key]! + 1; b < chainFirst[key + 1]!; b++) {
            if (a === b || this.#forced.has(this.#pair(a, b)) || this.#forced.has(this.#pair(b, a))) continue;
            if (this.#effort.left < 0) return undefined;
            const against = this.#try(a, b);
            if (against === undefined) continue;
            const contradiction = this.#force(b, a, against);
            if (contradiction !== undefined) return contradiction;
            changed = true;
          }
    }
    return undefined;
  }

  #pair(a: number, b: number): number {
    return a * this.#polygraph.versions.head.length + b;
  }

  /** What contradicts chain a before chain b, apart from that order itself; `undefined` if nothing is found. */
  #try(a: number, b: number): readonly Edge[] | undefined {
    const size = this.#graph.size;
    const supposed = this.#reasons.push([]) - 1;
    let against: readonly Edge[] | undefined;
    for (const { from, to, label } of edgesBetween(this.#polygraph, a, b)) {
      if (this.#graph.add(from, to, label, supposed)) continue;
      against = this.#pathOf(this.#graph.cycle, to);
      break;
    }
    if (against === undefined && this.#polygraph.rules.precedence !== "none") {
      this.#forced.set(this.#pair(a, b), supposed);
      const violation = this.#violation();
      this.#forced.delete(this.#pair(a, b));
      // The supposed order itself is no reason.
      against = violation?.filter(({ because }) => because !== this.#reasons[supposed]);
    }
    this.#graph.shrink(size);
    this.#reasons.pop();
    return against;
  }

  /** Adds the order of a before b; a cycle if that closes one. */
  #force(a: number, b: number, reason: readonly Edge[]): readonly Edge[] | undefined {
    const literal = this.#reasons.push(reason) - 1;
    this.#forced.set(this.#pair(a, b), literal);
    for (const { from, to, label } of edgesBetween(this.#polygraph, a, b)) {
      if (this.#graph.add(from, to, label, literal)) continue;
      const steps = this.#steps(this.#graph.cycle, to);
      return edgesOf(this.#polygraph, [...steps, { from, to, label, because: reason }]);
    }
    return this.#violation();
  }

  #steps(cycle: readonly number[], start: number): GraphStep[] {
    const graph = this.#graph;
    let from = start;
    return cycle.map((edge) => {
      const to = graph.toOf(edge);
      const literal = graph.literalOf(edge);
      const step = { from, to, label: graph.labelOf(edge) };
      from = to;
      return literal < 0 ? step : { ...step, because: this.#reasons[literal]! };
    });
  }

  #pathOf(cycle: readonly number[], start: number): Edge[] {
    return cycle.length === 0 ? [] : edgesOf(this.#polygraph, this.#steps(cycle, start));
  }

  /** A reader preceded by one who certainly overwrote what it read, as the rules forbid. */
  #violation(): readonly Edge[] | undefined {
    const { rules, versions, reading } = this.#polygraph;
    if (rules.precedence === "none") return undefined;
    for (let r = 0; r < reading.readKey.length; r++) {
      const reader = versions.reader[r]!;
      if (
        rules.antiDependencies === "updates" &&
        reading.writeFirst[reader + 1]! > reading.writeFirst[reader]!
      )
        continue;
      const key = reading.readKey[r]!;
      const version = versions.versionOfRead[r]!;
      for (let later = reading.writerFirst[key]! + 1; later < reading.writerFirst[key + 1]!; later++) {
        const writer = versions.node[later]!;
        const before = this.#isBefore(version, later);
        if (writer === reader || before === undefined) continue;
        const way = this.#way(writer, reader, r);
        if (way === undefined) continue;
        const overwrote = edgeOf(reading, reader, writer, Overwritten, key);
        return [...way, before < 0 ? overwrote : { ...overwrote, because: this.#reasons[before]! }];
      }
    }
    return undefined;
  }

  /** Whether a version certainly comes before another: −1 if that is fixed, the number of its reason if it was forced. */
  #isBefore(a: number, b: number): number | undefined {
    const { chain, chainFirst, key, next } = this.#polygraph.versions;
    if (a === b) return undefined;
    if (chain[a] === chain[b]) {
      for (let v = next[a]!; v >= 0; v = next[v]!) if (v === b) return -1;
      return undefined;
    }
    if (chain[a] === chainFirst[key[a]!]) return -1;
    return this.#forced.get(this.#pair(chain[a]!, chain[b]!));
  }

  /** How a writer certainly precedes a reader, by the rules. */
  #way(writer: number, reader: number, read: number): readonly Edge[] | undefined {
    const { commit, readAt, rules } = this.#polygraph;
    const from = commit[writer]!;
    const to = readAt[read]!;
    switch (rules.precedence) {
      case "none":
        return undefined;
      case "path":
        return this.#path(from, to, () => true);
      case "seen-path":
        return this.#path(from, to, (kind) => kind !== Version && kind !== Overwritten);
      case "order":
        return this.#path(from, to, (kind) => kind === Inner || kind === Session || kind === RealTime);
      case "earlier-read":
        return this.#read(writer, reader, read);
      case "seen-step":
        return this.#ordered(writer, reader) ?? this.#read(writer, reader);
      case "step":
        return (
          this.#ordered(writer, reader) ?? this.#read(writer, reader) ?? this.#overwritten(writer, reader)
        );
    }
  }

  #ordered(from: number, to: number): readonly Edge[] | undefined {
    const { rules, reading } = this.#polygraph;
    const { session, place, begin, end, transactions } = reading;
    if (rules.sessions && session[from] === session[to] && place[from]! < place[to]!)
      return [edgeOf(reading, from, to, Session, 0)];
    const inTime = rules.realTime === "transactions" && transactions.timed;
    if (inTime && end[from] !== Never && end[from]! < begin[to]!)
      return [edgeOf(reading, from, to, RealTime, 0)];
    return undefined;
  }

  #read(from: number, to: number, before?: number): readonly Edge[] | undefined {
    const { reading } = this.#polygraph;
    for (let r = reading.readFirst[to]!; r < (before ?? reading.readFirst[to + 1]!); r++)
      if (reading.readFrom[r] === from) return [edgeOf(reading, from, to, ReadFrom, reading.readKey[r]!)];
    return undefined;
  }

  #overwritten(from: number, to: number): readonly Edge[] | undefined {
    const { reading, versions } = this.#polygraph;
    for (let w = reading.writeFirst[to]!; w < reading.writeFirst[to + 1]!; w++)
      for (let v = reading.writeFirst[from]!; v < reading.writeFirst[from + 1]!; v++) {
        if (reading.writeKey[w] !== reading.writeKey[v]) continue;
        const before = this.#isBefore(versions.versionOfWrite[v]!, versions.versionOfWrite[w]!);
        if (before === undefined) continue;
        const edge = edgeOf(reading, from, to, Version, reading.writeKey[w]!);
        return [before < 0 ? edge : { ...edge, because: this.#reasons[before]! }];
      }
    return undefined;
  }

  #path(from: number, to: number, accept: (kind: number) => boolean): readonly Edge[] | undefined {
    const graph = this.#graph;
    const limit = graph.at[to]!;
    const by = new Map<number, { before: number; edge: number }>([[from, { before: -1, edge: 0 }]]);
    const queue = [from];
    for (const node of queue) {
      this.#effort.left--;
      if (node === to) break;
      graph.eachOut(node, (next, edge) => {
        if (by.has(next) || graph.at[next]! > limit || !accept(kindOf(graph.labelOf(edge)))) return;
        by.set(next, { before: node, edge });
        queue.push(next);
      });
    }
    if (!by.has(to)) return undefined;
    const edges: number[] = [];
    for (let node = to; node !== from; node = by.get(node)!.before) edges.push(by.get(node)!.edge);
    return this.#pathOf(edges.toReversed(), from);
  }
}
