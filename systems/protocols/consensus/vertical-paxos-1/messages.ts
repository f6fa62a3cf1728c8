import { isJsonObject, type Json, type JsonObject } from "../../../../histories/json.ts";
import { isCount } from "../../state-machine/operation.ts";

/** What an acceptor voted for last, about one key. */
export type Vote = { readonly ballot: number; readonly value: Json };

type About = { readonly key: string; readonly ballot: number };

/** Phase 1a: the leader of `ballot` reads the acceptors of ballot `of`. */
export type Read = About & { readonly type: "read"; readonly of: number };
/** Phase 1b: the promise, with the acceptor's vote. */
export type Told = About & { readonly type: "told"; readonly of: number; readonly vote: Vote | null };
/** Phase 2a. */
export type Accept = About & { readonly type: "accept"; readonly value: Json };
/** Phase 2b. */
export type Accepted = About & { readonly type: "accepted" };
/** No: the acceptor has promised a later ballot. */
export type Nack = About & { readonly type: "nack"; readonly promised: number };
export type Decided = { readonly type: "decided"; readonly key: string; readonly value: Json };
/** To the master, that is to the Paxos in which it is replicated. */
export type ToMaster = { readonly type: "master"; readonly message: JsonObject };

export type VerticalPaxosOneMessage = Read | Told | Accept | Accepted | Nack | Decided | ToMaster;

/** The message that `body` is; undefined when it is none. */
export function parseMessage(body: JsonObject): VerticalPaxosOneMessage | undefined {
  const { type, key, ballot, of, value, promised, message } = body;
  if (type === "master") return isJsonObject(message) ? { type, message } : undefined;
  if (!isName(key)) return undefined;
  if (type === "decided") return value === undefined ? undefined : { type, key, value };
  if (!isCount(ballot)) return undefined;
  switch (type) {
    case "read":
      return isCount(of) ? { type, key, ballot, of } : undefined;
    case "told": {
      const vote = voteFrom(body["vote"]);
      return isCount(of) && vote !== undefined ? { type, key, ballot, of, vote } : undefined;
    }
    case "accept":
      return value === undefined ? undefined : { type, key, ballot, value };
    case "accepted":
      return { type, key, ballot };
    case "nack":
      return isCount(promised) ? { type, key, ballot, promised } : undefined;
    default:
      return undefined;
  }
}

/** The vote that `json` is, null for none; undefined when it is neither. */
export function voteFrom(json: Json | undefined): Vote | null | undefined {
  if (json === null) return null;
  if (!isJsonObject(json)) return undefined;
  const { ballot, value } = json;
  return isCount(ballot) && value !== undefined ? { ballot, value } : undefined;
}

/** Whether `json` may name an instance; the one name that means something to objects may not. */
export function isName(json: Json | undefined): json is string {
  return typeof json === "string" && json !== "__proto__";
}
