import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HistoryBuilder } from "../../histories/builder.ts";
import type { History } from "../../histories/history.ts";
import { canonical, isJsonArray, type Json } from "../../histories/json.ts";
import { Fail, Ok, type OperationDraft } from "../../histories/operation.ts";
import { verifyContradiction } from "../certificates/contradiction.ts";
import { stepAll } from "../certificates/definition.ts";
import { linearizableByBruteForce } from "../testing/brute-force.ts";
import { families } from "../testing/families.ts";
import { smallHistories, type Family } from "../testing/small-histories.ts";
import type { NonlinearizableEvidence, PartialLinearization } from "./evidence.ts";
import { check } from "./linearizable.ts";
import { unknownOutput, type Model } from "./model.ts";

const Runs = Number(process.env["RASHOMON_FUZZ_RUNS"] ?? 60);

describe.each(Object.entries(families))("what is said of random histories of a %s", (_, family) => {
  test("is so by the definition", () => {
    const { model } = family;
    let said = 0;
    let refuted = 0;
    fc.assert(
      fc.property(smallHistories(family), (history) => {
        const [anomaly] = check(history, { model }).anomalies;
        if (anomaly === undefined) return;
        said++;
        const evidence = anomaly.evidence as NonlinearizableEvidence;
        if (evidence.refutation !== undefined) refuted++;
        const about = new About(history, family, evidence);
        about.failsFirstAtItsCompletion();
        about.isRefuted();
        about.couldHaveAnswered();
        about.neededWhatIsNeeded();
        about.wasSurroundedByAnOrder();
        about.wasStale();
        about.isTold(anomaly.explanation);
      }),
      { numRuns: Runs },
    );
    expect(said).toBeGreaterThan(Runs * 0.04);
    // Others can verify nearly everything that is said of models which tell what hangs together.
    if (model.ties !== undefined) expect(refuted).toBeGreaterThanOrEqual(said * 0.95);
  });
});

/** One failing history, and what was said of it. */
class About {
  readonly #history: History;
  readonly #family: Family;
  readonly #model: Model;
  readonly #evidence: NonlinearizableEvidence;

  constructor(history: History, family: Family, evidence: NonlinearizableEvidence) {
    this.#history = history;
    this.#family = family;
    this.#model = family.model;
    this.#evidence = evidence;
  }

