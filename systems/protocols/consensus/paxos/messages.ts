import { isJsonObject, type Json, type JsonObject } from "../../../../histories/json.ts";
import type { Ballot } from "./ballot.ts";
import type { Command, Register } from "./register.ts";

interface About extends JsonObject {
  /** The name of the register, or of the decision (see decision.ts). */
  readonly key: string;
  /** The ballot of the round that this message belongs to. */
  readonly ballot: Ballot;
}

/** Phase 1a: asks an acceptor to promise. */
export type Prepare = About & { readonly type: "prepare" };
/** Phase 1b: the promise, with what the acceptor last accepted and in which ballot. */
export type Promised = About & {
  readonly type: "promised";
  readonly accepted: Ballot;
  readonly register: RegisterObject;
};
/** Phase 2a: asks an acceptor to accept. */
export type Accept = About & { readonly type: "accept"; readonly register: RegisterObject };
/** Phase 2b. */
export type Accepted = About & { readonly type: "accepted" };
/** No, to either: the acceptor has promised a higher ballot. */
export type Nack = About & { readonly type: "nack"; readonly promised: Ballot };

export type PaxosMessage = Prepare | Promised | Accept | Accepted | Nack;

/** A register as part of a message. */
export type RegisterObject = Register & JsonObject;

/** The message that `body` is; undefined when it is none. */
export function parseMessage(body: JsonObject): PaxosMessage | undefined {
  const { type, key, ballot, accepted, promised } = body;
  if (typeof type !== "string" || !isKey(key) || !isBallot(ballot)) return undefined;
  const register = parseRegister(body["register"]);
  switch (type) {
    case "prepare":
    case "accepted":
      return { type, key, ballot };
    case "promised":
      if (!isBallot(accepted) || register === undefined) return undefined;
      return { type, key, ballot, accepted, register };
    case "accept":
      return register === undefined ? undefined : { type, key, ballot, register };
    case "nack":
      return isBallot(promised) ? { type, key, ballot, promised } : undefined;
    default:
      return undefined;
  }
}

/** The register that `json` is; undefined when it is none. */
export function parseRegister(json: Json | undefined): RegisterObject | undefined {
  if (!isJsonObject(json) || !isJsonObject(json["applied"])) return undefined;
  const applied: Record<string, number> = {};
  for (const [node, number] of Object.entries(json["applied"])) {
    if (!isBallot(number)) return undefined;
    applied[node] = number;
  }
  const value = json["value"];
  return value === undefined ? { applied } : { value, applied };
}

export function isBallot(json: Json | undefined): json is Ballot {
  return typeof json === "number" && Number.isSafeInteger(json) && json >= 0;
}

/** Whether `json` may be the JSON text of a key; `__proto__`, say, may not. */
function isKey(json: Json | undefined): json is string {
  return typeof json === "string" && /^!?(["[{\d-]|true$|false$|null$)/.test(json);
}

/** What a client asks for: the command and its key, or what is wrong with it. */
export type ParsedRequest =
  | { readonly kind: "command"; readonly key: Json; readonly command: Command }
  | { readonly kind: "malformed"; readonly missing: string }
  | { readonly kind: "unknown" };

export function parseRequest(body: JsonObject): ParsedRequest {
  const { type, key, value, from, to } = body;
  if (type !== "read" && type !== "write" && type !== "cas" && type !== "propose") return { kind: "unknown" };
  if (key === undefined) return { kind: "malformed", missing: "key" };
  if (type === "read") return { kind: "command", key, command: { type } };
  if (type === "write" || type === "propose") {
    if (value === undefined) return { kind: "malformed", missing: "value" };
    return { kind: "command", key, command: { type, value } };
  }
  if (from === undefined) return { kind: "malformed", missing: "from" };
  if (to === undefined) return { kind: "malformed", missing: "to" };
  return { kind: "command", key, command: { type, from, to } };
}
