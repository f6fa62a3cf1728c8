import type { History } from "../../histories/history.ts";
import { canonical, inWords, isJsonArray, type Json } from "../../histories/json.ts";
import type { Checker } from "../checker.ts";
import type { Verdict } from "../verdict.ts";
import { attempts, malformed, Named, named, Never, type Attempt } from "./attempts.ts";
import { Contradictions, otherFunctions } from "./contradictions.ts";

/**
 * Adya's G2, as Jepsen tests it: `insert` of [a, null] or [null, b] under a key looks for rows of that key and inserts only if
 * there is none, so of each key at most one insert may succeed. The key stands beside the value, or
 * with it in a pair [key, [a, b]].
 */
export const writeSkew: Checker = {
  name: "write-skew",
  summary: "of inserts that are made only if nothing was inserted, at most one a key succeeds (Adya's G2)",
  check: checkWriteSkew,
};

interface KeyInserts {
  readonly key: Json;
  readonly done: Attempt[];
  attempts: number;
}

function checkWriteSkew(history: History): Verdict {
  const keys = new Map<string, KeyInserts>();
  const others = new Set<string>();
  for (const attempt of attempts(history)) {
    if (attempt.f !== "insert") {
      others.add(attempt.f);
      continue;
    }
    const key = keyOf(attempt);
    const name = canonical(key);
    const inserts = keys.get(name) ?? { key, done: [], attempts: 0 };
    keys.set(name, inserts);
    inserts.attempts++;
    if (attempt.outcome === "ok") inserts.done.push(attempt);
  }
  const found = new Contradictions();
  let contended = 0;
  let done = 0;
  for (const { key, done: succeeded, attempts: tried } of keys.values()) {
    done += succeeded.length;
    if (succeeded.length > 0 && tried > 1) contended++;
    if (succeeded.length > 1)
      found.add(
        "G2",
        succeeded.map(({ index }) => index),
        () => explain(key, succeeded),
      );
  }
  const open =
    done === 0
      ? "no evidence: no insert succeeded"
      : contended === 0
        ? "no evidence: of no key more than one insert was tried"
        : undefined;
  return found.verdict(
    "write-skew",
    { keys: keys.size, inserts: done, contended },
    open,
    otherFunctions(others),
  );
}

/** The key of an insert; its value has the form [a, b], one of them null. */
function keyOf(attempt: Attempt): Json {
  const { key, argument } = attempt;
  if (key !== undefined) {
    if (isJsonArray(argument) && argument.length === 2) return key;
    throw malformed(attempt, "[a, null] or [null, b]", argument);
  }
  const [name = null, rows = null] = isJsonArray(argument) ? argument : [];
  if (isJsonArray(argument) && argument.length === 2 && isJsonArray(rows) && rows.length === 2) return name;
  throw malformed(attempt, "[key, [a, null]] or [key, [null, b]]", argument);
}

function explain(key: Json, inserts: readonly Attempt[]): string {
  const [first, second] = inserts;
  if (first === undefined || second === undefined) return "";
  const rest = inserts.length > 2 ? ` (and ${inserts.length - 2} more)` : "";
  const time =
    first.end < second.index && first.end !== Never
      ? ` The first was even over before the second began.`
      : "";
  return `${Named(first)} and ${named(second)}${rest} both inserted under key ${inWords(key)}, each having found nothing there: whichever came first, the other must have found it.${time}`;
}
