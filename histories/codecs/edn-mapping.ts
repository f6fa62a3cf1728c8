/**
 * How EDN values stand in JSON, one to one, so that either can be had back exactly:
 *
 * | EDN                                       | JSON                                               |
 * | ----------------------------------------- | -------------------------------------------------- |
 * | `nil` `true` `"text"` `42` `1.5`          | `null` `true` `"text"` `42` `1.5`                  |
 * | `[1 2]`, `(1 2)` (equal in EDN)           | `[1,2]`                                            |
 * | `{:a 1}`: all keys are keywords           | `{"a":1}`                                          |
 * | any other map                             | `{"#map":[[key,value],…]}`, sorted by key          |
 * | `#{1 2}`                                  | `{"#set":[1,2]}`, sorted                           |
 * | `:a`                                      | `{"#keyword":"a"}`                                 |
 * | `[[:append 5 1] [:r 6 nil]]`: all vectors that begin with a keyword | `[["append",5,1],["r",6,null]]` |
 * | `[["append" 5 1]]`: all begin with a string that could name a keyword | `[[{"#string":"append"},5,1]]` |
 * | `a`                                       | `{"#symbol":"a"}`                                  |
 * | `\a`                                      | `{"#char":"a"}`                                    |
 * | `9007199254740993`: no double prints so  | `{"#int":"9007199254740993"}`                      |
 * | `5N`, `2/3`, `1.50M`                      | `{"#bigint":"5"}`, `{"#ratio":"2/3"}`, `{"#decimal":"1.50"}` |
 * | `1.0`, `-0.0`, `##Inf`, `##NaN`           | `{"#double":"1"}`, `{"#double":"-0"}`, `{"#double":"Inf"}`, … |
 * | `#tag value`                              | `{"#tag":"tag","value":value}`                     |
 *
 * JSON that is the image of no EDN value above, such as `{"a name":1}` or `{"#set":[2,1]}`, is written
 * as `#rashomon/json "text"`. Sorting is by canonical text.
 */
import { canonical, isJsonArray, isJsonObject, type Json, type JsonObject } from "../json.ts";

/** The tag of JSON that no other EDN value stands for; its value is the canonical text. */
export const escapeTag = "rashomon/json";

