/** What an edge of the graph stands for; `Inner` ones are between nodes of one transaction, or lead to helping nodes. */
export const Inner = 0;
export const Session = 1;
export const RealTime = 2;
export const ReadFrom = 3;
export const Version = 4;
export const Overwritten = 5;

/** Kind and key of an edge in one number. */
export function labelOf(kind: number, key: number): number {
  return key * 8 + kind;
}
export function kindOf(label: number): number {
  return label & 7;
}
export function keyOf(label: number): number {
  return label >> 3;
}

/** The edges that stand whatever is chosen, in columns, by their starts and by their ends. */
export class FixedEdges {
  readonly nodes: number;
  readonly count: number;
  readonly outFirst: Int32Array;
  readonly outTo: Int32Array;
  readonly outLabel: Int32Array;
  readonly inFirst: Int32Array;
  readonly inFrom: Int32Array;

  constructor(nodes: number, count: number, from: Int32Array, to: Int32Array, label: Int32Array) {
    this.nodes = nodes;
    this.count = count;
    this.outFirst = new Int32Array(nodes + 1);
    this.inFirst = new Int32Array(nodes + 1);
    this.outTo = new Int32Array(count);
    this.outLabel = new Int32Array(count);
    this.inFrom = new Int32Array(count);
    const { outFirst, inFirst, outTo, outLabel, inFrom } = this;
    for (let e = 0; e < count; e++) {
      outFirst[from[e]! + 1]!++;
      inFirst[to[e]! + 1]!++;
    }
    for (let n = 0; n < nodes; n++) {
      outFirst[n + 1]! += outFirst[n]!;
      inFirst[n + 1]! += inFirst[n]!;
    }
    const nextOut = outFirst.slice();
    const nextIn = inFirst.slice();
    for (let e = 0; e < count; e++) {
      const a = nextOut[from[e]!]!++;
      outTo[a] = to[e]!;
      outLabel[a] = label[e]!;
      inFrom[nextIn[to[e]!]!++] = from[e]!;
    }
  }
}

/** Collects edges. */
export class EdgeList {
  count = 0;
  #from = new Int32Array(128);
  #to = new Int32Array(128);
  #label = new Int32Array(128);

  add(from: number, to: number, label: number): void {
    if (this.count === this.#from.length) this.#grow();
    this.#from[this.count] = from;
    this.#to[this.count] = to;
    this.#label[this.count++] = label;
  }

  #grow(): void {
    const grown = (old: Int32Array): Int32Array<ArrayBuffer> => {
      const array = new Int32Array(old.length * 2);
      array.set(old);
      return array;
    };
    this.#from = grown(this.#from);
    this.#to = grown(this.#to);
    this.#label = grown(this.#label);
  }

  fixed(nodes: number): FixedEdges {
    return new FixedEdges(nodes, this.count, this.#from, this.#to, this.#label);
  }
}
