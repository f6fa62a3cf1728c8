import type { History } from "../../histories/history.ts";
import { isJsonArray, type Json } from "../../histories/json.ts";
import { kindOf } from "./transactions/grammar.ts";

/** Values that are looked at: a history is of one kind. */
const Enough = 200;

/** Whether the clients' operations are unmistakably transactions of micro-operations: `[["append", "x", 1], ["r", "y", null]]`. */
export function looksTransactional(history: History): boolean {
  let transactions = 0;
  for (let i = 0; i < history.length && transactions < Enough; i++) {
    if (!history.isClient(i)) continue;
    const value = history.value(i);
    if (value === null || (isJsonArray(value) && value.length === 0)) continue;
    if (!isTransaction(value)) return false;
    transactions++;
  }
  return transactions > 0;
}

function isTransaction(value: Json): boolean {
  return (
    isJsonArray(value) &&
    value.every(
      (micro) =>
        isJsonArray(micro) && (micro.length === 2 || micro.length === 3) && kindOf(micro[0] ?? null) >= 0,
    )
  );
}
