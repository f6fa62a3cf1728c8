import type { History } from "../../../histories/history.ts";
import { canonical, type Json } from "../../../histories/json.ts";
import { Fail, Ok } from "../../../histories/operation.ts";

/**
 * Whether a short history of one register (read, write, cas) is linearizable: a search by definition, for
 * tests of protocols. At most about 60 operations.
 */
export function isLinearizableRegister(history: History): boolean {
  const operations = Array.from(history.invocations())
    .filter((index) => history.outcome(index) !== Fail)
    .map((index) => {
      const ok = history.outcome(index) === Ok;
      const f = history.f(index);
      const value = history.value(f === "read" && ok ? history.completion(index) : index);
      return { f, value, invoked: index, completed: ok ? history.completion(index) : Infinity };
    })
    .filter(({ f, completed }) => f !== "read" || completed !== Infinity);
  const seen = new Set<string>();

  const search = (left: readonly number[], state: Json): boolean => {
    const mark = `${left.join()}|${canonical(state)}`;
    if (seen.has(mark)) return false;
    seen.add(mark);
    const horizon = Math.min(...left.map((i) => operations[i]?.completed ?? Infinity));
    if (horizon === Infinity) return true;
    return left.some((i) => {
      const operation = operations[i];
      if (operation === undefined || operation.invoked > horizon) return false;
      const next = step(operation.f, operation.value, state);
      return (
        next !== undefined &&
        search(
          left.filter((j) => j !== i),
          next,
        )
      );
    });
  };
  return search(
    operations.map((_, i) => i),
    null,
  );
}

function step(f: string, value: Json, state: Json): Json | undefined {
  if (f === "write") return value;
  if (f === "read") return canonical(state) === canonical(value) ? state : undefined;
  const [from = null, to = null] = Array.isArray(value) ? (value as Json[]) : [];
  return canonical(state) === canonical(from) ? to : undefined;
}
