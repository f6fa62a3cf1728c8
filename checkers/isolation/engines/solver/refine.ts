import type { Choices } from "./choices.ts";
import type { Effort } from "./order.ts";
import type { Polygraph } from "./polygraph.ts";
import { variableOf } from "./search.ts";

/** How many chains before and after one are looked at together. */
const Reach = 8;

/**
 * Reads the order of versions off an order of nodes, and finds the pairs of chains that it gets wrong: the one comes first, yet something
 * that happened to it comes after the other. If no two neighbours are wrong, none are. Only chains whose nodes have moved are
 * looked at again.
 */
export class Refinement {
  readonly #choices: Choices;
  readonly #effort: Effort;
  /** Chains of each key in the order at hand, in the places of `chainFirst`. */
  readonly order: Int32Array;
  /** Where each chain is in `order`. */
  readonly place: Int32Array;
  readonly #chains: ChainsByNode;
  readonly #isDirty: Uint8Array;
  readonly #dirty: number[] = [];
  #isSorted = false;
  #found = false;

  constructor(choices: Choices, effort: Effort) {
    this.#choices = choices;
    this.#effort = effort;
    const { versions } = choices.polygraph;
    this.order = Int32Array.from(versions.head, (_, c) => c);
    this.place = this.order.slice();
    this.#isDirty = new Uint8Array(versions.head.length);
    this.#chains = chainsByNode(choices.polygraph);
  }

  /** Has those pairs decided that the order has wrong; false if there are none. */
  refine(): boolean {
    this.#found = false;
    const moved = this.#choices.graph.takeMoved();
    if (!this.#isSorted) this.#sortAll();
    else {
      const { first, chain } = this.#chains;
      for (const node of moved) for (let i = first[node]!; i < first[node + 1]!; i++) this.#mark(chain[i]!);
      while (this.#dirty.length > 0) {
        const next = this.#dirty.pop()!;
        this.#isDirty[next] = 0;
        this.#settle(next);
      }
    }
    return this.#found;
  }

  #mark(chain: number): void {
    if (this.#isDirty[chain] === 1) return;
    this.#isDirty[chain] = 1;
    this.#dirty.push(chain);
  }

  #timeOf(chain: number): number {
    const { versions, commit } = this.#choices.polygraph;
    return this.#choices.graph.at[commit[versions.node[versions.head[chain]!]!]!]!;
  }

  #sortAll(): void {
    const { order, place } = this;
    const { chainFirst } = this.#choices.polygraph.versions;
    for (let key = 0; key + 1 < chainFirst.length; key++) {
      // The first chain of a key stays the first.
      const first = chainFirst[key]! + 1;
      order.subarray(first, chainFirst[key + 1]).sort((a, b) => this.#timeOf(a) - this.#timeOf(b));
      for (let i = first; i < chainFirst[key + 1]!; i++) place[order[i]!] = i;
      for (let i = first; i + 1 < chainFirst[key + 1]!; i++) this.#compareNext(i, chainFirst[key + 1]!);
    }
    this.#isSorted = true;
  }

  /** Puts a chain in its place and compares it with its neighbours there, and those that it has left. */
  #settle(chain: number): void {
    const { order, place } = this;
    const { chainFirst, key, head } = this.#choices.polygraph.versions;
    const of = key[head[chain]!]!;
    const first = chainFirst[of]! + 1;
    const end = chainFirst[of + 1]!;
    const from = place[chain]!;
    if (from < first) return;
    const time = this.#timeOf(chain);
    let at = from;
    for (; at > first && this.#timeOf(order[at - 1]!) > time; at--) this.#put(order[at - 1]!, at);
    if (at === from)
      for (; at + 1 < end && this.#timeOf(order[at + 1]!) < time; at++) this.#put(order[at + 1]!, at);
    this.#put(chain, at);
    this.#effort.left -= 1 + Math.abs(at - from);
    this.#compareNext(at, end);
    for (let i = at - 1; i >= Math.max(first, at - Reach); i--) if (!this.#compareNext(i, end)) break;
    if (at === from) return;
    // Those that have become neighbours where it was; one of them may have to move in turn.
    const left = at < from ? from : from - 1;
    if (left < first || left + 1 >= end) return;
    if (this.#timeOf(order[left]!) > this.#timeOf(order[left + 1]!)) this.#mark(order[left + 1]!);
    else this.#compareNext(left, end);
  }

  #put(chain: number, at: number): void {
    this.order[at] = chain;
    this.place[chain] = at;
  }

  /** Compares the chain at a place with those after it, as long as they are wrong; whether any is. */
  #compareNext(at: number, end: number): boolean {
    const { order } = this;
    for (let i = at + 1; i < Math.min(end, at + Reach); i++) {
      if (!this.#isWrong(order[at]!, order[i]!)) return i > at + 1;
      const literal = this.#choices.before(order[at]!, order[i]!);
      if (literal === undefined) continue;
      this.#choices.search.consider(variableOf(literal));
      this.#found = true;
    }
    return true;
  }

  #isWrong(a: number, b: number): boolean {
    const { versions, versionFrom, versionTo, readersFrom, readersTo } = this.#choices.polygraph;
    const { at } = this.#choices.graph;
    const tail = versions.tail[a]!;
    const head = versions.head[b]!;
    return (
      (versionFrom[tail]! >= 0 && at[versionFrom[tail]!]! >= at[versionTo[head]!]!) ||
      (readersFrom[tail]! >= 0 && at[readersFrom[tail]!]! >= at[readersTo[head]!]!)
    );
  }
}

/** The chains whose order depends on where each node is: `chain[first[n]]` to `first[n + 1]`. */
interface ChainsByNode {
  readonly first: Int32Array;
  readonly chain: Int32Array;
}

function chainsByNode(polygraph: Polygraph): ChainsByNode {
  const { versions, edges, commit, versionFrom, versionTo, readersFrom, readersTo } = polygraph;
  const { head, tail, node } = versions;
  const nodesOf = (c: number): number[] => [
    ...new Set([
      commit[node[head[c]!]!]!,
      versionTo[head[c]!]!,
      readersTo[head[c]!]!,
      versionFrom[tail[c]!]!,
      readersFrom[tail[c]!]!,
    ]),
  ];
  const first = new Int32Array(edges.nodes + 1);
  for (let c = 0; c < head.length; c++) for (const n of nodesOf(c)) if (n >= 0) first[n + 1]!++;
  for (let n = 0; n < edges.nodes; n++) first[n + 1]! += first[n]!;
  const next = first.slice();
  const chain = new Int32Array(first[edges.nodes]!);
  for (let c = 0; c < head.length; c++) for (const n of nodesOf(c)) if (n >= 0) chain[next[n]!++] = c;
  return { first, chain };
}
