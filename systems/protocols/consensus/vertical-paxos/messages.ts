import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../../../../histories/json.ts";
import type { NodeId } from "../../../contracts/protocol.ts";
import { isCount, operationFrom, type Operation } from "../../state-machine/operation.ts";
import { snapshotFrom, type Snapshot } from "../../state-machine/state-machine.ts";

/** A ballot with the acceptors that are its own. */
export type Configuration = { readonly ballot: number; readonly members: readonly NodeId[] };

/** What an acceptor votes for in a ballot: the state at some position, and the operations from there on. */
export type Vote = {
  readonly ballot: number;
  readonly base: Snapshot;
  readonly operations: readonly Operation[];
};

/** To the master, that is to the Paxos in which it is replicated. */
export type ToMaster = { readonly type: "master"; readonly message: JsonObject };
/** Who is there for a new ballot? */
export type Probe = { readonly type: "probe"; readonly ballot: number };
export type Here = {
  readonly type: "here";
  readonly ballot: number;
  readonly complete: Configuration;
  readonly seen: number;
};
/** Phase 1a, for the ballot that is complete so far. */
export type Prepare = { readonly type: "prepare"; readonly ballot: number; readonly previous: number };
/** Phase 1b: the promise, with the acceptor's vote. */
export type Promised = { readonly type: "promised"; readonly ballot: number; readonly vote: Vote };
/** The state with which a ballot begins. */
export type Transfer = { readonly type: "transfer"; readonly vote: Vote };
export type Transferred = { readonly type: "transferred"; readonly ballot: number };
/** Phase 2a: the operations from a position on; all before `committed` are chosen. To others than members a heartbeat. */
export type Accept = {
  readonly type: "accept";
  readonly configuration: Configuration;
  readonly first: number;
  readonly operations: readonly Operation[];
  readonly committed: number;
  readonly round: number;
};
/** Phase 2b: the acceptor has all operations before `end`. */
export type Accepted = {
  readonly type: "accepted";
  readonly ballot: number;
  readonly end: number;
  readonly round: number;
};
export type Nack = { readonly type: "nack"; readonly promised: number };
export type Forward = { readonly type: "forward"; readonly operation: Operation };
export type Answer = {
  readonly type: "answer";
  readonly life: number;
  readonly number: number;
  readonly body: JsonObject;
};

export type VerticalPaxosMessage =
  | ToMaster
  | Probe
  | Here
  | Prepare
  | Promised
  | Transfer
  | Transferred
  | Accept
  | Accepted
  | Nack
  | Forward
  | Answer;

/** The message that `body` is; undefined when it is none. */
export function parseMessage(body: JsonObject): VerticalPaxosMessage | undefined {
  const { type, ballot, round } = body;
  switch (type) {
    case "master":
      return isJsonObject(body["message"]) ? { type, message: body["message"] } : undefined;
    case "probe":
    case "transferred":
      return isCount(ballot) ? { type, ballot } : undefined;
    case "here": {
      const { seen } = body;
      const complete = configurationFrom(body["complete"]);
      return isCount(ballot) && isCount(seen) && complete !== undefined
        ? { type, ballot, complete, seen }
        : undefined;
    }
    case "prepare": {
      const { previous } = body;
      return isCount(ballot) && isCount(previous) ? { type, ballot, previous } : undefined;
    }
    case "promised": {
      const vote = voteFrom(body["vote"]);
      return isCount(ballot) && vote !== undefined ? { type, ballot, vote } : undefined;
    }
    case "transfer": {
      const vote = voteFrom(body["vote"]);
      return vote === undefined ? undefined : { type, vote };
    }
    case "accept": {
      const { first, committed } = body;
      const configuration = configurationFrom(body["configuration"]);
      const operations = operationsFrom(body["operations"]);
      if (configuration === undefined || operations === undefined) return undefined;
      if (!isCount(first) || !isCount(committed) || !isCount(round)) return undefined;
      return { type, configuration, first, operations, committed, round };
    }
    case "accepted": {
      const { end } = body;
      return isCount(ballot) && isCount(end) && isCount(round) ? { type, ballot, end, round } : undefined;
    }
    case "nack": {
      const { promised } = body;
      return isCount(promised) ? { type, promised } : undefined;
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

export function configurationFrom(json: Json | undefined): Configuration | undefined {
  if (!isJsonObject(json)) return undefined;
  const { ballot, members } = json;
  if (!isCount(ballot) || !isJsonArray(members) || !members.every((name) => typeof name === "string"))
    return undefined;
  return { ballot, members };
}

export function voteFrom(json: Json | undefined): Vote | undefined {
  if (!isJsonObject(json)) return undefined;
  const { ballot } = json;
  const base = snapshotFrom(json["base"]);
  const operations = operationsFrom(json["operations"]);
  return isCount(ballot) && base !== undefined && operations !== undefined
    ? { ballot, base, operations }
    : undefined;
}

function operationsFrom(json: Json | undefined): readonly Operation[] | undefined {
  if (!isJsonArray(json)) return undefined;
  const operations: Operation[] = [];
  for (const each of json) {
    const operation = operationFrom(each);
    if (operation === undefined) return undefined;
    operations.push(operation);
  }
  return operations;
}
