import { isJsonObject, type Json } from "../../../histories/json.ts";
import { NoVersion } from "../transactions.ts";

/** A value, and which version of its key it is. */
export interface VersionedValue {
  readonly value: Json;
  /** `NoVersion` where it is null. */
  readonly version: number;
}

const OpeningBrace = 0x7b;

/** What the JSON in these bytes says if it is an object of exactly a `value` and a `version`, a count or null; else `undefined`. */
export function versionedAt(bytes: Buffer, at: number, end: number): VersionedValue | undefined {
  if (bytes[at] !== OpeningBrace) return undefined;
  const json: unknown = JSON.parse(bytes.toString("utf8", at, end));
  // Values are exact JSON.
  const told = json as Json;
  if (!isJsonObject(told) || Object.keys(told).length !== 2) return undefined;
  const { value, version } = told;
  if (value === undefined || version === undefined) return undefined;
  if (version === null) return { value, version: NoVersion };
  return typeof version === "number" && Number.isSafeInteger(version) && version >= 0
    ? { value, version }
    : undefined;
}
