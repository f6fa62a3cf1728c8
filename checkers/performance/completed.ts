import type { History } from "../../histories/history.ts";
import { Invoke } from "../../histories/operation.ts";

/** Calls `visit` for each client operation that completed, in order of invocation. */
export function forEachCompleted(
  history: History,
  visit: (invocation: number, completion: number) => void,
): void {
  const { type } = history.columns;
  for (let i = 0; i < history.length; i++) {
    if (type[i] !== Invoke || !history.isClient(i)) continue;
    const completion = history.completion(i);
    if (completion >= 0) visit(i, completion);
  }
}
