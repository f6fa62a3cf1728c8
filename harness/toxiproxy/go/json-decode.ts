import { GoJsonError, type GoValue } from "./json-parser.ts";

/**
 * A struct as Go's decoder fills it: members are matched without regard to case, unknown ones are ignored,
 * null leaves a field as it was, and a value of the wrong type is refused in the words of Go.
 */
export interface GoStruct {
  /** The struct's own name, empty when it is anonymous: begins the field's path in an error. */
  readonly name: string;
  /** The type as Go prints it, for an error about the whole value. */
  readonly type: string;
  readonly fields: readonly GoField[];
}

export type GoField = {
  readonly name: string;
  /** The path from the struct to the field where it is embedded deeper, such as `Proxy.name`. */
  readonly path?: string;
} & (
  | { readonly type: "string"; readonly set: (value: string) => void }
  | { readonly type: "bool"; readonly set: (value: boolean) => void }
  | { readonly type: GoNumber; readonly set: (value: number) => void }
  | { readonly type: GoStruct }
);

export type GoNumber = "int" | "int64" | "float32" | "float64";

/** Decodes an object (or null, which changes nothing) into a struct; at the first misfit throws GoJsonError. */
export function decodeStruct(value: GoValue, struct: GoStruct, path: readonly string[] = []): void {
  if (value.kind === "null") return;
  if (value.kind !== "object")
    throw new GoJsonError(`json: cannot unmarshal ${value.kind} into Go value of type ${struct.type}`);
  for (const [name, member] of value.members) {
    const field = findField(struct, name);
    if (field !== undefined) decodeField(member, field, struct, [...path, field.path ?? field.name]);
  }
}

/** Decodes an array of structs (or null, no elements); `make` gives the struct for the element of that index. */
export function decodeArray(value: GoValue, elementType: string, make: (index: number) => GoStruct): void {
  if (value.kind === "null") return;
  if (value.kind !== "array")
    throw new GoJsonError(`json: cannot unmarshal ${value.kind} into Go value of type []${elementType}`);
  for (const [index, item] of value.items.entries()) decodeStruct(item, make(index));
}

function decodeField(value: GoValue, field: GoField, struct: GoStruct, path: readonly string[]): void {
  if (value.kind === "null") return;
  const type = typeof field.type === "object" ? field.type.type : field.type;
  const misfit = (found: string): GoJsonError =>
    new GoJsonError(
      `json: cannot unmarshal ${found} into Go struct field ${struct.name}.${path.join(".")} of type ${type}`,
    );
  if (typeof field.type === "object") {
    if (value.kind !== "object") throw misfit(value.kind);
    decodeStruct(value, field.type, path);
  } else if (field.type === "string") {
    if (value.kind !== "string") throw misfit(value.kind);
    field.set(value.value);
  } else if (field.type === "bool") {
    if (value.kind !== "bool") throw misfit(value.kind);
    field.set(value.value);
  } else {
    if (value.kind !== "number") throw misfit(value.kind);
    const number = numberOfType(value.text, field.type);
    if (number === undefined) throw misfit(`number ${value.text}`);
    field.set(number);
  }
}

/** The number that a literal means in a Go type, or undefined where it does not fit. */
function numberOfType(text: string, type: GoNumber): number | undefined {
  const number = type === "float32" ? Math.fround(Number(text)) : Number(text);
  const isFloat = type === "float32" || type === "float64";
  const fits = isFloat ? Number.isFinite(number) : /^-?\d+$/.test(text) && Number.isSafeInteger(number);
  if (!fits) return undefined;
  // Only a floating-point number can be -0.
  return isFloat ? number : number + 0;
}

function findField(struct: GoStruct, name: string): GoField | undefined {
  const folded = fold(name);
  return struct.fields.find((field) => fold(field.name) === folded);
}

/** Go's case folding, as far as it can meet an ASCII name: the long s and the Kelvin sign are letters too. */
function fold(name: string): string {
  return name
    .replaceAll("\u017f", "s")
    .replaceAll("\u212a", "k")
    .replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}