  failsFirstAtItsCompletion(): void {
    const { completion, shortest } = this.#evidence;
    expect(shortest).toBe(true);
    expect(this.#isLinearizable(completion)).toBe(false);
    expect(this.#isLinearizable(completion - 1)).toBe(true);
  }

  isRefuted(): void {
    const { refutation, shrunk = [], completion } = this.#evidence;
    expect(shrunk).toContain(completion);
    expect(this.#isLinearizable(completion, { only: new Set(shrunk) })).toBe(false);
    if (refutation === undefined) return;
    const model = this.#model;
    expect(verifyContradiction(this.#history, refutation, { model })).toBeUndefined();
    // Right before, all was well, so nothing may be taken for a refutation.
    expect(
      verifyContradiction(this.#history, { ...refutation, until: completion - 1 }, { model }),
    ).toBeDefined();
  }

  couldHaveAnswered(): void {
    const { allowed = [], allowedComplete = false, operation, completion } = this.#evidence;
    const { f, value } = this.#history.operation(operation);
    const texts = new Set(allowed.map(canonical));
    const candidates = new Map(allowed.map((result) => [canonical(result), result]));
    for (let a = 0; a < 6; a++)
      for (let b = 0; b < 4; b++) {
        const result = this.#family.lie({ f, value }, a, b);
        candidates.set(canonical(result), result);
      }
    for (const [text, result] of candidates) {
      const possible = this.#isLinearizable(completion, { result });
      if (texts.has(text)) expect(possible).toBe(true);
      else if (allowedComplete) expect(possible).toBe(false);
    }
  }

  neededWhatIsNeeded(): void {
    const { needed = [], completion } = this.#evidence;
    for (const operation of needed) {
      expect(this.#history.outcome(operation)).not.toBe(Ok);
      expect(this.#isLinearizable(completion - 1, { without: operation })).toBe(false);
    }
  }

  wasSurroundedByAnOrder(): void {
    const { surroundings, completion } = this.#evidence;
    if (surroundings !== undefined && surroundings.before === 0) this.#isOrder(surroundings, completion - 1);
  }

  wasStale(): void {
    const { staleness, operation, completion } = this.#evidence;
    if (staleness === undefined || this.#model.structure?.kind !== "register") return;
    expect(this.#history.completion(staleness.by)).toBeLessThan(operation);
    const versions = fewestVersions(this.#history, this.#model, operation, completion);
    expect(staleness.versions).toBeLessThanOrEqual(versions);
  }

  isTold(explanation: string): void {
    const { operation, completion, pattern } = this.#evidence;
    expect(explanation.split(/\.(?= |$)/).length).toBeLessThanOrEqual(3);
    expect(explanation).toContain(`rocess ${this.#history.processOf(operation)} `);
    const never = /nothing had ever put (.*) there\.$/.exec(explanation)?.[1];
    if (never !== undefined) {
      expect(pattern).toBe("never-written");
      for (const event of this.#history)
        if (event.type === "invoke" && this.#history.outcome(event.index) !== Fail)
          expect(JSON.stringify(event.value) === never && /write|add|enqueue|push/.test(event.f)).toBe(false);
    }
    if (explanation.includes("came only later")) {
      const { index } = this.#history.operation(completion);
      expect(explanation).toMatch(/begun (just|[\d.]+ \S+) after the \S+ returned/);
      expect(index).toBe(completion);
    }
  }

  #isOrder({ order, states }: PartialLinearization, until: number): void {
    let current: readonly Json[] = [this.#model.initial];
    let latestBegin = -1;
    expect(states).toHaveLength(order.length);
    for (const operation of order) {
      const completion = this.#history.completion(operation);
      const known = completion >= 0 && completion <= until && this.#history.columns.type[completion] === Ok;
      if (known) expect(completion).toBeGreaterThan(latestBegin);
      latestBegin = Math.max(latestBegin, operation);
      const { f, value } = this.#history.operation(operation);
      const output = known ? this.#history.operation(completion).value : unknownOutput;
      current = stepAll(this.#model, current, inputOf(this.#history, operation, f, value), output);
      expect(current.length).toBeGreaterThan(0);
    }
  }

  #isOfTheObject(operation: number): boolean {
    const { f, value } = this.#history.operation(operation);
    const { key = null } = this.#evidence;
    const keys = this.#model.keys?.({ f, value });
    const objects = new Set([canonical(key), ...(isJsonArray(key) ? key.map(canonical) : [])]);
    return keys === undefined || keys.some((one) => objects.has(canonical(one)));
  }

  /** Whether the prefix up to an event is linearizable, with some change. */
  #isLinearizable(
    last: number,
    change: { readonly only?: ReadonlySet<number>; readonly without?: number; readonly result?: Json } = {},
  ): boolean {
    const builder = new HistoryBuilder();
    for (const event of this.#history) {
      const { index, ...draft } = event;
      const invocation = event.type === "invoke" ? index : this.#history.columns.pair[index]!;
      if (index > last || this.#history.outcome(invocation) === Fail || invocation === change.without)
        continue;
      if (change.only !== undefined && !change.only.has(index)) continue;
      if (!this.#isOfTheObject(invocation)) continue;
      const changed: OperationDraft =
        change.result !== undefined && index === this.#evidence.completion
          ? { ...draft, value: change.result }
          : draft;
      builder.add(changed);
    }
    return linearizableByBruteForce(builder.build(), this.#model);
  }
}

function inputOf(history: History, operation: number, f: string, value: Json) {
  return { f, value, process: history.processOf(operation) };
}

interface Placeable {
  readonly operation: number;
  readonly begin: number;
  readonly end: number;
  readonly writes: Json | undefined;
}

/**
 * Of all orders of what had happened when a read of a register returned, and all places for the read in them
 * that real time allows: the fewest writes that stand between it and the last write of what it read.
 */
function fewestVersions(history: History, model: Model, read: number, completion: number): number {
  const { structure } = model;
  if (structure?.kind !== "register") return 0;
  const { f, value } = history.operation(read);
  const seen = structure.meaning({ f, value }, history.operation(completion).value);
  if (seen.does !== "read" && seen.does !== "cas") return 0;
  const wanted = canonical(seen.does === "read" ? seen.value : seen.from);
  const operations: Placeable[] = [];
  for (const { index, type, f: its, value: argument } of history) {
    if (type !== "invoke" || index === read || index > completion || history.outcome(index) === Fail)
      continue;
    const end = history.completion(index);
    const known = end >= 0 && end < completion && history.columns.type[end] === Ok;
    const output = known ? history.operation(end).value : unknownOutput;
    const meaning = structure.meaning({ f: its, value: argument }, output);
    const writes = meaning.does === "write" ? meaning.value : meaning.does === "cas" ? meaning.to : undefined;
    operations.push({ operation: index, begin: index, end: known ? end : Infinity, writes });
  }
  let fewest = Infinity;
  const place = (left: readonly Placeable[], states: readonly Json[], since: number, fewer: number): void => {
    // The read may stand here, behind all that had returned before it began, if the rest can be placed as well.
    const best = left.every(({ end }) => end > read) ? Math.min(fewer, since) : fewer;
    if (left.every(({ end }) => end === Infinity)) fewest = Math.min(fewest, best);
    for (const one of left) {
      if (left.some(({ end }) => end < one.begin)) continue;
      const { f: its, value: argument } = history.operation(one.operation);
      const output = one.end === Infinity ? unknownOutput : history.operation(one.end).value;
      const after = stepAll(model, states, inputOf(history, one.operation, its, argument), output);
      if (after.length === 0) continue;
      const renews = one.writes !== undefined && canonical(one.writes) === wanted;
      const rest = left.filter((other) => other !== one);
      place(rest, after, renews ? 0 : since + (one.writes === undefined ? 0 : 1), best);
    }
  };
  // Before the first write of what was read there is none since; what was there at first counts as written then.
  place(operations, [model.initial], 0, Infinity);
  return fewest;
}
