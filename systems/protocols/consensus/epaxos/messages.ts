import { isJsonObject, type Json, type JsonObject } from "../../../../histories/json.ts";
import { isCount } from "../../state-machine/operation.ts";
import { attributesFrom, texts, type Attributes, type Ballot, type InstanceId } from "./instance.ts";

/** The number of a vote for what is accepted in a ballot; that for what is pre-accepted, in ballot 0 only, is 0. */
export function acceptedIn(ballot: Ballot): number {
  return 2 * ballot + 1;
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
export type PreAccept = {
  readonly type: "pre-accept";
  readonly id: InstanceId;
  readonly value: Attributes;
};
export type PreAccepted = {
  readonly type: "pre-accepted";
  readonly id: InstanceId;
  readonly seq: number;
  readonly deps: readonly InstanceId[];
};
/** Phase 2, of Paxos. */
export type Accept = About & { readonly type: "accept"; readonly value: Attributes };
export type Accepted = About & { readonly type: "accepted" };
export type Commit = { readonly type: "commit"; readonly id: InstanceId; readonly value: Attributes };
/** Explicit prepare (§4.3.3): takes over an instance. */
export type Prepare = About & { readonly type: "prepare" };
export type Prepared = About & { readonly type: "prepared"; readonly vote: Vote | null };
/** No: the replica has joined a later ballot. */
export type Nack = About & { readonly type: "nack"; readonly joined: Ballot };

export type EpaxosMessage = PreAccept | PreAccepted | Accept | Accepted | Commit | Prepare | Prepared | Nack;

/** The message that `body` is; undefined when it is none. */
export function parseMessage(body: JsonObject): EpaxosMessage | undefined {
  const { type, id, ballot, seq, joined } = body;
  if (typeof id !== "string" || !id.includes(".")) return undefined;
  const value = attributesFrom(body["value"]);
  if (type === "commit" || type === "pre-accept")
    return value === undefined ? undefined : { type, id, value };
  if (type === "pre-accepted") {
    const deps = texts(body["deps"]);
    return deps === undefined || !isCount(seq) ? undefined : { type, id, seq, deps };
  }
  if (!isCount(ballot)) return undefined;
  switch (type) {
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

/** The vote that `json` is, null for none; undefined when it is neither. */
export function voteFrom(json: Json | undefined): Vote | null | undefined {
  if (json === null) return null;
  if (!isJsonObject(json)) return undefined;
  const { ballot, unchanged } = json;
  const value = attributesFrom(json["value"]);
  if (!isCount(ballot) || value === undefined || typeof unchanged !== "boolean") return undefined;
  return { ballot, value, unchanged };
}
