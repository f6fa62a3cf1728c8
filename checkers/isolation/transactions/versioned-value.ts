import { isJsonArray, isJsonObject, type Json } from "../../../histories/json.ts";
import { NoVersion } from "../transactions.ts";

/** A value, and which version of its key it is. */
export interface VersionedValue {
  readonly value: Json;
  /** `NoVersion` where it is null. */
  readonly version: number;
}

/** How a value may tell its version; `undefined` for any other value. */
export type VersionShape = (json: Json) => VersionedValue | undefined;

/** An object of exactly a `value` and a `version`, a count or null. */
export const objectShape: VersionShape = (json) => {
  if (!isJsonObject(json) || Object.keys(json).length !== 2) return undefined;
  const { value, version } = json;
  return value === undefined || version === undefined ? undefined : withVersion(value, version);
};

/** A pair of a version, a count or null, and a value: as clients of etcd record it for Jepsen. */
export const pairShape: VersionShape = (json) => {
  if (!isJsonArray(json) || json.length !== 2) return undefined;
  const [version = null, value = null] = json;
  return withVersion(value, version);
};

function withVersion(value: Json, version: Json): VersionedValue | undefined {
  if (version === null) return { value, version: NoVersion };
  return typeof version === "number" && Number.isSafeInteger(version) && version >= 0
    ? { value, version }
    : undefined;
}

/** The JSON in some bytes, as exact as it is there. */
export function jsonAt(bytes: Buffer, at: number, end: number): Json {
  const json: unknown = JSON.parse(bytes.toString("utf8", at, end));
  // JSON.parse gives nothing but JSON.
  return json as Json;
}
