import { barriersOf } from "../../../graph/real-time.ts";
import { EdgeList, type Edges } from "../../../graph/graph.ts";
import type { Strength } from "../../levels.ts";
import { Initial, type Reading } from "../../reading.ts";
import { Contradictions } from "./reading-back.ts";
import type { Versions } from "./versions.ts";

/**
 * The orders that strengths heed, each as few edges as will do: a session's transactions one after the other, real time
 * by barriers, which are nodes of their own.
 */
export class Orders {
  readonly nodes: number;
  readonly #sessions: Edges;
  readonly #realTime: readonly Edges[];
  readonly #barriers: number;

  constructor({ nodes, begin, end, sessionFirst, sessionNode, transactions }: Reading) {
    this.nodes = nodes;
    const { timed } = transactions;
    const sessions = new EdgeList(nodes);
    const untimed = new EdgeList();
    for (let s = 0; s + 1 < sessionFirst.length; s++)
      for (let i = sessionFirst[s]! + 1; i < sessionFirst[s + 1]!; i++) {
        const a = sessionNode[i - 1]!;
        const b = sessionNode[i]!;
        sessions.add(a, b);
        if (!timed || end[a]! >= begin[b]!) untimed.add(a, b);
      }
    this.#sessions = sessions;
    const barriers = timed ? barriersOf(begin, end, Initial + 1) : { edges: new EdgeList(), barriers: 0 };
    this.#realTime = [untimed, barriers.edges];
    this.#barriers = barriers.barriers;
  }

  /** Edges whose closure is what a strength heeds. */
  heeded(strength: Strength): readonly Edges[] {
    switch (strength) {
      case "plain":
        return [];
      case "strong-session":
        return [this.#sessions];
      case "strong":
        return this.#realTime;
    }
  }

  /** Nodes and barriers. */
  nodesWith(strength: Strength): number {
    return this.nodes + (strength === "strong" ? this.#barriers : 0);
  }

  /** Real time alone: its barriers are nodes `nodes` and on. */
  realTime(): { readonly edges: Edges; readonly nodes: number } {
    return { edges: this.#realTime[1]!, nodes: this.nodesWith("strong") };
  }
}

/** Edges to all loose versions of a key from all who come before them, beyond so many for each entry, are left out. */
const FanEach = 8;

/**
 * The dependencies of the data, each relation by edges whose closure with the others it is: from a version to the next, from
 * a reader to the next version's writer. Whatever leads to the initial node or from it is left out: nothing comes before it.
 */
export class Dependencies {
  readonly versions: Versions;
  readonly contradictions: Contradictions;
  readonly ww: Edges;
  readonly wr: Edges;
  /** By their readers: `rwFirst[a]` to `rwFirst[a + 1]` are those of node a. */
  readonly rw: Edges;
  readonly rwFirst: Int32Array;
  /** Read entry of each of them. */
  readonly rwEntry: Int32Array;
  /** Nothing was left out because it was too much. */
  readonly complete: boolean;
  /** Nobody read a loose version, so that whatever is open is the order of versions alone. */
  readonly looseUnread: boolean;

  constructor(versions: Versions) {
    this.versions = versions;
    this.contradictions = new Contradictions(versions);
    const { reading, first, writer, settled, versionRead } = versions;
    const { nodes, readFirst, readKey, readFrom } = reading;
    const ww = new EdgeList(writer.length);
    for (let k = 0; k < settled.length; k++) {
      const until = settled[k]!;
      for (let v = first[k]! + 2; v < until; v++) ww.add(writer[v - 1]!, writer[v]!);
      if (until - 1 > first[k]!)
        for (let v = until; v < first[k + 1]!; v++) ww.add(writer[until - 1]!, writer[v]!);
    }
    const wr = new EdgeList(readKey.length);
    const rw = new EdgeList(readKey.length);
    const rwFirst = new Int32Array(nodes + 1);
    let entry = new Int32Array(readKey.length);
    let fans = FanEach * (readKey.length + writer.length);
    let complete = true;
    let looseUnread = true;
    const overwritten = (a: number, b: number, r: number): void => {
      if (rw.count === entry.length) {
        const more = new Int32Array(Math.max(16, 2 * entry.length));
        more.set(entry);
        entry = more;
      }
      entry[rw.count] = r;
      rw.add(a, b);
    };
    for (let a = 1; a < nodes; a++) {
      for (let r = readFirst[a]!; r < readFirst[a + 1]!; r++) {
        const from = readFrom[r]!;
        if (from !== Initial) wr.add(from, a);
        const version = versionRead[r]!;
        const k = readKey[r]!;
        const until = settled[k]!;
        if (version + 1 < until) {
          const next = writer[version + 1]!;
          if (next !== a) overwritten(a, next, r);
        } else if (version >= until) looseUnread = false;
        else {
          const loose = first[k + 1]! - until;
          fans -= loose;
          if (fans < 0 && loose > 0) complete = false;
          else for (let v = until; v < first[k + 1]!; v++) if (writer[v] !== a) overwritten(a, writer[v]!, r);
        }
      }
      rwFirst[a + 1] = rw.count;
    }
    this.ww = ww;
    this.wr = wr;
    this.rw = rw;
    this.rwFirst = rwFirst;
    this.rwEntry = entry;
    this.complete = complete;
    this.looseUnread = looseUnread;
  }
}
