import type { History } from "../../histories/history.ts";
import { canonical, inWords, type Json } from "../../histories/json.ts";
import { attempts, Never, type Attempt } from "./attempts.ts";

/** What was done with one of the independent objects of a history: the one without a name, if it names none. */
export interface ObjectOf {
  readonly key: Json | undefined;
  /** In the order of their beginnings. */
  readonly attempts: readonly Attempt[];
}

/** The operations of clients, object by object, and the functions among them that are not `known`. */
export function objectsOf(
  history: History,
  known: readonly string[],
): { readonly objects: readonly ObjectOf[]; readonly others: ReadonlySet<string> } {
  const objects = new Map<string, { readonly key: Json | undefined; readonly attempts: Attempt[] }>();
  const others = new Set<string>();
  for (const attempt of attempts(history)) {
    if (!known.includes(attempt.f)) {
      others.add(attempt.f);
      continue;
    }
    const name = attempt.key === undefined ? "" : canonical(attempt.key);
    const object = objects.get(name);
    if (object === undefined) objects.set(name, { key: attempt.key, attempts: [attempt] });
    else object.attempts.push(attempt);
  }
  return { objects: [...objects.values()], others };
}

/** Why nothing is said of a history with operations that may have changed the objects in ways that are not known here. */
export function notKnown(others: ReadonlySet<string>): string | undefined {
  return others.size === 0
    ? undefined
    : `not decided: what operations of other functions do is not known: ${[...others].toSorted().join(", ")}`;
}

/** The name of an object where there is one: " of queue 7". */
export function ofObject(what: string, { key }: ObjectOf): string {
  return key === undefined ? "" : ` of ${what} ${inWords(key)}`;
}

/**
 * The event by which all operations of a function on an object were over, those of unknown outcome when they were begun; −1 without any. Who looks
 * later, and sees nothing of what was done, is not merely behind with work that goes on.
 */
export function lastOver({ attempts: all }: ObjectOf, ...functions: readonly string[]): number {
  let over = -1;
  for (const { f, index, end } of all)
    if (functions.includes(f)) over = Math.max(over, end === Never ? index : end);
  return over;
}
