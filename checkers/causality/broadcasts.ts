import type { History } from "../../histories/history.ts";
import { canonical, isJsonArray, type Json } from "../../histories/json.ts";
import { attempts, malformed, type Attempt } from "../simple/attempts.ts";

/** A message that was broadcast or read. */
export interface Message {
  readonly value: Json;
  /** Its first broadcast that did not fail; else the first; undefined where there is none. */
  broadcast: Attempt | undefined;
  /** The node that was asked to broadcast it; −1: not known. */
  node: number;
  /** Broadcasts of it that did not fail. */
  count: number;
}

/** A read of what a node had delivered; messages by their numbers. */
export interface Read {
  readonly attempt: Attempt;
  /** −1: not known. */
  readonly node: number;
  readonly messages: Int32Array;
}

export interface Broadcasts {
  readonly messages: readonly Message[];
  readonly reads: readonly Read[];
  /** Other functions, which are not understood here. */
  readonly others: ReadonlySet<string>;
}

/** What clients broadcast and read, and at which nodes. */
export function broadcastsOf(history: History): Broadcasts {
  const messages: Message[] = [];
  /** Numbers by themselves, all else by its text. */
  const numbers = new Map<string | number, number>();
  const numberOf = (value: Json): number => {
    const text = typeof value === "number" ? value : canonical(value);
    const known = numbers.get(text);
    if (known !== undefined) return known;
    numbers.set(text, messages.length);
    return messages.push({ value, broadcast: undefined, node: -1, count: 0 }) - 1;
  };
  const reads: Read[] = [];
  const others = new Set<string>();
  for (const attempt of attempts(history)) {
    const node = history.columns.node[attempt.index] ?? -1;
    if (attempt.f === "broadcast") {
      const message = messages[numberOf(attempt.argument)]!;
      if (message.broadcast === undefined || message.broadcast.outcome === "fail") {
        message.broadcast = attempt;
        message.node = node;
      }
      if (attempt.outcome !== "fail") message.count++;
    } else if (attempt.f === "read") {
      if (attempt.outcome !== "ok") continue;
      const list = attempt.result ?? [];
      if (!isJsonArray(list)) throw malformed(attempt, "[message, …]", attempt.result);
      reads.push({ attempt, node, messages: Int32Array.from(list, numberOf) });
    } else others.add(attempt.f);
  }
  return { messages, reads, others };
}

/** Reads by node, in the order in which they began. */
export function readsByNode(reads: readonly Read[]): ReadonlyMap<number, readonly [Read, ...Read[]]> {
  const byNode = new Map<number, [Read, ...Read[]]>();
  for (const read of reads) {
    const known = byNode.get(read.node);
    if (known === undefined) byNode.set(read.node, [read]);
    else known.push(read);
  }
  return byNode;
}

export function longestOf(reads: readonly [Read, ...Read[]]): Read {
  return reads.reduce((best, read) => (read.messages.length > best.messages.length ? read : best));
}
