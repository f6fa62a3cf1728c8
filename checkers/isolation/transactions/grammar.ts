import { isJsonObject, type Json } from "../../../histories/json.ts";
import { Append, Read, Write } from "../transactions.ts";

// Micro-operations on rows, as they are read first.
/** `["insert", k, v]`: row `k` is there from now on. */
export const Insert = 8;
/** `["delete", k]`: it is gone. */
export const Delete = 9;
/** `["rp", predicate, {k: v, …}]`: these rows, and no others, matched. */
export const ReadRows = 10;
/** Rows that are there from the beginning. */
export const InitialRows = 11;

/** The kind of a micro-operation by its name, as JSON or EDN has it. */
export function kindOf(head: Json): number {
  switch (nameOf(head)) {
    case "r":
      return Read;
    case "w":
      return Write;
    case "append":
      return Append;
    case "insert":
      return Insert;
    case "delete":
      return Delete;
    case "rp":
      return ReadRows;
    default:
      return -1;
  }
}

/** The name that a string, a keyword or a symbol is. */
function nameOf(head: Json): string | undefined {
  if (typeof head === "string") return head;
  if (!isJsonObject(head)) return undefined;
  const name = head["#keyword"] ?? head["#string"] ?? head["#symbol"];
  return typeof name === "string" ? name : undefined;
}
