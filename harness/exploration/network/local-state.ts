import type { ConsensusView } from "../../../checkers/consensus/view.ts";
import type { Json, JsonObject } from "../../../histories/json.ts";
import { joinedHigh, joinedLow } from "../fingerprint.ts";
import type { HandlerRun } from "./handler-run.ts";
import type { Fingerprinted } from "./pool.ts";
import type { Renaming } from "./renamings.ts";

/** A message in flight. Equal messages are the same object. */
export interface Message extends Fingerprinted {
  readonly number: number;
  /** Positions of the nodes. */
  readonly from: number;
  readonly to: number;
  /** On links that keep the order: how often the sender had crashed before it sent it. */
  readonly life: number;
  readonly body: JsonObject;
  /**
   * Where it stands among messages in flight. Those of one link that keeps the order share a place, and
   * stand there in the order in which they were sent; so what is in flight is told in one way only.
   */
  readonly place: number;
}

export interface Write {
  readonly key: string;
  readonly value: Json;
}

/** All that one node is, without what its host has promised to others. */
export interface LocalParts {
  /** Position of the node. */
  readonly node: number;
  readonly up: boolean;
  /** How often it has crashed; counted where links keep the order only. */
  readonly life: number;
  /** Of the protocol; undefined while it is down. */
  readonly state: unknown;
  /** What is on stable storage. */
  readonly stable: ReadonlyMap<string, Json>;
  /** What was persisted since then, in order. */
  readonly unsynced: readonly Write[];
  /** Names of the timers that are set, in order. */
  readonly timers: readonly string[];
  /** What its clock shows, in milliseconds. */
  readonly clock: number;
}

/** A node in one of its states; equal ones are the same object. */
export interface LocalState extends LocalParts, Fingerprinted {
  readonly number: number;
  /** Fingerprints of the timers and of the storage, which do not always matter. */
  readonly timerWords: Int32Array;
  readonly storageWords: Int32Array;
  /** What handlers do in this state, by what they handle. */
  readonly runs: Map<number, readonly HandlerRun[]>;
  readonly view: ConsensusView;
}

/** Fingerprints of plain data by each renaming. */
export function wordsOf(renamings: readonly Renaming[], value: unknown): Int32Array {
  const words = new Int32Array(2 * renamings.length);
  renamings.forEach(({ fingerprinter }, i) => {
    const { low, high } = fingerprinter.of(value);
    words[i] = low;
    words[renamings.length + i] = high;
  });
  return words;
}

/** Joins to the fingerprints of each renaming the position of a node, renamed. */
export function joinNode(
  words: Int32Array,
  renamings: readonly Renaming[],
  node: number,
  salt: number,
): void {
  const count = renamings.length;
  for (let i = 0; i < count; i++) {
    const low = words[i]!;
    const place = renamings[i]!.nodes[node]! + salt;
    words[i] = joinedLow(low, words[count + i]!, place);
    words[count + i] = joinedHigh(low, words[count + i]!, place);
  }
}