/** What can follow the colon of a keyword. */
export function isKeywordName(name: string): boolean {
  // eslint-disable-next-line no-control-regex
  return /^(?![#:/'])[^\s\p{Cc}\p{Cs},()[\]{}";@^`~\\]+(?<![:/])$/u.test(name) && !name.includes("::");
}

export function isSymbolName(name: string): boolean {
  return (
    isKeywordName(name) && !/^[-+]?\d/.test(name) && name !== "nil" && name !== "true" && name !== "false"
  );
}

/** What follows `#` and is no tag. */
export function isTagName(name: string): boolean {
  return isSymbolName(name) && !name.startsWith("_");
}

export const integerText = /^(?:0|-?[1-9]\d*)$/;
export const decimalText = /^-?(?:0|[1-9]\d*)(?:\.\d*)?(?:[eE][-+]?\d+)?$/;

/** The name, if `value` stands for a keyword. */
export function keywordOf(value: Json | undefined): string | undefined {
  const name = soleString(value, "#keyword");
  return name !== undefined && isKeywordName(name) ? name : undefined;
}

/** The text, if `value` is a string marked as such at the head of a micro-operation. */
export function markedStringOf(value: Json | undefined): string | undefined {
  const text = soleString(value, "#string");
  return text !== undefined && isKeywordName(text) ? text : undefined;
}

/** The heads of an array's elements, if there are any and each element is an array that is not empty. */
export function headsOf(array: readonly Json[]): Json[] | undefined {
  if (array.length === 0) return undefined;
  const heads: Json[] = [];
  for (const element of array) {
    if (!isJsonArray(element) || element.length === 0) return undefined;
    heads.push(element[0] ?? null);
  }
  return heads;
}

/** Whether `value`, by its own shape and whatever is inside it, stands for an EDN value of the table. */
export function isNatural(value: Json): boolean {
  if (isJsonArray(value)) {
    const heads = headsOf(value);
    return heads === undefined || !heads.every((head) => keywordOf(head) !== undefined);
  }
  if (!isJsonObject(value)) return true;
  const names = Object.keys(value);
  return names.every(isKeywordName) || isTagged(value, names);
}

/** The JSON that the text of an `escapeTag` stands for; `undefined` when it stands for none. */
export function unescaped(text: string): Json | undefined {
  let value: Json;
  try {
    const parsed: unknown = JSON.parse(text);
    // JSON.parse gives nothing but JSON.
    value = parsed as Json;
  } catch {
    return undefined;
  }
  return !isNatural(value) && canonical(value) === text ? value : undefined;
}

/** Whether a text is one Unicode character, or half of a surrogate pair. */
export function isOneCharacter(text: string): boolean {
  return text.length === 1 || (text.length === 2 && (text.codePointAt(0) ?? 0) > 0xffff);
}

function isTagged(value: JsonObject, names: readonly string[]): boolean {
  if (names.length === 2) {
    const tag = value["#tag"];
    const inner = value["value"];
    if (typeof tag !== "string" || inner === undefined || !isTagName(tag)) return false;
    return tag !== escapeTag || typeof inner !== "string" || unescaped(inner) === undefined;
  }
  const [name = ""] = names;
  const content = value[name];
  if (names.length !== 1 || content === undefined) return false;
  if (name === "#set") return isJsonArray(content) && increases(content.map(canonical));
  if (name === "#map") return isJsonArray(content) && isEntries(content);
  if (typeof content !== "string") return false;
  switch (name) {
    case "#keyword":
      return isKeywordName(content);
    case "#symbol":
      return isSymbolName(content);
    case "#char":
      return isOneCharacter(content);
    case "#int":
      return integerText.test(content) && !isNumberText(content);
    case "#bigint":
      return integerText.test(content);
    case "#decimal":
      return decimalText.test(content);
    case "#double":
      return (
        ["NaN", "Inf", "-Inf", "-0"].includes(content) || (integerText.test(content) && isNumberText(content))
      );
    case "#ratio":
      return content === lowestTerms(content);
    default:
      return false;
  }
}

function isEntries(entries: readonly Json[]): boolean {
  const keys: Json[] = [];
  for (const entry of entries) {
    if (!isJsonArray(entry) || entry.length !== 2) return false;
    keys.push(entry[0] ?? null);
  }
  return keys.some((key) => keywordOf(key) === undefined) && increases(keys.map(canonical));
}

function increases(texts: readonly string[]): boolean {
  return texts.every((text, i) => i === 0 || (texts[i - 1] ?? "") < text);
}

/** Whether an integer's text is that of a double, so that a JSON number holds it without loss. */
export function isNumberText(text: string): boolean {
  return String(Number(text)) === text;
}

/** A ratio in lowest terms, its denominator above 1; `undefined` when it is none. */
export function lowestTerms(text: string): string | undefined {
  const parts = /^(-?\d+)\/(\d+)$/.exec(text);
  if (parts === null) return undefined;
  const numerator = BigInt(parts[1] ?? "0");
  const denominator = BigInt(parts[2] ?? "0");
  let [a, b] = [numerator < 0n ? -numerator : numerator, denominator];
  while (b !== 0n) [a, b] = [b, a % b];
  if (denominator === 0n || denominator === a) return undefined;
  return `${numerator / a}/${denominator / a}`;
}

function soleString(value: Json | undefined, name: string): string | undefined {
  if (value === undefined || !isJsonObject(value)) return undefined;
  const content = value[name];
  return typeof content === "string" && Object.keys(value).length === 1 ? content : undefined;
}
