import { Ok, type Operations } from "../report/operations.ts";
import { summary, valueOf } from "../report/state.ts";

/** An operation as a label: `write 3`, `read → 3`. A result that only repeats the argument is left out. */
export function operationText(operations: Operations, row: number): string {
  const f = summary.functions[operations.f[row] ?? 0] ?? "?";
  const value = valueOf(operations.index[row] ?? -1);
  if (value === undefined) return f;
  const [, argument, result] = value;
  const shown = [f];
  if (argument !== "null") shown.push(argument);
  if (operations.outcome[row] === Ok && result !== null && (result !== argument || argument === "null"))
    shown.push(`→ ${result}`);
  return shown.join(" ");
}
