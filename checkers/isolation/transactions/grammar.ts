import { isJsonObject, type Json } from "../../../histories/json.ts";
import { Append, Read, Write } from "../transactions.ts";

/** The kind of a micro-operation by its name, as JSON or EDN has it. */
export function kindOf(head: Json): number {
  switch (nameOf(head)) {
    case "r":
      return Read;
    case "w":
      return Write;
    case "append":
      return Append;
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
