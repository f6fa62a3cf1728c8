import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../../histories/json.ts";
import type { EdgeKind } from "../isolation/decision.ts";
import type { Level } from "../isolation/levels.ts";
import { parseLevelName } from "../isolation/names.ts";
import type { ClaimedEdge, ClaimedExecution } from "./isolation/claims.ts";

/** What a verdict on isolation claims and others can verify. */
export type IsolationClaim =
  | { readonly kind: "execution"; readonly level: Level; readonly execution: ClaimedExecution }
  | {
      readonly kind: "dependency-cycle";
      readonly levels: readonly Level[];
      readonly cycle: readonly ClaimedEdge[];
      /** Whether it is said to have been verified by every order of its transactions, and not edge by edge. */
      readonly byOrders: boolean;
    }
  | { readonly kind: "no-order"; readonly levels: readonly Level[]; readonly core: readonly number[] };

/**
 * The claims of a check of isolation as it was saved: the executions of its certificate where that is there in full, and
 * the cycles of its anomalies and what of them has no order. What is not of their form is none.
 */
export function isolationClaimsOf(check: Json): IsolationClaim[] {
  if (!isJsonObject(check) || check["checker"] !== "isolation") return [];
  const { certificate } = check;
  const executions = isJsonObject(certificate)
    ? objects(certificate["executions"]).flatMap(readExecution)
    : [];
  const cycles = objects(check["anomalies"]).flatMap(({ evidence }) =>
    isJsonObject(evidence) && evidence["kind"] === "dependency-cycle" ? readCycle(evidence) : [],
  );
  const cores = objects(check["anomalies"]).flatMap(({ evidence }) =>
    isJsonObject(evidence) && evidence["kind"] === "no-order" ? readCore(evidence) : [],
  );
  return [...executions, ...cycles, ...cores];
}

function readExecution(value: JsonObject): IsolationClaim[] {
  const level = levelNamed(value["level"]);
  const commits = numbers(value["commits"]);
  const snapshots = numbers(value["snapshots"]);
  if (level === undefined || commits === undefined) return [];
  const sources = (isJsonArray(value["sources"]) ? value["sources"] : []).flatMap(
    (pair): [number, number][] => {
      const [operation, writer] = numbers(pair) ?? [];
      return operation === undefined || writer === undefined ? [] : [[operation, writer]];
    },
  );
  return [
    {
      kind: "execution",
      level,
      execution: {
        commits,
        ...(snapshots === undefined ? {} : { snapshots }),
        ...(sources.length === 0 ? {} : { sources: new Map(sources) }),
      },
    },
  ];
}

function readCycle(evidence: JsonObject): IsolationClaim[] {
  const named = isJsonArray(evidence["levels"]) ? evidence["levels"] : [];
  const levels = named.flatMap((name) => levelNamed(name) ?? []);
  const edges = objects(evidence["cycle"]).map((edge) => readEdge(edge));
  const cycle = edges.filter((edge) => edge !== undefined);
  // Conditions of single operations have no level that forbids the cycle.
  if (cycle.length < edges.length || cycle.length === 0 || levels.length < named.length) return [];
  return [{ kind: "dependency-cycle", levels, cycle, byOrders: evidence["verifiedBy"] === "orders" }];
}

function readCore(evidence: JsonObject): IsolationClaim[] {
  const named = isJsonArray(evidence["levels"]) ? evidence["levels"] : [];
  const levels = named.flatMap((name) => levelNamed(name) ?? []);
  const core = numbers(evidence["core"]);
  return core === undefined || levels.length < named.length ? [] : [{ kind: "no-order", levels, core }];
}

const kinds: readonly EdgeKind[] = ["ww", "wr", "rw", "so", "rt", "wwp", "wrp", "rwp"];
/** Reasons within reasons are read so deep. */
const Deepest = 8;

function readEdge(value: JsonObject, deep = 0): ClaimedEdge | undefined {
  const { from, to, key } = value;
  const kind = kinds.find((known) => known === value["kind"]);
  if (typeof from !== "number" || typeof to !== "number" || kind === undefined || deep > Deepest)
    return undefined;
  const reasons = objects(value["reasons"]).map((reason) => readEdge(reason, deep + 1));
  const because = reasons.filter((reason) => reason !== undefined);
  if (because.length < reasons.length) return undefined;
  return {
    from,
    to,
    kind,
    ...(key === undefined ? {} : { key }),
    ...(because.length === 0 ? {} : { because }),
  };
}

function levelNamed(name: Json | undefined): Level | undefined {
  if (typeof name !== "string") return undefined;
  try {
    const asked = parseLevelName(name);
    return "level" in asked ? asked.level : undefined;
  } catch {
    return undefined;
  }
}

function numbers(value: Json | undefined): number[] | undefined {
  if (!isJsonArray(value)) return undefined;
  const found = value.filter((item): item is number => typeof item === "number" && Number.isInteger(item));
  return found.length === value.length ? found : undefined;
}

function objects(value: Json | undefined): JsonObject[] {
  return isJsonArray(value) ? value.filter((item) => isJsonObject(item)) : [];
}
