import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../../histories/json.ts";
import type {
  LinearizationCertificate,
  LinearizedPartition,
  Refutation,
} from "../linearizability/evidence.ts";

/** What a verdict on linearizability claims and others can verify. */
export type Claim = LinearizationCertificate | Refutation;

/**
 * The claims of one check as it was saved (`--json`, `results.json`): its certificate where it is there in
 * full, and the refutations of its anomalies. What is not of their form is none.
 */
export function claimsOf(check: Json): Claim[] {
  if (!isJsonObject(check)) return [];
  const linearization = readLinearization(check["certificate"]);
  const refutations = objects(check["anomalies"]).flatMap(({ evidence }) => {
    const refutation = isJsonObject(evidence) ? readRefutation(evidence["refutation"]) : undefined;
    return refutation === undefined ? [] : [refutation];
  });
  return linearization === undefined ? refutations : [linearization, ...refutations];
}

function readLinearization(value: Json | undefined): LinearizationCertificate | undefined {
  if (!isJsonObject(value) || value["kind"] !== "linearization" || !isJsonArray(value["partitions"]))
    return undefined;
  const { model } = value;
  const partitions = objects(value["partitions"]).flatMap((partition): LinearizedPartition[] => {
    const order = indices(partition["order"]);
    return order === undefined ? [] : [{ order, ...keyOf(partition) }];
  });
  if (typeof model !== "string" || partitions.length < value["partitions"].length) return undefined;
  return { kind: "linearization", model, partitions };
}

function readRefutation(value: Json | undefined): Refutation | undefined {
  if (!isJsonObject(value) || value["kind"] !== "refutation") return undefined;
  const { model, until } = value;
  const operations = indices(value["operations"]);
  if (typeof model !== "string" || typeof until !== "number" || operations === undefined) return undefined;
  return { kind: "refutation", model, until, operations, ...keyOf(value) };
}

function keyOf({ key }: JsonObject): { readonly key?: Json } {
  return key === undefined ? {} : { key };
}

function indices(value: Json | undefined): readonly number[] | undefined {
  if (!isJsonArray(value)) return undefined;
  const numbers = value.filter((item): item is number => typeof item === "number" && Number.isInteger(item));
  return numbers.length === value.length ? numbers : undefined;
}

function objects(value: Json | undefined): JsonObject[] {
  return isJsonArray(value) ? value.filter((item) => isJsonObject(item)) : [];
}
