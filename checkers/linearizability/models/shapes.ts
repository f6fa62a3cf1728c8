import { canonical, isJsonArray, isJsonObject, type Json } from "../../../histories/json.ts";
import { unknownOutput, type Output } from "../model.ts";

/** The two members of a pair; `undefined` for anything else. */
export function pairOf(value: Json): readonly [Json, Json] | undefined {
  return isJsonArray(value) && value.length === 2 ? [value[0] ?? null, value[1] ?? null] : undefined;
}

/** The first of these members that an object has. */
export function memberOf(value: Output, ...names: readonly string[]): Json | undefined {
  if (value === unknownOutput || !isJsonObject(value)) return undefined;
  return names.map((name) => value[name]).find((member) => member !== undefined && member !== null);
}

export function isWhole(value: Output | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value);
}

/** A map as [key, value] pairs: an object, or a map that came from EDN with keys of any kind. */
export function entriesOf(value: Json): readonly (readonly [Json, Json])[] | undefined {
  if (!isJsonObject(value)) return undefined;
  const map = value["#map"];
  if (map === undefined) return Object.keys(value).map((name) => [name, value[name] ?? null]);
  if (!isJsonArray(map)) return undefined;
  const pairs = map.map(pairOf);
  return pairs.every((pair) => pair !== undefined) ? pairs : undefined;
}

/** By canonical text. */
export function byText(a: Json, b: Json): number {
  const [first, second] = [canonical(a), canonical(b)];
  return first < second ? -1 : first > second ? 1 : 0;
}
