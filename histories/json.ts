/** A JSON value: what operations carry as argument, result, key and error. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [name: string]: Json;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isJsonArray(value: unknown): value is readonly Json[] {
  return Array.isArray(value);
}

/**
 * Canonical text of a value: two values are the same value exactly when their texts are equal.
 * Object members are sorted, since their order carries no meaning in JSON or EDN; -0 is 0.
 */
export function canonical(value: Json): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value === 0 ? 0 : value);
  if (isJsonArray(value)) {
    let text = "[";
    for (let i = 0; i < value.length; i++) text += (i === 0 ? "" : ",") + canonical(value[i] ?? null);
    return text + "]";
  }
  const names = Object.keys(value).toSorted();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name] ?? null)}`).join(",")}}`;
}

/** Whether two values are equal by content. */
export function sameValue(a: Json, b: Json): boolean {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== "object" || typeof b !== "object") return false;
  return canonical(a) === canonical(b);
}

/**
 * A value for people to read: as JSON, but what came from EDN as EDN writes it, so `:x` for the keyword x and
 * 12 for an integer that no double holds. Two values may look alike here; `canonical` tells them apart.
 */
export function inWords(value: Json): string {
  if (isJsonArray(value)) return `[${value.map(inWords).join(",")}]`;
  if (!isJsonObject(value)) return canonical(value);
  const members = Object.entries(value);
  const [first] = members;
  if (members.length === 1 && first !== undefined && typeof first[1] === "string") {
    if (first[0] === "#keyword") return `:${first[1]}`;
    if (first[0] === "#int") return first[1];
  }
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${inWords(member)}`).join(",")}}`;
}
