import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../../../histories/json.ts";

/** `["append", key, element]`, `["w", key, value]` or `["r", key, null]`; in an answer `["r", key, what was read]`. */
export type MicroOperation = readonly ["append" | "w" | "r", Json, Json];

/** What clients can have done to the replicated key-value store, in the words of the workloads. */
export type Command =
  /** Without a key: all messages that were broadcast. */
  | { readonly type: "read"; readonly key?: Json }
  | { readonly type: "write"; readonly key: Json; readonly value: Json }
  | { readonly type: "cas"; readonly key: Json; readonly from: Json; readonly to: Json }
  | { readonly type: "txn"; readonly txn: readonly MicroOperation[] }
  | { readonly type: "broadcast"; readonly message: Json };

/** What a client's request asks for: a command, or what is wrong with it. */
export type ParsedCommand =
  | { readonly kind: "command"; readonly command: Command }
  | { readonly kind: "malformed"; readonly missing: string }
  | { readonly kind: "unknown" };

/** The command in the body of a request; members that a command does not have are left out. */
export function parseCommand(body: JsonObject): ParsedCommand {
  const { type, key, value, from, to, txn, message } = body;
  switch (type) {
    case "read":
      return wellFormed(key === undefined ? { type } : { type, key });
    case "write":
      if (key === undefined) return missing("key");
      return value === undefined ? missing("value") : wellFormed({ type, key, value });
    case "cas":
      if (key === undefined) return missing("key");
      if (from === undefined) return missing("from");
      return to === undefined ? missing("to") : wellFormed({ type, key, from, to });
    case "txn":
      if (!isJsonArray(txn) || !txn.every(isMicroOperation)) return missing("txn");
      return wellFormed({ type, txn: txn.map(([f, on, argument]) => [f, on, f === "r" ? null : argument]) });
    case "broadcast":
      return message === undefined ? missing("message") : wellFormed({ type, message });
    default:
      return { kind: "unknown" };
  }
}

/** The command that another node sent; undefined when it is none. */
export function commandFrom(json: Json | undefined): Command | undefined {
  if (!isJsonObject(json)) return undefined;
  const parsed = parseCommand(json);
  return parsed.kind === "command" ? parsed.command : undefined;
}

/** Whether a command leaves the store as it is, whatever it holds: it needs no place in a log. */
export function isReadOnly(command: Command): boolean {
  return command.type === "read" || (command.type === "txn" && command.txn.every(([f]) => f === "r"));
}

function isMicroOperation(json: Json): json is MicroOperation {
  return (
    isJsonArray(json) && json.length === 3 && (json[0] === "append" || json[0] === "w" || json[0] === "r")
  );
}

function wellFormed(command: Command): ParsedCommand {
  return { kind: "command", command };
}

function missing(name: string): ParsedCommand {
  return { kind: "malformed", missing: name };
}
