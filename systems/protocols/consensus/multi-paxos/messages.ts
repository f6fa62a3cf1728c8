import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../../../../histories/json.ts";
import { isCount, operationFrom, type Operation } from "../../state-machine/operation.ts";
import { logSnapshotFrom, reportFrom, valueFrom, type LogSnapshot, type Report, type Value } from "./log.ts";

/** Phase 1a, of all slots from `from` on: the first that the candidate does not know to be chosen. */
export type Prepare = { readonly type: "prepare"; readonly ballot: number; readonly from: number };
/** Phase 1b: the promise, with the votes in all these slots, or a snapshot in place of the first of them. */
export type Promised = {
  readonly type: "promised";
  readonly ballot: number;
  readonly votes: readonly Report[];
  readonly snapshot: LogSnapshot | null;
};
/**
 * Phase 2a, of the slots from `first` on; without values a heartbeat. It also says that all slots before
 * `committed` are chosen, and asks in its `round` whether the sender still leads: when, by its clock, if that matters.
 */
export type Accept = {
  readonly type: "accept";
  readonly ballot: number;
  readonly first: number;
  readonly values: readonly Value[];
  readonly committed: number;
  readonly round: number;
  readonly asked: number;
};
/** Phase 2b, of as many slots; and how far the acceptor has got. */
export type Accepted = {
  readonly type: "accepted";
  readonly ballot: number;
  readonly first: number;
  readonly count: number;
  readonly committed: number;
  readonly round: number;
};
/** No, to either: the acceptor has promised a higher ballot. */
export type Nack = { readonly type: "nack"; readonly ballot: number; readonly promised: number };

/** Asks for what is chosen from a slot on. */
export type Fetch = { readonly type: "fetch"; readonly from: number };
/** Tells what is chosen, in ballots no higher than this one. */
export type Learn = { readonly type: "learn"; readonly ballot: number; readonly chosen: readonly Report[] };
export type Install = { readonly type: "install"; readonly ballot: number; readonly snapshot: LogSnapshot };

/** To the leader: an operation of a client of the sender. */
export type Forward = { readonly type: "forward"; readonly operation: Operation };
/** To the origin: what its operation came to. */
export type Answer = {
  readonly type: "answer";
  readonly life: number;
  readonly number: number;
  readonly body: JsonObject;
};

export type MultiPaxosMessage =
  Prepare | Promised | Accept | Accepted | Nack | Fetch | Learn | Install | Forward | Answer;

/** The message that `body` is; undefined when it is none. */
export function parseMessage(body: JsonObject): MultiPaxosMessage | undefined {
  const { type, ballot } = body;
  switch (type) {
    case "prepare": {
      const { from } = body;
      return isCount(ballot) && isCount(from) ? { type, ballot, from } : undefined;
    }
    case "promised": {
      const votes = listOf(body["votes"], reportFrom);
      const snapshot = body["snapshot"] === null ? null : logSnapshotFrom(body["snapshot"]);
      if (!isCount(ballot) || votes === undefined || snapshot === undefined) return undefined;
      return { type, ballot, votes, snapshot };
    }
    case "accept": {
      const { first, committed, round, asked } = body;
      const values = listOf(body["values"], valueFrom);
      if (!isCount(ballot) || !isCount(first) || !isCount(committed)) return undefined;
      if (!isCount(round) || !isCount(asked) || values === undefined) return undefined;
      return { type, ballot, first, values, committed, round, asked };
    }
    case "accepted": {
      const { first, count, committed, round } = body;
      if (!isCount(ballot) || !isCount(first) || !isCount(count)) return undefined;
      if (!isCount(committed) || !isCount(round)) return undefined;
      return { type, ballot, first, count, committed, round };
    }
    case "nack": {
      const { promised } = body;
      return isCount(ballot) && isCount(promised) ? { type, ballot, promised } : undefined;
    }
    case "fetch": {
      const { from } = body;
      return isCount(from) ? { type, from } : undefined;
    }
    case "learn": {
      const chosen = listOf(body["chosen"], reportFrom);
      return !isCount(ballot) || chosen === undefined ? undefined : { type, ballot, chosen };
    }
    case "install": {
      const snapshot = logSnapshotFrom(body["snapshot"]);
      return !isCount(ballot) || snapshot === undefined ? undefined : { type, ballot, snapshot };
    }
    case "forward": {
      const operation = operationFrom(body["operation"]);
      return operation === undefined ? undefined : { type, operation };
    }
    case "answer": {
      const { life, number, body: answer } = body;
      if (!isCount(life) || !isCount(number) || !isJsonObject(answer)) return undefined;
      return { type, life, number, body: answer };
    }
    default:
      return undefined;
  }
}

function listOf<Item>(
  json: Json | undefined,
  itemFrom: (json: Json) => Item | undefined,
): readonly Item[] | undefined {
  if (!isJsonArray(json)) return undefined;
  const items: Item[] = [];
  for (const each of json) {
    const item = itemFrom(each);
    if (item === undefined) return undefined;
    items.push(item);
  }
  return items;
}
