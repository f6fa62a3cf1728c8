import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { History } from "../../../histories/history.ts";
import { history } from "../../../histories/testing/notation.ts";
import { isolation } from "../../isolation/isolation.ts";
import type { CausalCondition } from "./bad-patterns.ts";
import { causalMemory } from "./causal-memory.ts";

const numRuns = Number(process.env["RASHOMON_FUZZ_RUNS"] ?? 1500);

interface Operation {
  readonly process: number;
  readonly key: string;
  /** Of a write; of a read `undefined`. */
  readonly writes: number | undefined;
  /** Of a read: the value, 0 for the initial one. */
  readonly reads: number;
  readonly outcome: "ok" | "info" | "fail";
}

const action = fc.record({
  process: fc.nat(2),
  key: fc.constantFrom("x", "y"),
  isWrite: fc.boolean(),
  value: fc.nat(3),
  outcome: fc.constantFrom("ok", "ok", "ok", "ok", "ok", "ok", "info", "fail"),
} as const);

/** Operations with unique values; a read sees one of the values of its key, the initial one, or rarely one of nowhere. */
const scripts = fc.array(action, { minLength: 3, maxLength: 7 }).map((actions): Operation[] => {
  const written: Record<string, number[]> = { x: [], y: [] };
  let next = 1;
  const values = actions.map(({ key, isWrite }) => {
    if (!isWrite) return undefined;
    written[key]!.push(next);
    return next++;
  });
  const ended = new Set<number>();
  return actions.flatMap(({ process, key, value, outcome }, i): Operation[] => {
    if (ended.has(process)) return [];
    const writes = values[i];
    const candidates = written[key]!;
    const end = outcome === "fail" && writes === undefined ? "ok" : outcome;
    if (end === "info") ended.add(process);
    return [{ process, key, writes, reads: candidates[value % (candidates.length + 1)] ?? 0, outcome: end }];
  });
});

function historyOf(operations: readonly Operation[]): History {
  return history(
    operations
      .flatMap(({ process, key, writes, reads, outcome }) => {
        const f = writes === undefined ? "read" : "write";
        const asked = writes ?? null;
        const result = writes ?? (reads === 0 ? null : reads);
        return [
          `${process} invoke ${f} ${JSON.stringify(asked)} key="${key}"`,
          `${process} ${outcome} ${f} ${JSON.stringify(outcome === "ok" ? result : asked)} key="${key}"`,
        ];
      })
      .join("\n"),
  );
}

/** All orders of some things that keep pairs. */
function* extensions(
  rest: readonly number[],
  before: (a: number, b: number) => boolean,
): Generator<readonly number[]> {
  if (rest.length === 0) yield [];
  for (const first of rest) {
    const others = rest.filter((one) => one !== first);
    if (others.some((one) => before(one, first))) continue;
    for (const tail of extensions(others, before)) yield [first, ...tail];
  }
}

/**
 * The conditions to the letter (Bouajjani and others 2017, section 3). The least causal order will do: orders that explain
 * operations by a larger one explain them by less of the past, too. Whether an operation of unknown outcome
 * happened is tried both ways.
 */
function byDefinition(all: readonly Operation[], condition: CausalCondition): boolean {
  const certain = all.filter(({ outcome }) => outcome === "ok");
  const open = all.filter(({ outcome, writes }) => outcome === "info" && writes !== undefined);
  for (let chosen = 0; chosen < 1 << open.length; chosen++) {
    const happened = all.filter(
      (one) => certain.includes(one) || (open.includes(one) && ((chosen >> open.indexOf(one)) & 1) === 1),
    );
    if (explained(happened, condition)) return true;
  }
  return false;
}

function explained(operations: readonly Operation[], condition: CausalCondition): boolean {
  const ids = [...operations.keys()];
  const at = (i: number): Operation => operations[i]!;
  const program = (a: number, b: number): boolean => a < b && at(a).process === at(b).process;
  const readsFrom = (a: number, b: number): boolean =>
    at(b).writes === undefined &&
    at(b).reads !== 0 &&
    at(a).writes === at(b).reads &&
    at(a).key === at(b).key;
  for (const i of ids)
    if (at(i).writes === undefined && at(i).reads !== 0 && !ids.some((j) => readsFrom(j, i))) return false;
  const causal = ids.map((a) => ids.map((b) => program(a, b) || readsFrom(a, b)));
  for (const k of ids)
    for (const i of ids) for (const j of ids) if (causal[i]![k]! && causal[k]![j]!) causal[i]![j] = true;
  if (ids.some((i) => causal[i]![i])) return false;
  const before = (a: number, b: number): boolean => causal[a]![b]!;
  const past = (i: number): number[] => ids.filter((j) => j === i || before(j, i));
  const right = (order: readonly number[], read: number): boolean => {
    const seen = order
      .slice(0, order.indexOf(read))
      .filter((i) => at(i).writes !== undefined && at(i).key === at(read).key)
      .at(-1);
    return at(read).reads === (seen === undefined ? 0 : at(seen).writes);
  };
  const isRead = (i: number): boolean => at(i).writes === undefined;
  switch (condition) {
    case "CC":
      return ids
        .filter(isRead)
        .every((read) => [...extensions(past(read), before)].some((order) => right(order, read)));
    case "CM":
      return ids.every((one) => {
        const told = past(one).filter((i) => isRead(i) && (i === one || program(i, one)));
        return [...extensions(past(one), before)].some((order) => told.every((read) => right(order, read)));
      });
    case "CCv":
      for (const order of extensions(ids, before))
        if (
          ids.filter(isRead).every((read) =>
            right(
              order.filter((i) => past(read).includes(i)),
              read,
            ),
          )
        )
          return true;
      return false;
  }
}

describe.each(["CC", "CCv", "CM"] as const)("%s", (condition) => {
  test("is what its definition says", () => {
    let broken = 0;
    let holding = 0;
    fc.assert(
      fc.property(scripts, (operations) => {
        const { valid, verified } = causalMemory(condition).check(historyOf(operations));
        const holds = byDefinition(operations, condition);
        expect(valid === false).toBe(!holds);
        if (!holds) broken++;
        if (valid === true) holding++;
        if (valid === true && condition === "CCv") expect(verified).toBe(true);
      }),
      { numRuns },
    );
    expect(broken).toBeGreaterThan(numRuns / 10);
    expect(holding).toBeGreaterThan(numRuns / 10);
  });
});

test("causal memory is what the isolation checker calls causal, where it decides", () => {
  let decided = 0;
  fc.assert(
    fc.property(scripts, (operations) => {
      const text = historyOf(operations);
      const own = causalMemory("CM").check(text).valid;
      const other = isolation({ level: "causal", nullReads: "initial" }).check(text).valid;
      if (own === "unknown" || other === "unknown") return;
      decided++;
      expect(own).toBe(other);
    }),
    { numRuns: Math.ceil(numRuns / 3) },
  );
  expect(decided).toBeGreaterThan(numRuns / 20);
});
