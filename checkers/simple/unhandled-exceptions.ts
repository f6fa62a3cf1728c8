import type { History } from "../../histories/history.ts";
import { canonical, isJsonArray, isJsonObject, type Json } from "../../histories/json.ts";
import { Info } from "../../histories/operation.ts";
import type { Checker } from "../checker.ts";
import type { Verdict } from "../verdict.ts";

/** Errors of one class among the operations that ended `info`. */
export interface ErrorGroup {
  readonly class: string;
  readonly count: number;
  readonly functions: readonly string[];
  /** The first of them: its index, and the error as recorded. */
  readonly first: number;
  readonly example: Json;
}

/** The errors of client operations with unknown outcome by class, the most frequent first. */
export function errorGroups(history: History): readonly ErrorGroup[] {
  const groups = new Map<string, { count: number; functions: Set<string>; first: number; example: Json }>();
  for (let i = 0; i < history.length; i++) {
    if (history.columns.type[i] !== Info || !history.isClient(i)) continue;
    const error = history.error(i);
    if (error === undefined) continue;
    const name = errorClass(error);
    let group = groups.get(name);
    if (group === undefined)
      groups.set(name, (group = { count: 0, functions: new Set(), first: i, example: error }));
    group.count++;
    group.functions.add(history.f(i));
  }
  return [...groups]
    .map(([name, { count, functions, first, example }]) => ({
      class: name,
      count,
      functions: [...functions],
      first,
      example,
    }))
    .toSorted((a, b) => b.count - a.count || a.first - b.first);
}

/**
 * The class of an error: of an object its `type`, `class`, `name` or `code`; of an array, as Jepsen writes
 * [class, details], its first element; of a text the part before the first colon.
 */
function errorClass(error: Json): string {
  if (typeof error === "string") return error.split(":", 1)[0]?.trim() ?? error;
  if (isJsonArray(error)) return error.length === 0 ? "[]" : errorClass(error[0] ?? null);
  if (isJsonObject(error)) {
    for (const member of ["type", "class", "name", "code"]) {
      const value = error[member];
      if (typeof value === "string" || typeof value === "number") return String(value);
    }
  }
  return canonical(error);
}

/** Lists the errors behind unknown outcomes. It judges nothing, so it is always valid. */
export const unhandledExceptions: Checker = {
  name: "unhandled-exceptions",
  summary: "groups the errors of operations with unknown outcome by class; always valid",
  check(history): Verdict {
    const groups = errorGroups(history);
    return {
      checker: "unhandled-exceptions",
      valid: true,
      anomalies: [],
      statistics: {
        classes: groups.length,
        errors: groups.reduce((sum, { count }) => sum + count, 0),
      },
      details: groups.map((group) => ({ ...group })),
    };
  },
};
