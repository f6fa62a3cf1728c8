import { createRequire } from "node:module";
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import { InputError, type Place } from "../errors.ts";

/** The JSON Schemas of our files; also shipped as `rashomon/histories/schema/<name>.schema.json`. */
export type SchemaName = "history-header" | "operation" | "results" | "test";

/** What is wrong with a value, in words. */
export interface ShapeFault {
  readonly expected: string;
  readonly found: string;
}

const require = createRequire(import.meta.url);
const ajv = new Ajv({ strict: true, allowUnionTypes: true, verbose: true });
const validators = new Map<SchemaName, ValidateFunction>();

/** How `value` departs from a schema; `undefined` when it does not. */
export function shapeFault(schema: SchemaName, value: unknown): ShapeFault | undefined {
  let validate = validators.get(schema);
  if (validate === undefined) {
    // By the package's own name: the same from the sources, from `dist` and once installed.
    const document: unknown = require(`rashomon/histories/schema/${schema}.schema.json`);
    validate = ajv.compile(document as object);
    validators.set(schema, validate);
  }
  if (validate(value)) return undefined;
  const errors = validate.errors ?? [];
  // Of an alternative, the error of the alternative as a whole says most.
  const error = errors.find(({ keyword }) => keyword === "anyOf") ?? errors[0];
  return error === undefined ? { expected: "another shape", found: brief(value) } : describe(error);
}

/** Throws an `InputError` unless `value` has the shape of a schema. */
export function requireShape(schema: SchemaName, value: unknown, place: Place): void {
  const fault = shapeFault(schema, value);
  if (fault !== undefined) throw new InputError("E_SHAPE", { place, ...fault });
}

/** A value in at most some sixty characters. */
export function brief(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value) ?? "nothing";
  return text.length <= 60 ? text : `${text.slice(0, 57)}…`;
}

function describe(error: ErrorObject): ShapeFault {
  const where = error.instancePath === "" ? "" : ` at ${error.instancePath.slice(1)}`;
  const parameters: Record<string, unknown> = error.params;
  const found = brief(error.data);
  switch (error.keyword) {
    case "required":
      return { expected: `a member "${String(parameters["missingProperty"])}"${where}`, found };
    case "additionalProperties":
      return {
        expected: `only the members that the format names${where}`,
        found: `"${String(parameters["additionalProperty"])}"`,
      };
    case "const":
      return { expected: `${brief(parameters["allowedValue"])}${where}`, found };
    case "enum": {
      const allowed = parameters["allowedValues"];
      const list = Array.isArray(allowed) ? allowed.map(brief).join(", ") : "another value";
      return { expected: `one of ${list}${where}`, found };
    }
    case "anyOf": {
      const types = Array.isArray(error.schema)
        ? error.schema.map(alternative).join(" or ")
        : "another value";
      return { expected: `${types}${where}`, found };
    }
    case "minLength":
      return { expected: `a string that is not empty${where}`, found };
    case "type":
      return { expected: `${article(String(parameters["type"]))}${where}`, found };
    default:
      return { expected: `a value that ${error.message ?? "has another shape"}${where}`, found };
  }
}

function alternative(schema: unknown): string {
  const { type, minimum, maximum }: { type?: unknown; minimum?: unknown; maximum?: unknown } = Object(schema);
  const range = typeof maximum === "number" ? ` from ${String(minimum)} to ${maximum}` : "";
  return article(String(type)) + range;
}

function article(noun: string): string {
  return `${/^[aeiou]/.test(noun) ? "an" : "a"} ${noun}`;
}
