import type { History } from "../../histories/history.ts";
import { canonical, inWords, isJsonArray, type Json } from "../../histories/json.ts";
import type { Checker } from "../checker.ts";
import type { Verdict } from "../verdict.ts";
import { attempts, elements, malformed, Named, named, type Attempt } from "./attempts.ts";
import { Contradictions, otherFunctions } from "./contradictions.ts";

/**
 * No causal reverse: `write` inserts a value of its own, `read` gives all values. Whoever sees a value sees every other whose insert was over
 * before that one's began. The key, where there are several objects, stands beside the value, or
 * with it in a pair: [key, value] and [key, [value, …]], where every operation has that form. Also `never-written` and `G1a`, a value that nobody inserted or whose insert failed.
 */
export const causalReverse: Checker = {
  name: "causal-reverse",
  summary: "whoever sees an insert sees all that were over before it began",
  check: checkCausalReverse,
};

/** The inserts and reads of one object. */
interface Inserts {
  readonly key: Json | undefined;
  /** Canonical text of a value → its insert; of several, the first that did not fail. */
  readonly insert: Map<string, Attempt>;
  readonly reads: { readonly attempt: Attempt; readonly values: readonly Json[] }[];
  twice?: string;
}

function checkCausalReverse(history: History): Verdict {
  const keyed = hasPairs(history);
  const objects = new Map<string, Inserts>();
  const others = new Set<string>();
  for (const attempt of attempts(history)) {
    if (attempt.f !== "write" && attempt.f !== "read") {
      others.add(attempt.f);
      continue;
    }
    if (attempt.f === "read" && attempt.outcome !== "ok") continue;
    const { key, value } = parted(attempt, keyed);
    const name = key === undefined ? "" : canonical(key);
    const inserts: Inserts = objects.get(name) ?? { key, insert: new Map<string, Attempt>(), reads: [] };
    objects.set(name, inserts);
    if (attempt.f === "read") {
      const values = elements(value);
      if (values === undefined) throw malformed(attempt, "[value, …]", value);
      inserts.reads.push({ attempt, values });
    } else insertInto(inserts, attempt, value);
  }
  const found = new Contradictions();
  let reads = 0;
  let seen = 0;
  let twice: string | undefined;
  for (const inserts of objects.values()) {
    reads += inserts.reads.length;
    twice ??= inserts.twice;
    for (const { values } of inserts.reads) seen += values.length;
    judgeValues(inserts, found);
    if (inserts.twice === undefined && !history.completionsOnly) judgeOrder(inserts, found);
  }
  const open =
    twice !== undefined
      ? `not decided: ${twice}, so that it cannot be told which of them was seen`
      : history.completionsOnly
        ? "no evidence: the history does not say when operations began"
        : reads === 0
          ? "no evidence: no read succeeded"
          : seen === 0
            ? "no evidence: no read saw any insert"
            : undefined;
  return found.verdict(
    "causal-reverse",
    { objects: objects.size, reads, seen },
    open,
    otherFunctions(others),
  );
}

/** Whether the values of all operations are pairs with a key. A list of values that are pairs does not begin with a key. */
function hasPairs(history: History): boolean {
  let reads = 0;
  for (const { f, outcome, key, argument, result } of attempts(history)) {
    if (f === "write" && (key !== undefined || !isJsonArray(argument) || argument.length !== 2)) return false;
    if (f !== "read" || outcome !== "ok") continue;
    const [first = null, second = null] = isJsonArray(result) ? result : [];
    if (key !== undefined || !isJsonArray(result) || result.length !== 2) return false;
    if (isJsonArray(first) || elements(second) === undefined) return false;
    reads++;
  }
  return reads > 0;
}

function parted(attempt: Attempt, keyed: boolean): { key: Json | undefined; value: Json } {
  const value = attempt.f === "read" ? attempt.result : attempt.argument;
  if (!keyed) return { key: attempt.key, value };
  if (!isJsonArray(value) || value.length !== 2) throw malformed(attempt, "[key, value]", value);
  return { key: value[0] ?? null, value: value[1] ?? null };
}

function insertInto(inserts: Inserts, attempt: Attempt, value: Json): void {
  const text = canonical(value);
  const before = inserts.insert.get(text);
  if (before !== undefined && before.outcome !== "fail" && attempt.outcome !== "fail")
    inserts.twice ??= `${named(before)} and ${named(attempt)} both inserted ${inWords(value)}${on(inserts)}`;
  if (before === undefined || before.outcome === "fail") inserts.insert.set(text, attempt);
}

function judgeValues(inserts: Inserts, found: Contradictions): void {
  for (const { attempt, values } of inserts.reads)
    for (const value of values) {
      const insert = inserts.insert.get(canonical(value));
      if (insert === undefined)
        found.add(
          "never-written",
          [attempt.index],
          () => `${Named(attempt)} read ${inWords(value)}${on(inserts)}, which nobody inserted.`,
        );
      else if (insert.outcome === "fail")
        found.add(
          "G1a",
          [attempt.index, insert.index],
          () =>
            `${Named(attempt)} read ${inWords(value)}${on(inserts)}, which ${named(insert)} inserted; but that failed, so nobody may see it.`,
        );
    }
}

/**
 * A read must see all inserts that ended before the latest beginning among those that it saw. With the inserts in the order of their
 * ends these are the first so many: if it saw as many of them, it saw all.
 */
function judgeOrder(inserts: Inserts, found: Contradictions): void {
  const ended = [...inserts.insert]
    .filter(([, { outcome }]) => outcome === "ok")
    .toSorted(([, a], [, b]) => a.end - b.end);
  const place = new Map(ended.map(([value], i) => [value, i]));
  for (const { attempt, values } of inserts.reads) {
    const seen = new Set(values.map(canonical));
    let latest: Attempt | undefined;
    for (const value of seen) {
      const insert = inserts.insert.get(value);
      if (insert !== undefined && (latest === undefined || insert.index > latest.index)) latest = insert;
    }
    if (latest === undefined) continue;
    const due = countBefore(ended, latest.index);
    let had = 0;
    for (const value of seen) if ((place.get(value) ?? due) < due) had++;
    if (had === due) continue;
    const later = latest;
    const [missing, earlier] = ended.slice(0, due).find(([value]) => !seen.has(value)) ?? [];
    if (missing === undefined || earlier === undefined) continue;
    found.add(
      "causal-reverse",
      [earlier.index, later.index, attempt.index],
      () =>
        `${Named(attempt)} saw ${inWords(later.argument)}${on(inserts)}, which ${named(later)} inserted, but not ${inWords(JSON.parse(missing) as Json)}, whose insert (${named(earlier)}) was over before that one began${due - had > 1 ? `; nor ${due - had - 1} more such` : ""}.`,
    );
  }
}

/** How many of the inserts, in the order of their ends, ended before `index`. */
function countBefore(ended: readonly (readonly [string, Attempt])[], index: number): number {
  let low = 0;
  let high = ended.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ended[middle]?.[1].end ?? 0) < index) low = middle + 1;
    else high = middle;
  }
  return low;
}

function on({ key }: Inserts): string {
  return key === undefined ? "" : ` under key ${inWords(key)}`;
}
