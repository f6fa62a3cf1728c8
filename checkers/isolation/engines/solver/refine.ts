import type { Choices } from "./choices.ts";

/** How many chains after one are looked at together. */
const Reach = 8;

/**
 * Reads the order of versions off an order of nodes, and finds the pairs of chains that it gets wrong: the one comes first, yet something
 * that happened to it comes after the other. Those become choices. Only keys whose nodes have moved are looked at again.
 */
export class Refinement {
  readonly #choices: Choices;
  /** Chains of each key in the order at hand, in the places of `chainFirst`. */
  readonly order: Int32Array;
  readonly #isDirty: Uint8Array;
  #dirty: number[];

  constructor(choices: Choices) {
    this.#choices = choices;
    const { versions } = choices.polygraph;
    this.order = Int32Array.from({ length: versions.head.length }, (_, c) => c);
    this.#isDirty = new Uint8Array(versions.chainFirst.length).fill(1);
    this.#dirty = Array.from({ length: versions.chainFirst.length - 1 }, (_, k) => k);
  }

  /** Makes choices of what is wrong; how many. */
  refine(): number {
    this.#markMoved();
    let made = 0;
    for (const key of this.#dirty) {
      this.#isDirty[key] = 0;
      this.#sort(key);
      made += this.#compare(key);
    }
    this.#dirty = [];
    return made;
  }

  #markMoved(): void {
    const { graph, polygraph } = this.#choices;
    const { owner, reading, edges } = polygraph;
    const { writeFirst, writeKey, readFirst, readKey } = reading;
    for (const node of graph.takeMoved()) {
      const of = owner[node]!;
      if (of >= 0) {
        for (let w = writeFirst[of]!; w < writeFirst[of + 1]!; w++) this.#mark(writeKey[w]!);
        for (let r = readFirst[of]!; r < readFirst[of + 1]!; r++) this.#mark(readKey[r]!);
      } else {
        const key = this.#keyOfGather(node);
        if (key >= 0) this.#mark(key);
      }
    }
    void edges;
  }

  #gathers: Map<number, number> | undefined;
  #keyOfGather(node: number): number {
    const { gather, versions } = this.#choices.polygraph;
    if (this.#gathers === undefined) {
      this.#gathers = new Map();
      for (let v = 0; v < gather.length; v++)
        if (gather[v]! >= 0) this.#gathers.set(gather[v]!, versions.key[v]!);
    }
    return this.#gathers.get(node) ?? -1;
  }

  #mark(key: number): void {
    if (this.#isDirty[key] === 1) return;
    this.#isDirty[key] = 1;
    this.#dirty.push(key);
  }

  #sort(key: number): void {
    const { polygraph, graph } = this.#choices;
    const { versions, commit } = polygraph;
    const { at } = graph;
    const { order } = this;
    // The first chain of a key stays the first.
    const first = versions.chainFirst[key]! + 1;
    const end = versions.chainFirst[key + 1]!;
    const place = (chain: number): number => at[commit[versions.node[versions.head[chain]!]!]!]!;
    if (end - first > 64) {
      order.subarray(first, end).sort((a, b) => place(a) - place(b));
      return;
    }
    for (let i = first + 1; i < end; i++) {
      const chain = order[i]!;
      const of = place(chain);
      let j = i;
      for (; j > first && place(order[j - 1]!) > of; j--) order[j] = order[j - 1]!;
      order[j] = chain;
    }
  }

  #compare(key: number): number {
    const { versions } = this.#choices.polygraph;
    const { order } = this;
    const end = versions.chainFirst[key + 1]!;
    let made = 0;
    for (let i = versions.chainFirst[key]! + 1; i < end; i++)
      for (let j = i + 1; j < Math.min(end, i + Reach); j++) {
        if (!this.#isWrong(order[i]!, order[j]!)) break;
        const before = this.#choices.search.variables;
        this.#choices.before(order[i]!, order[j]!);
        made += this.#choices.search.variables - before;
      }
    return made;
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
