import type { Edge } from "../../decision.ts";
import { Initial } from "../../reading.ts";
import { searchedKinds, type CycleShape, type Step } from "./cycle-shapes.ts";
import { edgeOf } from "./edges.ts";
import { Written } from "./reading-back.ts";
import type { Regions } from "./regions.ts";
import type { Versions } from "./versions.ts";

/** Edges looked at after which a search is content with the shortest cycle so far. */
const EnoughSteps = 10_000_000;

export interface Heeded {
  readonly so: boolean;
  readonly rt: boolean;
}

/**
 * Shortest cycles of given shapes, breadth first from each node of each region, the smallest region first.
 *
 * An edge of an order (session, real time, versions of a key) leads to all that come later, so no cycle has more edges than it must. What
 * comes later is a tail of a list, and a search goes through each list once: it remembers how much of the tail it has seen. Nodes of a region
 * that are on one list stand together, so that the tail ends at the first node that is not of it.
 *
 * Ties go to the lowest node. In regions too large to search from every node, the cycle is the shortest of those seen.
 */
export class CycleSearch {
  readonly #versions: Versions;
  #regions: Regions = { groups: [], groupOf: new Int32Array(0), otherGroupOf: new Int32Array(0) };
  #heeded: Heeded = { so: false, rt: false };
  readonly #written: Written;
  readonly #readers: { first: Int32Array; node: Int32Array };
  #steps = 0;
  #best: Edge[] | undefined;

  // Of the search at hand: for each node and state, in which search it was met, from where and by what.
  readonly #met: Int32Array;
  readonly #from: Int32Array;
  readonly #by: Uint8Array;
  readonly #key: Int32Array;
  readonly #depth: Int32Array;
  readonly #queue: Int32Array;
  #searches = 0;
  #queued = 0;
  // How far each list was gone through, by state: in which search, and from which place on.
  readonly #sessionSeen: Tails;
  readonly #keySeen: Tails;
  readonly #looseSeen: Tails;
  readonly #laterSeen: Int32Array;

  constructor(versions: Versions) {
    const { reading, settled } = versions;
    this.#versions = versions;
    this.#written = new Written(versions);
    this.#readers = readersOf(versions);
    const size = reading.nodes * MostStates;
    this.#met = new Int32Array(size);
    this.#from = new Int32Array(size);
    this.#by = new Uint8Array(size);
    this.#key = new Int32Array(size);
    this.#depth = new Int32Array(size);
    this.#queue = new Int32Array(size);
    this.#sessionSeen = new Tails(reading.sessions * MostStates);
    this.#keySeen = new Tails(settled.length * MostStates);
    this.#looseSeen = new Tails(settled.length * MostStates);
    this.#laterSeen = new Int32Array(MostStates);
  }

  /** The shortest cycle of any of the shapes. With `giveUp`, the search ends after so many steps even if there was none. */
  shortest(
    shapes: readonly CycleShape[],
    regions: Regions,
    heeded: Heeded,
    { steps = EnoughSteps, giveUp = false } = {},
  ): Edge[] | undefined {
    this.#regions = regions;
    this.#heeded = heeded;
    this.#best = undefined;
    this.#steps = 0;
    for (const { number, members } of regions.groups)
      for (const shape of shapes)
        for (const start of members) {
          if (this.#isEnough(steps, giveUp)) return this.#best;
          this.#searchFrom(start, shape, number, members);
        }
    return this.#best;
  }

  #isEnough(steps: number, giveUp: boolean): boolean {
    if (this.#best === undefined) return giveUp && this.#steps > steps;
    return this.#best.length === 2 || this.#steps > steps;
  }

  #searchFrom(start: number, shape: CycleShape, group: number, members: Int32Array): void {
    const { reading } = this.#versions;
    if (shape.first.rw !== undefined && shape.first.ww === undefined) {
      const first = reading.readFirst[start]!;
      const last = reading.readFirst[start + 1]!;
      if (first === last) return;
      if (shape.inOrder) {
        for (let r = first; r < last; r++) this.#search(start, shape, group, members, r);
        return;
      }
    }
    this.#search(start, shape, group, members, -1);
  }

  /** From one node; with `leaving`, by that read alone. */
  #search(start: number, shape: CycleShape, group: number, members: Int32Array, leaving: number): void {
    this.#searches++;
    this.#queued = 0;
    this.#laterSeen.fill(members.length);
    this.#expand(start, -1, this.#restricted(start, shape.first, shape.firstFrom), group, members, leaving);
    for (let head = 0; head < this.#queued; head++) {
      const at = this.#queue[head]!;
      const node = Math.floor(at / MostStates);
      const step = this.#restricted(node, shape.steps[at % MostStates]!, shape.laterFrom);
      const depth = this.#depth[at]!;
      const most = this.#best?.length ?? Infinity;
      if (depth + 1 >= most) return;
      const last = this.#closing(node, start, step, shape, leaving);
      if (last !== undefined) {
        const cycle = [...this.#path(at, start), last];
        if (new Set(cycle.map(({ from }) => from)).size === cycle.length) {
          this.#best = cycle;
          return;
        }
      }
      if (depth + 2 < most) this.#expand(node, at, step, group, members, -1);
    }
  }

