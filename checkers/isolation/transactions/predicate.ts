import { isJsonArray, isJsonObject, sameValue, type Json } from "../../../histories/json.ts";

/**
 * Whether the content of a row matches a predicate: one of Elle's, `true`, `["=", value]` or `["mod", divisor, remainder]`, their
 * names strings or keywords; `undefined` if it is none of these.
 */
export function predicateOf(predicate: Json): ((content: Json) => boolean) | undefined {
  const [head = null, first = null, second = null] = isJsonArray(predicate) ? predicate : [predicate];
  switch (nameOf(head)) {
    case "true":
      return () => true;
    case "=":
      return (content) => sameValue(content, first);
    case "mod":
      return (content) =>
        typeof content === "number" && typeof first === "number" && content % first === second;
    default:
      return undefined;
  }
}

function nameOf(head: Json): string | undefined {
  if (head === true) return "true";
  if (typeof head === "string") return head;
  const name = isJsonObject(head) ? head["#keyword"] : undefined;
  return typeof name === "string" ? name : undefined;
}
