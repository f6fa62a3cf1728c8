import { canonical, isJsonArray, type Json, type JsonObject } from "../json.ts";
import { escapeTag, headsOf, isKeywordName, isNatural, keywordOf, markedStringOf } from "./edn-mapping.ts";

/** The EDN text of a JSON value; `edn-mapping.ts` tells how one stands for the other. */
export function ednText(value: Json): string {
  if (value === null) return "nil";
  if (typeof value === "number") return numberText(value);
  if (typeof value === "string") return stringText(value);
  if (typeof value === "boolean") return String(value);
  if (!isNatural(value)) return `#${escapeTag} ${stringText(canonical(value))}`;
  return isJsonArray(value) ? vectorText(value) : objectText(value);
}

/** The EDN text of a keyword if a name can be one, of a string otherwise. */
export function ednName(name: string): string {
  return isKeywordName(name) ? `:${name}` : stringText(name);
}

function numberText(value: number): string {
  return Object.is(value, -0) ? "0" : String(value);
}

function stringText(text: string): string {
  // JSON's escapes are among those of EDN.
  return JSON.stringify(text);
}

function vectorText(array: readonly Json[]): string {
  const heads = headsOf(array);
  if (heads !== undefined) {
    if (heads.every((head) => typeof head === "string" && isKeywordName(head))) {
      return `[${array.map((element) => microOperationText(element, (head) => `:${typeof head === "string" ? head : ""}`)).join(" ")}]`;
    }
    if (heads.every((head) => markedStringOf(head) !== undefined)) {
      return `[${array.map((element) => microOperationText(element, (head) => stringText(markedStringOf(head) ?? ""))).join(" ")}]`;
    }
  }
  return `[${array.map(ednText).join(" ")}]`;
}

function microOperationText(element: Json, headText: (head: Json) => string): string {
  const [head = null, ...rest] = isJsonArray(element) ? element : [];
  return `[${[headText(head), ...rest.map(ednText)].join(" ")}]`;
}

function objectText(value: JsonObject): string {
  const names = Object.keys(value);
  const [name = ""] = names;
  if (!names.some((each) => each.startsWith("#"))) {
    return `{${names.map((each) => `:${each} ${ednText(value[each] ?? null)}`).join(", ")}}`;
  }
  const content = value[name] ?? null;
  const items = isJsonArray(content) ? content : [];
  const text = typeof content === "string" ? content : "";
  switch (name) {
    case "#set":
      return `#{${items.map(ednText).join(" ")}}`;
    case "#map":
      return `{${items.map((entry) => (isJsonArray(entry) ? entry.map(ednText).join(" ") : "")).join(", ")}}`;
    case "#keyword":
      return `:${keywordOf(value) ?? ""}`;
    case "#bigint":
      return `${text}N`;
    case "#decimal":
      return `${text}M`;
    case "#double":
      return /^-?\d/.test(text) ? `${text}.0` : `##${text}`;
    case "#char":
      return characterText(text);
    case "#symbol":
    case "#int":
    case "#ratio":
      return text;
    default: {
      const tag = value["#tag"];
      return `#${typeof tag === "string" ? tag : ""} ${ednText(value["value"] ?? null)}`;
    }
  }
}

const characterNames = new Map([
  ["\n", "newline"],
  ["\r", "return"],
  [" ", "space"],
  ["\t", "tab"],
  ["\f", "formfeed"],
  ["\b", "backspace"],
]);

function characterText(character: string): string {
  const name = characterNames.get(character);
  if (name !== undefined) return `\\${name}`;
  // eslint-disable-next-line no-control-regex
  if (!/[\s\p{Cc}\p{Cs}]/u.test(character)) return `\\${character}`;
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
