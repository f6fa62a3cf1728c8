import { canonical, type Json } from "../../histories/json.ts";

/** Puts a value in its place among others, so that the same values are remembered alike whichever came first. */
export function insert(values: Json[], value: Json): void {
  const text = canonical(value);
  const place = values.findIndex((one) => canonical(one) > text);
  values.splice(place < 0 ? values.length : place, 0, value);
}