  #restricted(node: number, step: Step, from: CycleShape["firstFrom"]): Step {
    if (from === undefined || step.rw === undefined) return step;
    const { writeFirst } = this.#versions.reading;
    const isWriter = writeFirst[node + 1]! > writeFirst[node]!;
    if (isWriter === (from === "writers")) return step;
    const { rw: _, ...rest } = step;
    return rest;
  }

  /** Queues whatever an edge leads to. */
  #expand(node: number, at: number, step: Step, group: number, members: Int32Array, leaving: number): void {
    const { reading, settled, versionRead, versionWritten } = this.#versions;
    const { writeFirst, writeKey, readFirst, readKey } = reading;
    const depth = at < 0 ? 1 : this.#depth[at]! + 1;
    if (step.ww !== undefined || step.wr !== undefined)
      for (let w = writeFirst[node]!; w < writeFirst[node + 1]!; w++) {
        const key = writeKey[w]!;
        const version = versionWritten[w]!;
        if (step.ww !== undefined && version < settled[key]!)
          this.#later(key, version + 1, node, at, depth, WW, step.ww, group);
        if (step.wr !== undefined)
          for (let i = this.#readers.first[version]!; i < this.#readers.first[version + 1]!; i++) {
            const reader = this.#readers.node[i]!;
            if (this.#isOf(reader, group)) this.#meet(reader, at, depth, WR, key, step.wr);
            else this.#steps++;
          }
      }
    if (step.rw !== undefined)
      for (let r = readFirst[node]!; r < readFirst[node + 1]!; r++) {
        const key = readKey[r]!;
        if ((leaving < 0 || leaving === r) && versionRead[r]! < settled[key]!)
          this.#later(key, versionRead[r]! + 1, node, at, depth, RW, step.rw, group);
      }
    if (this.#heeded.so && step.so !== undefined) this.#laterInSession(node, at, depth, step.so, group);
    if (this.#heeded.rt && step.rt !== undefined) this.#laterInTime(node, at, depth, step.rt, members);
  }

  /** The versions of a key from one on. */
  #later(
    key: number,
    from: number,
    node: number,
    at: number,
    depth: number,
    kind: number,
    state: number,
    group: number,
  ): void {
    const { writer, settled, first } = this.#versions;
    const tail = key * MostStates + state;
    const until = Math.min(settled[key]!, this.#keySeen.from(tail, this.#searches, settled[key]!));
    let seen = from;
    for (let v = from; v < until; v++) {
      const other = writer[v]!;
      if (other === node) {
        // No edge leads to oneself, but another path may.
        seen = v + 1;
        this.#steps++;
        continue;
      }
      if (!this.#isOf(other, group)) break;
      this.#meet(other, at, depth, kind, key, state);
    }
    if (seen < until) this.#keySeen.see(tail, this.#searches, seen);
    if (this.#looseSeen.from(tail, this.#searches, 1) === 0) return;
    let all = true;
    for (let v = settled[key]!; v < first[key + 1]!; v++) {
      const other = writer[v]!;
      if (other === node) all = false;
      else if (this.#isOf(other, group)) this.#meet(other, at, depth, kind, key, state);
      else this.#steps++;
    }
    if (all) this.#looseSeen.see(tail, this.#searches, 0);
  }

  #laterInSession(node: number, at: number, depth: number, state: number, group: number): void {
    const { session, place, sessionFirst, sessionNode } = this.#versions.reading;
    const s = session[node]!;
    const tail = s * MostStates + state;
    const from = sessionFirst[s]! + place[node]! + 1;
    const until = this.#sessionSeen.from(tail, this.#searches, sessionFirst[s + 1]!);
    for (let i = from; i < until; i++) {
      const other = sessionNode[i]!;
      if (!this.#isOf(other, group)) break;
      this.#meet(other, at, depth, SO, -1, state);
    }
    if (from < until) this.#sessionSeen.see(tail, this.#searches, from);
  }

  /** Members are in the order of their begins, so those who begin after an end are the last of them. */
  #laterInTime(node: number, at: number, depth: number, state: number, members: Int32Array): void {
    const { begin, end } = this.#versions.reading;
    const over = end[node]!;
    let low = 0;
    let high = this.#laterSeen[state]!;
    const until = high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (begin[members[middle]!]! > over) high = middle;
      else low = middle + 1;
    }
    for (let i = low; i < until; i++) this.#meet(members[i]!, at, depth, RT, -1, state);
    if (low < until) this.#laterSeen[state] = low;
  }

  #isOf(node: number, group: number): boolean {
    return this.#regions.groupOf[node] === group || this.#regions.otherGroupOf[node] === group;
  }

  /** An edge leads to a node of the region. */
  #meet(node: number, from: number, depth: number, kind: number, key: number, state: number): void {
    this.#steps++;
    const at = node * MostStates + state;
    if (this.#met[at] === this.#searches) return;
    this.#met[at] = this.#searches;
    this.#from[at] = from;
    this.#by[at] = kind;
    this.#key[at] = key;
    this.#depth[at] = depth;
    this.#queue[this.#queued++] = at;
  }

  /** An edge from a node back to the first. */
  #closing(node: number, start: number, step: Step, shape: CycleShape, leaving: number): Edge | undefined {
    if (node === start) return undefined;
    const { reading, versionRead, versionWritten } = this.#versions;
    const { session, place, begin, end, readFirst, readKey, readFrom, readOperation } = reading;
    const { writeFirst, writeKey, writeOperation } = reading;
    const { accept } = shape;
    const until = leaving < 0 ? Infinity : readOperation[leaving]!;
    this.#steps += 4;
    if (accepts(accept, step.wr))
      for (let r = readFirst[start]!; r < readFirst[start + 1]!; r++)
        if (readFrom[r] === node && readOperation[r]! < until)
          return { from: node, to: start, kind: "wr", key: readKey[r]! };
    if (accepts(accept, step.ww))
      for (let w = writeFirst[start]!; w < writeFirst[start + 1]!; w++) {
        const rank = this.#written.rank(node, writeKey[w]!);
        if (rank >= 0 && writeOperation[w]! < until && rank < this.#versions.rankOf(versionWritten[w]!))
          return edgeOf(this.#versions, node, start, "ww", writeKey[w]!);
      }
    if (accepts(accept, step.rw))
      for (let r = readFirst[node]!; r < readFirst[node + 1]!; r++)
        if (this.#versions.rankOf(versionRead[r]!) < this.#written.rank(start, readKey[r]!))
          return edgeOf(this.#versions, node, start, "rw", readKey[r]!);
    const inSession = this.#heeded.so && accepts(accept, step.so);
    if (inSession && session[node] === session[start] && place[node]! < place[start]!)
      return { from: node, to: start, kind: "so", key: -1 };
    if (this.#heeded.rt && accepts(accept, step.rt) && end[node]! < begin[start]!)
      return { from: node, to: start, kind: "rt", key: -1 };
    return undefined;
  }

  #path(last: number, start: number): Edge[] {
    const path: Edge[] = [];
    for (let at = last; at >= 0; at = this.#from[at]!) {
      const before = this.#from[at]!;
      const from = before < 0 ? start : Math.floor(before / MostStates);
      path.push(
        edgeOf(
          this.#versions,
          from,
          Math.floor(at / MostStates),
          searchedKinds[this.#by[at]!]!,
          this.#key[at]!,
        ),
      );
    }
    return path.toReversed();
  }
}

const MostStates = 4;

/** Kinds of edges, by their places in `searchedKinds`. */
const WW = 0;
const WR = 1;
const RW = 2;
const SO = 3;
const RT = 4;

/** Whether a path may end in a state. */
function accepts(accept: readonly number[], state: number | undefined): boolean {
  return state !== undefined && accept.includes(state);
}

/** How far some lists were gone through, each from its end: from which place on, in the search of a number. */
class Tails {
  readonly #search: Int32Array;
  readonly #from: Int32Array;

  constructor(count: number) {
    this.#search = new Int32Array(count);
    this.#from = new Int32Array(count);
  }

  from(list: number, search: number, otherwise: number): number {
    return this.#search[list] === search ? this.#from[list]! : otherwise;
  }

  see(list: number, search: number, from: number): void {
    if (this.#search[list] === search && this.#from[list]! <= from) return;
    this.#search[list] = search;
    this.#from[list] = from;
  }
}

/** Who read each version. */
function readersOf({ reading, writer, versionRead }: Versions): { first: Int32Array; node: Int32Array } {
  const first = new Int32Array(writer.length + 1);
  for (const version of versionRead) first[version + 1]!++;
  for (let v = 0; v < writer.length; v++) first[v + 1]! += first[v]!;
  const node = new Int32Array(versionRead.length);
  const next = first.slice(0, writer.length);
  for (let a = Initial + 1; a < reading.nodes; a++)
    for (let r = reading.readFirst[a]!; r < reading.readFirst[a + 1]!; r++)
      node[next[versionRead[r]!]!++] = a;
  return { first, node };
}
