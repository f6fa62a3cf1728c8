import type { History } from "../../histories/history.ts";
import { canonical, inWords, isJsonArray, isJsonObject, type Json } from "../../histories/json.ts";
import type { Checker } from "../checker.ts";
import type { Verdict } from "../verdict.ts";
import { attempts, malformed, Named, named, type Attempt } from "./attempts.ts";
import { Contradictions, otherFunctions } from "./contradictions.ts";

/** A read of several keys: those that it saw written, and those that it did not. */
interface GroupRead {
  readonly attempt: Attempt;
  readonly seen: readonly string[];
  readonly unseen: readonly string[];
}

/** A write of a key, with its value as canonical text. */
interface KeyWrite {
  readonly attempt: Attempt;
  readonly value: string;
}

/**
 * No long fork: each key is written once (`write` or `txn` of [["w", k, v]]) and read together with others (`read` or `txn` of
 * [["r", k, null], …]). If one read sees x and not y, and another y and not x, the writes have taken effect in two orders. Reads
 * need not be of the same keys: what counts are two keys that both read. Also `never-written` and `G1a`, a value
 * that nobody wrote or whose write failed. Where a key was written twice nothing can be said.
 */
export const longFork: Checker = {
  name: "long-fork",
  summary: "no two reads disagree about which of two writes came first",
  check: checkLongFork,
};

function checkLongFork(history: History): Verdict {
  const reads: GroupRead[] = [];
  const values: { readonly attempt: Attempt; readonly key: string; readonly value: string }[] = [];
  const writes = new Map<string, KeyWrite>();
  const others = new Set<string>();
  let twice: string | undefined;
  for (const attempt of attempts(history)) {
    if (attempt.f !== "read" && attempt.f !== "write" && attempt.f !== "txn") {
      others.add(attempt.f);
      continue;
    }
    const operations = microOperations(attempt);
    const seen: string[] = [];
    const unseen: string[] = [];
    for (const { kind, key, value } of operations) {
      if (kind === "w") {
        const before = writes.get(key);
        // A key that was written again after a failure was still written once.
        if (before !== undefined && before.attempt.outcome !== "fail" && attempt.outcome !== "fail")
          twice ??= `key ${inWords(JSON.parse(key) as Json)} was written by ${named(before.attempt)} and by ${named(attempt)}`;
        if (before === undefined || before.attempt.outcome === "fail")
          writes.set(key, { attempt, value: canonical(value) });
      } else if (attempt.outcome === "ok") {
        if (value === null) unseen.push(key);
        else {
          seen.push(key);
          values.push({ attempt, key, value: canonical(value) });
        }
      }
    }
    if (seen.length + unseen.length > 1) reads.push({ attempt, seen, unseen });
  }
  const found = new Contradictions();
  judgeValues(values, writes, found);
  if (twice === undefined) judgeForks(reads, found);
  const partial = reads.filter(({ seen, unseen }) => seen.length > 0 && unseen.length > 0).length;
  const open =
    twice !== undefined
      ? `not decided: ${twice}, and forks can be told only where each key is written once`
      : reads.length === 0
        ? "no evidence: no read of several keys succeeded"
        : partial === 0
          ? "no evidence: no read saw one key written and another not"
          : undefined;
  const statistics = { reads: reads.length, "partial-reads": partial, writes: writes.size };
  return found.verdict("long-fork", statistics, open, otherFunctions(others));
}

/** Each value that was seen must have been written, by a transaction that did not fail. */
function judgeValues(
  values: readonly { readonly attempt: Attempt; readonly key: string; readonly value: string }[],
  writes: ReadonlyMap<string, KeyWrite>,
  found: Contradictions,
): void {
  for (const { attempt, key, value } of values) {
    const write = writes.get(key);
    if (write === undefined || (write.value !== value && write.attempt.outcome !== "fail"))
      found.add(
        "never-written",
        [attempt.index],
        () => `${Named(attempt)} read ${text(value)} from key ${text(key)}, which nobody wrote there.`,
      );
    else if (write.attempt.outcome === "fail")
      found.add(
        "G1a",
        [attempt.index, write.attempt.index],
        () =>
          `${Named(attempt)} read ${text(value)} from key ${text(key)}, which ${named(write.attempt)} wrote; but that failed, so nobody may see it.`,
      );
  }
}

/**
 * Two reads contradict one another exactly if of some two keys x and y one saw x and not y, the other y and not x. Of each
 * ordered pair of keys the first read that saw the one and not the other stands for all.
 */
function judgeForks(reads: readonly GroupRead[], found: Contradictions): void {
  const first = new Map<string, Map<string, Attempt>>();
  const forked = new Set<string>();
  for (const { attempt, seen, unseen } of reads) {
    for (const x of seen)
      for (const y of unseen) {
        const other = first.get(y)?.get(x);
        const pair = x < y ? `${x} ${y}` : `${y} ${x}`;
        if (other !== undefined && !forked.has(pair)) {
          forked.add(pair);
          found.add(
            "long-fork",
            [other.index, attempt.index],
            () =>
              `${Named(other)} saw the write of key ${text(y)} but not that of key ${text(x)}, and ${named(attempt)} saw that of key ${text(x)} but not that of key ${text(y)}: to the one ${text(y)} came first, to the other ${text(x)}.`,
          );
        }
        const after = first.get(x) ?? new Map<string, Attempt>();
        if (!after.has(y)) after.set(y, attempt);
        first.set(x, after);
      }
  }
}

interface MicroOperation {
  readonly kind: "r" | "w";
  /** Canonical text. */
  readonly key: string;
  readonly value: Json;
}

/** The reads and writes of a transaction: as they came back if it is `ok`, else as they were asked. */
function microOperations(attempt: Attempt): MicroOperation[] {
  const value = attempt.outcome === "ok" ? attempt.result : attempt.argument;
  const wrong = (): never => {
    throw malformed(attempt, '[["r" | "w", key, value], …]', value);
  };
  if (!isJsonArray(value)) return wrong();
  return value.map((operation): MicroOperation => {
    if (!isJsonArray(operation) || operation.length !== 3) return wrong();
    const [name = null, key = null, content = null] = operation;
    const kind = isJsonObject(name) ? name["#keyword"] : name;
    if (kind !== "r" && kind !== "w") return wrong();
    return { kind, key: canonical(key), value: content };
  });
}

function text(canonicalText: string): string {
  return inWords(JSON.parse(canonicalText) as Json);
}
