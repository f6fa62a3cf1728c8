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

/** Of an object that a view showed: the copy that it was found equal to, and how often that is believed without looking. */
interface Found {
  readonly copy: Json;
  readonly since: number;
  believed: number;
}

const compared = new WeakMap<object, Found>();

/** What was equal is compared again after so many times: nodes do not change what they show in place, and if one does, it shows. */
const belief = 32;
/** What was found before is believed no more. */
let since = 0;

/** From now on everything is compared again: at the end of a run nothing is left to belief. */
export function believeNothing(): void {
  since++;
}

/**
 * Whether a value that a view shows equals one that is remembered (`kept`). The same object was mostly compared with the
 * same copy before, and then this costs next to nothing.
 */
export function stillSame(remembered: Json, value: Json): boolean {
  if (value === null || typeof value !== "object") return remembered === value;
  const before = compared.get(value);
  if (before !== undefined && before.copy === remembered && before.believed > 0 && before.since === since) {
    before.believed--;
    return true;
  }
  if (!same(remembered, value)) return false;
  compared.set(value, { copy: remembered, since, believed: belief });
  return true;
}

/**
 * A value to remember: a copy, since what a view shows may be the node's own and change. All who remember the same share
 * one, so nobody changes it.
 */
export function kept(value: Json): Json {
  if (value === null || typeof value !== "object") return value;
  const before = compared.get(value);
  if (before !== undefined && same(before.copy, value)) return before.copy;
  const copy = copyOf(value);
  compared.set(value, { copy, since, believed: belief });
  return copy;
}

function copyOf(value: Json): Json {
  if (value === null || typeof value !== "object") return value;
  if (isJsonArray(value)) return value.map(copyOf);
  const copy: Record<string, Json> = {};
  for (const name in value) copy[name] = copyOf(value[name]!);
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
