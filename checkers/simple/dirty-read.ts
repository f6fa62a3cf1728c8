import type { History } from "../../histories/history.ts";
import { canonical, inWords, isJsonArray, type Json } from "../../histories/json.ts";
import type { Checker } from "../checker.ts";
import type { Verdict } from "../verdict.ts";
import { attempts, elements, Named, named, Never, type Attempt } from "./attempts.ts";
import { Contradictions, otherFunctions } from "./contradictions.ts";

/**
 * No dirty reads, in both of the forms in which Jepsen tests them.
 *
 * `write` gives one value of its own to all rows (or makes one row of it), `read` gives the values of all rows (or one value). A
 * value whose write failed must not be seen (`G1a`), nor one that nobody wrote (`never-written`), and a read of all
 * rows sees those of one write (`fractured-read`).
 *
 * Where there are operations `strong-read`, which give all values that there are, in the end: what a read saw before must be among them
 * (`dirty-read`), what was written before too (`lost-write`).
 */
export const dirtyRead: Checker = {
  name: "dirty-read",
  summary: "no read sees what failed, what half happened, or what is gone later",
  check: checkDirtyRead,
};

interface Read {
  readonly attempt: Attempt;
  readonly values: readonly Json[];
}

function checkDirtyRead(history: History): Verdict {
  const writes = new Map<string, Attempt>();
  const reads: Read[] = [];
  const strong: Read[] = [];
  const others = new Set<string>();
  let written = 0;
  for (const attempt of attempts(history)) {
    const { f, outcome, result } = attempt;
    switch (f) {
      case "write": {
        const value = canonical(attempt.argument);
        const before = writes.get(value);
        if (before === undefined || before.outcome === "fail") writes.set(value, attempt);
        if (outcome !== "fail") written++;
        break;
      }
      case "read":
        if (outcome === "ok") reads.push({ attempt, values: elements(result) ?? [result] });
        break;
      case "strong-read":
        if (outcome === "ok") strong.push({ attempt, values: elements(result) ?? [result] });
        break;
      default:
        others.add(f);
    }
  }
  const found = new Contradictions();
  let seen = 0;
  for (const read of reads) {
    seen += read.values.filter((value) => value !== null).length;
    judgeValues(read, writes, found);
    judgeRows(read, found);
  }
  for (const read of strong) judgeValues(read, writes, found);
  if (strong.length > 0) judgeFinal(writes, reads, strong, found);
  const open =
    written === 0
      ? "no evidence: no write can have succeeded"
      : reads.length + strong.length === 0
        ? "no evidence: no read succeeded"
        : seen === 0 && strong.length === 0
          ? "no evidence: no read saw any write"
          : undefined;
  const statistics = { reads: reads.length, "strong-reads": strong.length, writes: writes.size };
  return found.verdict("dirty-read", statistics, open, otherFunctions(others));
}

function judgeValues(
  { attempt, values }: Read,
  writes: ReadonlyMap<string, Attempt>,
  found: Contradictions,
): void {
  for (const text of new Set(values.filter((value) => value !== null).map(canonical))) {
    const write = writes.get(text);
    if (write === undefined)
      found.add(
        "never-written",
        [attempt.index],
        () => `${Named(attempt)} read ${inText(text)}, which nobody wrote.`,
      );
    else if (write.outcome === "fail")
      found.add(
        "G1a",
        [attempt.index, write.index],
        () =>
          `${Named(attempt)} read ${inText(text)}, which ${named(write)} wrote; but that failed, so nobody may see it.`,
      );
  }
}

/** All rows of one read have the value of one write. A set has no rows. */
function judgeRows({ attempt, values }: Read, found: Contradictions): void {
  if (!isJsonArray(attempt.result)) return;
  const distinct = [...new Set(values.map(canonical))];
  if (distinct.length > 1)
    found.add(
      "fractured-read",
      [attempt.index],
      () =>
        `${Named(attempt)} read rows of ${distinct.map(inText).join(" and ")}: [${values.map(inWords).join(", ")}]. Every write gives all rows one value, so it saw half of one.`,
    );
}

/** What was read, or written, before a strong read began must be in it. */
function judgeFinal(
  writes: ReadonlyMap<string, Attempt>,
  reads: readonly Read[],
  strong: readonly Read[],
  found: Contradictions,
): void {
  for (const final of strong) {
    const there = new Set(final.values.map(canonical));
    const gone = new Set<string>();
    for (const { attempt, values } of reads) {
      if (attempt.end > final.attempt.index) continue;
      for (const text of values.filter((value) => value !== null).map(canonical)) {
        if (there.has(text) || gone.has(text)) continue;
        gone.add(text);
        found.add(
          "dirty-read",
          [attempt.index, final.attempt.index],
          () =>
            `${Named(attempt)} read ${inText(text)}, and later ${named(final.attempt)}, which gives all that is there, did not: what was read had not happened for good.`,
        );
      }
    }
    for (const [text, write] of writes) {
      if (write.outcome !== "ok" || write.end === Never || write.end > final.attempt.index || there.has(text))
        continue;
      found.add(
        "lost-write",
        [write.index, final.attempt.index],
        () =>
          `${Named(write)} wrote ${inText(text)} and succeeded, but later ${named(final.attempt)}, which gives all that is there, did not have it.`,
      );
    }
  }
}

function inText(text: string): string {
  return inWords(JSON.parse(text) as Json);
}
