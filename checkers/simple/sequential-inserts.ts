import type { History } from "../../histories/history.ts";
import { canonical, inWords, isJsonArray, type Json } from "../../histories/json.ts";
import type { Checker } from "../checker.ts";
import type { Verdict } from "../verdict.ts";
import { attempts, malformed, Named, named, type Attempt } from "./attempts.ts";
import { Contradictions, otherFunctions } from "./contradictions.ts";

/**
 * Jepsen's test of sequential consistency: `write` of a key inserts its parts one after another, `read` of a key looks for them from the last
 * to the first and gives [key, [part or null, …]]. Once a part was there, all that are looked for later must be: the writer
 * inserted them before. Also `never-written` where parts of a key are found that nobody wrote.
 */
export const sequentialInserts: Checker = {
  name: "sequential-inserts",
  summary: "whoever looks for the parts of a key from the last to the first finds no gap",
  check: checkInserts,
};

function checkInserts(history: History): Verdict {
  const writes = new Map<string, Attempt>();
  const reads: { readonly attempt: Attempt; readonly key: Json; readonly parts: readonly Json[] }[] = [];
  const others = new Set<string>();
  for (const attempt of attempts(history)) {
    if (attempt.f === "write") {
      const key = canonical(attempt.key ?? attempt.argument);
      if (writes.get(key)?.outcome !== "ok") writes.set(key, attempt);
    } else if (attempt.f === "read") {
      if (attempt.outcome === "ok") reads.push({ attempt, ...partsOf(attempt) });
    } else others.add(attempt.f);
  }
  const found = new Contradictions();
  let some = 0;
  let all = 0;
  for (const { attempt, key, parts } of reads) {
    const first = parts.findIndex((part) => part !== null);
    if (first === -1) continue;
    const write = writes.get(canonical(key));
    if (write === undefined)
      found.add(
        "never-written",
        [attempt.index],
        () =>
          `${Named(attempt)} found ${inWords(parts[first] ?? null)} of key ${inWords(key)}, which nobody wrote.`,
      );
    if (parts.includes(null)) some++;
    else all++;
    const gap = parts.indexOf(null, first);
    if (gap === -1) continue;
    found.add("out-of-order", [attempt.index, ...(write === undefined ? [] : [write.index])], () => {
      const writer = write === undefined ? "its writer" : named(write);
      return `${Named(attempt)} found ${inWords(parts[first] ?? null)} of key ${inWords(key)}, and later did not find the part at place ${gap} of [${parts.map(inWords).join(", ")}], though ${writer} had inserted that before.`;
    });
  }
  const open =
    reads.length === 0
      ? "no evidence: no read succeeded"
      : some + all === 0
        ? "no evidence: no read found anything"
        : undefined;
  const statistics = { reads: reads.length, "partial-reads": some, "complete-reads": all };
  return found.verdict("sequential-inserts", statistics, open, otherFunctions(others));
}

function partsOf(attempt: Attempt): { readonly key: Json; readonly parts: readonly Json[] } {
  const { key, result } = attempt;
  if (key !== undefined && isJsonArray(result)) return { key, parts: result };
  const [name = null, parts = null] = isJsonArray(result) ? result : [];
  if (isJsonArray(result) && result.length === 2 && isJsonArray(parts)) return { key: name, parts };
  throw malformed(attempt, "[key, [part or null, …]]", result);
}
