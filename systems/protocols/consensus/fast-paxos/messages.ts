import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../../../../histories/json.ts";
import type { Learn } from "../../state-machine/instance-log.ts";
import { isCount } from "../../state-machine/operation.ts";
import type { Report } from "./pick.ts";
import type { Round } from "./rounds.ts";

/** A client's value, straight to the acceptors. */
export type Value = { readonly type: "value"; readonly key: string; readonly value: Json };
/** Phase 1a. */
export type Prepare = { readonly type: "prepare"; readonly key: string; readonly round: Round };
/** Phase 1b: the promise, with the acceptor's latest vote. */
export type Promised = {
  readonly type: "promised";
  readonly key: string;
  readonly round: Round;
  readonly vote: Report;
};
/** Phase 2a of a classic round. */
export type Accept = {
  readonly type: "accept";
  readonly key: string;
  readonly round: Round;
  readonly value: Json;
};
/** Phase 2b: a vote. */
export type Voted = Omit<Accept, "type"> & { readonly type: "voted" };
/** No: the acceptor has promised a later round. */
export type Nack = {
  readonly type: "nack";
  readonly key: string;
  readonly round: Round;
  readonly promised: Round;
};
export type Decided = { readonly type: "decided"; readonly key: string; readonly value: Json };

export type FastPaxosMessage = Value | Prepare | Promised | Accept | Voted | Nack | Decided | Learn;

/** The message that `body` is; undefined when it is none. */
export function parseMessage(body: JsonObject): FastPaxosMessage | undefined {
  const { type, key, round, value, promised, first, values } = body;
  if (type === "learn") return isCount(first) && isJsonArray(values) ? { type, first, values } : undefined;
  if (!isName(key)) return undefined;
  if (type === "value" || type === "decided") {
    return value === undefined ? undefined : { type, key, value };
  }
  if (!isCount(round)) return undefined;
  switch (type) {
    case "prepare":
      return { type, key, round };
    case "promised": {
      const vote = reportFrom(body["vote"]);
      return vote === undefined ? undefined : { type, key, round, vote };
    }
    case "accept":
    case "voted":
      return value === undefined ? undefined : { type, key, round, value };
    case "nack":
      return isCount(promised) ? { type, key, round, promised } : undefined;
    default:
      return undefined;
  }
}

/** The report of a vote that `json` is; undefined when it is none. */
export function reportFrom(json: Json | undefined): Report | undefined {
  if (json === null) return null;
  if (!isJsonObject(json)) return undefined;
  const { ballot, value } = json;
  return isCount(ballot) && value !== undefined ? { ballot, value } : undefined;
}

/** Whether `json` may name an instance; the one name that means something to objects may not. */
export function isName(json: Json | undefined): json is string {
  return typeof json === "string" && json !== "__proto__";
}
