/** Why an edge is there: the number of the read entry that it comes from, or one of these. */
export const BySession = -1;
export const ByRealTime = -2;
/** An edge of the known order of versions of key k is `ByVersions - k`. */
export const ByVersions = -3;

/** What a step of such an edge is. */
export function kindOfWhy(why: number): "session" | "real-time" | "data" {
  return why === BySession ? "session" : why === ByRealTime ? "real-time" : "data";
}

/** Edges of a graph in columns: first in a list that grows, then, once sealed, by the node where they end. */
export class Relation {
  readonly nodes: number;
  count = 0;
  /** Edges into node n, once sealed: `first[n]` to `first[n + 1]`. */
  first = new Int32Array(0);
  from: Int32Array;
  why: Int32Array;
  #to: Int32Array;

  constructor(nodes: number, expected = 64) {
    this.nodes = nodes;
    this.from = new Int32Array(expected);
    this.why = new Int32Array(expected);
    this.#to = new Int32Array(expected);
  }

  add(from: number, to: number, why: number): void {
    if (this.count === this.from.length) this.#grow();
    this.from[this.count] = from;
    this.why[this.count] = why;
    this.#to[this.count++] = to;
  }

  #grow(): void {
    const size = this.count * 2 + 16;
    const grown = (old: Int32Array): Int32Array<ArrayBuffer> => {
      const array = new Int32Array(size);
      array.set(old);
      return array;
    };
    this.from = grown(this.from);
    this.why = grown(this.why);
    this.#to = grown(this.#to);
  }

  /** What `seal` would make of the edges so far; more can be added after. */
  sealed(): Relation {
    const copy = new Relation(this.nodes, 0);
    copy.count = this.count;
    copy.from = this.from;
    copy.why = this.why;
    copy.#to = this.#to;
    return copy.seal();
  }

  /** Sorts the edges by where they end; within one end they keep their order. None can be added any more. */
  seal(): this {
    const { nodes, count } = this;
    const to = this.#to;
    const first = new Int32Array(nodes + 1);
    for (let e = 0; e < count; e++) first[to[e]! + 1]!++;
    for (let n = 0; n < nodes; n++) first[n + 1]! += first[n]!;
    const next = first.slice(0, nodes);
    const from = new Int32Array(count);
    const why = new Int32Array(count);
    for (let e = 0; e < count; e++) {
      const at = next[to[e]!]!++;
      from[at] = this.from[e]!;
      why[at] = this.why[e]!;
    }
    this.first = first;
    this.from = from;
    this.why = why;
    this.#to = new Int32Array(0);
    return this;
  }
}
