import { canonical, isJsonArray, isJsonObject, type Json } from "../../../../histories/json.ts";
import type { NodeId } from "../../../contracts/protocol.ts";
import { commandFrom, type Command } from "../../state-machine/command.ts";
import { isCount } from "../../state-machine/operation.ts";

/** The name of an instance: `<node>.<number>`, the number counted by the node that owns it, its command leader. */
export type InstanceId = string;

/** What is to be agreed on about an instance. */
export type Attributes = {
  /** Null for none: the instance is given up. */
  readonly command: Command | null;
  /** Greater than those of the commands that it interferes with and that were known; breaks cycles. */
  readonly seq: number;
  /** The instances that it interferes with and that were known, or from which all such can be reached; in order. */
  readonly deps: readonly InstanceId[];
  /** The keys that it reads and does not write, and those that it writes, as canonical text. */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  /** What its owner named as `deps` at first, where recovery asks for that: whatever is committed names these, too. */
  readonly initial?: readonly InstanceId[];
};

/** An instance in which nothing is done. */
export const noOperation: Attributes = { command: null, seq: 0, deps: [], reads: [], writes: [] };

/** All messages that were broadcast are one object; its name is no text of a key. */
const messages = "messages";

export function keysOf(command: Command): Pick<Attributes, "reads" | "writes"> {
  switch (command.type) {
    case "read":
      return { reads: [command.key === undefined ? messages : canonical(command.key)], writes: [] };
    case "write":
    case "cas":
      return { reads: [], writes: [canonical(command.key)] };
    case "broadcast":
      return { reads: [], writes: [messages] };
    case "txn": {
      const writes = inOrder(command.txn.filter(([f]) => f !== "r").map(([, key]) => canonical(key)));
      const reads = inOrder(command.txn.map(([, key]) => canonical(key)));
      return { reads: reads.filter((key) => !writes.includes(key)), writes };
    }
  }
}

/** The members, each once, in order. */
export function inOrder<Text extends string>(members: readonly Text[]): Text[] {
  return [...new Set(members)].toSorted();
}

export function instanceId(owner: NodeId, number: number): InstanceId {
  return `${owner}.${number}`;
}

export function ownerOf(id: InstanceId): NodeId {
  return id.slice(0, id.lastIndexOf("."));
}

export function numberOf(id: InstanceId): number {
  return Number(id.slice(id.lastIndexOf(".") + 1));
}

/** Orders instances by sequence number, then owner, then number: the order of execution within a cycle. */
export function bySequence(a: InstanceId, b: InstanceId, seqOf: (id: InstanceId) => number): number {
  const difference = seqOf(a) - seqOf(b);
  if (difference !== 0) return difference;
  const [one, other] = [ownerOf(a), ownerOf(b)];
  return one === other ? numberOf(a) - numberOf(b) : one < other ? -1 : 1;
}

/** A ballot of an instance. Its owner leads in ballot 0; of `n` nodes, node i owns counter·n + i, with a counter of at least 1. */
export type Ballot = number;

/** The lowest ballot of node `node` (0-based, of `nodes`) that lies above `above`. */
export function ballotAbove(above: Ballot, node: number, nodes: number): Ballot {
  return (Math.floor(above / nodes) + 1) * nodes + node;
}

/** The attributes that `json` is; undefined when it is none. */
export function attributesFrom(json: Json | undefined): Attributes | undefined {
  if (!isJsonObject(json)) return undefined;
  const { seq } = json;
  const [deps, reads, writes] = [texts(json["deps"]), texts(json["reads"]), texts(json["writes"])];
  const command = json["command"] === null ? null : commandFrom(json["command"]);
  if (command === undefined || !isCount(seq)) return undefined;
  if (deps === undefined || reads === undefined || writes === undefined) return undefined;
  const initial = texts(json["initial"]);
  return { command, seq, deps, reads, writes, ...(initial === undefined ? {} : { initial }) };
}

export function texts(json: Json | undefined): readonly string[] | undefined {
  return isJsonArray(json) && json.every((each) => typeof each === "string") ? json : undefined;
}
