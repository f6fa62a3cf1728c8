import { isJsonArray, type Json } from "../../histories/json.ts";

/** Whether two values are equal by content; allocates nothing. */
export function same(a: Json, b: Json): boolean {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== "object" || typeof b !== "object") return false;
  if (isJsonArray(a)) {
    if (!isJsonArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!same(a[i]!, b[i]!)) return false;
    return true;
  }
  if (isJsonArray(b)) return false;
  let members = 0;
  for (const name in a) {
    if (!Object.hasOwn(b, name) || !same(a[name]!, b[name]!)) return false;
    members++;
  }
  return Object.keys(b).length === members;
}

/** A value to remember: a copy, since what a view shows may be the node's own and change. */
export function kept(value: Json): Json {
  if (value === null || typeof value !== "object") return value;
  if (isJsonArray(value)) return value.map(kept);
  const copy: Record<string, Json> = {};
  for (const name in value) copy[name] = kept(value[name]!);
  return copy;
}

/** A member of a record that has it as its own. */
export function member<Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** The member of that name, made first where there is none. */
export function memberOr<Value>(
  record: Record<string, Value>,
  name: string,
  make: () => NoInfer<Value>,
): Value {
  const found = member(record, name);
  if (found !== undefined) return found;
  const made = make();
  record[name] = made;
  return made;
}
