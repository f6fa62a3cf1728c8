import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../../../../histories/json.ts";
import { isCount } from "../../state-machine/operation.ts";
import { attributesFrom, texts, type Attributes, type Ballot, type InstanceId } from "./instance.ts";

/** The stages of a ballot, in each of which a replica votes once at most. */
const stages = 3;

/** The number of a vote for what is pre-accepted in a ballot if nothing stands against it: by TryPreAccept, and so never in ballot 0. */
export function triedIn(ballot: Ballot): number {
  return stages * ballot;
}

/** The number of a vote for what is pre-accepted in a ballot. */
export function preAcceptedIn(ballot: Ballot): number {
  return stages * ballot + 1;
}

/** The number of a vote for what is accepted in a ballot. */
export function acceptedIn(ballot: Ballot): number {
  return stages * ballot + 2;
}

/** The ballot in which a vote of that number is cast. */
export function ballotOfVote(number: number): Ballot {
  return Math.floor(number / stages);
}

/** Whether a vote of that number is for what is accepted. */
export function isAccepted(number: number): boolean {
  return number === acceptedIn(ballotOfVote(number));
}

/** A vote, under its number. */
export type Vote = {
  readonly ballot: number;
  readonly value: Attributes;
  /** Of those pre-accepted: whether the voter had nothing to add. */
  readonly unchanged: boolean;
};

type About = { readonly id: InstanceId; readonly ballot: Ballot };

/** Phase 1 (Moraru, Andersen & Kaminsky 2013, §4.3.1): asks replicas what they know that interferes. */
export type PreAccept = About & { readonly type: "pre-accept"; readonly value: Attributes };
export type PreAccepted = About & {
  readonly type: "pre-accepted";
  readonly seq: number;
  readonly deps: readonly InstanceId[];
  /** Those of `deps` that are committed, with a lower sequence number, where the fast path asks for that. */
  readonly committed: readonly InstanceId[];
};
/** Phase 2, of Paxos. */
export type Accept = About & { readonly type: "accept"; readonly value: Attributes };
export type Accepted = About & { readonly type: "accepted" };
export type Commit = { readonly type: "commit"; readonly id: InstanceId; readonly value: Attributes };
/** Explicit prepare (§4.3.3): takes over an instance. */
export type Prepare = About & { readonly type: "prepare" };
export type Prepared = About & { readonly type: "prepared"; readonly vote: Vote | null };
/** TryPreAccept (§4.4): asks whether anything stands against what may have been committed on the fast path. */
export type TryPreAccept = About & { readonly type: "try-pre-accept"; readonly value: Attributes };
/** What does; nothing, and the replica has pre-accepted it. */
export type Tried = About & { readonly type: "tried"; readonly conflicts: readonly Conflict[] };
/** No: the replica has joined a later ballot. */
export type Nack = About & { readonly type: "nack"; readonly joined: Ballot };

/** An instance that interferes with another so that not both can be committed as they are. */
export type Conflict = { readonly id: InstanceId; readonly committed: boolean };

export type EpaxosMessage =
  PreAccept | PreAccepted | Accept | Accepted | Commit | Prepare | Prepared | TryPreAccept | Tried | Nack;

/** The message that `body` is; undefined when it is none. */
export function parseMessage(body: JsonObject): EpaxosMessage | undefined {
  const { type, id, ballot, seq, joined } = body;
  if (typeof id !== "string" || !id.includes(".")) return undefined;
  const value = attributesFrom(body["value"]);
  if (type === "commit") return value === undefined ? undefined : { type, id, value };
  if (!isCount(ballot)) return undefined;
  switch (type) {
    case "pre-accepted": {
      const [deps, committed] = [texts(body["deps"]), texts(body["committed"])];
      if (deps === undefined || committed === undefined || !isCount(seq)) return undefined;
      return { type, id, ballot, seq, deps, committed };
    }
    case "tried": {
      const conflicts = conflictsFrom(body["conflicts"]);
      return conflicts === undefined ? undefined : { type, id, ballot, conflicts };
    }
    case "pre-accept":
    case "try-pre-accept":
    case "accept":
      return value === undefined ? undefined : { type, id, ballot, value };
    case "accepted":
    case "prepare":
      return { type, id, ballot };
    case "prepared": {
      const vote = voteFrom(body["vote"]);
      return vote === undefined ? undefined : { type, id, ballot, vote };
    }
    case "nack":
      return isCount(joined) ? { type, id, ballot, joined } : undefined;
    default:
      return undefined;
  }
}

function conflictsFrom(json: Json | undefined): readonly Conflict[] | undefined {
  if (!isJsonArray(json)) return undefined;
  const conflicts = json.map((each) => {
    if (!isJsonObject(each)) return undefined;
    const { id, committed } = each;
    return typeof id === "string" && typeof committed === "boolean" ? { id, committed } : undefined;
  });
  return conflicts.every((each) => each !== undefined) ? conflicts : undefined;
}

/** The vote that `json` is, null for none; undefined when it is neither. */
export function voteFrom(json: Json | undefined): Vote | null | undefined {
  if (json === null) return null;
  if (!isJsonObject(json)) return undefined;
  const { ballot, unchanged } = json;
  const value = attributesFrom(json["value"]);
  if (!isCount(ballot) || value === undefined || typeof unchanged !== "boolean") return undefined;
  return { ballot, value, unchanged };
}
