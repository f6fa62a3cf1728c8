import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HistoryBuilder } from "../../histories/builder.ts";
import type { History } from "../../histories/history.ts";
import { Fail, type OperationDraft } from "../../histories/operation.ts";
import { verifyLinearization } from "../certificates/linearization.ts";
import { verifyRefutation } from "../certificates/refutation.ts";
import { linearizableByBruteForce } from "../testing/brute-force.ts";
import { families } from "../testing/families.ts";
import { smallHistories, type Family } from "../testing/small-histories.ts";
import type { LinearizationCertificate, NonlinearizableEvidence } from "./evidence.ts";
import { check } from "./linearizable.ts";
import { unknownOutput, type Model } from "./model.ts";
import { ModelHistory } from "./partition.ts";

const Runs = Number(process.env["RASHOMON_FUZZ_RUNS"] ?? 150);

describe.each(Object.entries(families))("random histories of a %s", (_, family) => {
  test.each([1, 2])("are judged as the definition says, on %i objects", (keys) => {
    const counts = { valid: 0, invalid: 0, noEvidence: 0, shrunk: 0 };
    fc.assert(
      fc.property(smallHistories(family, keys === 1 ? 7 : 9, keys), (history) => {
        judge(history, family, counts);
      }),
      { numRuns: Runs },
    );
    // A generator that only ever made one kind would prove little.
    const judged = counts.valid + counts.invalid;
    expect(judged).toBeGreaterThan(Runs * 0.6);
    expect(counts.valid).toBeGreaterThan(judged * 0.2);
    expect(counts.invalid).toBeGreaterThan(judged * 0.12);
    expect(counts.shrunk).toBeGreaterThan(counts.invalid * 0.9);
  });
});

function judge(
  history: History,
  { model }: Family,
  counts: { valid: number; invalid: number; noEvidence: number; shrunk: number },
): void {
  const expected = linearizableByBruteForce(history, model);
  const verdict = check(history, { model });
  if (verdict.valid === "unknown") {
    counts.noEvidence++;
    expect(verdict.reason).toMatch(/^no evidence/);
    expect(expected).toBe(true);
    return;
  }
  expect(verdict.valid).toBe(expected);
  if (verdict.valid) {
    counts.valid++;
    expect(verdict.verified).toBe(true);
    expect(verifyLinearization(history, asCertificate(verdict.certificate), { model })).toBeUndefined();
    return;
  }
  counts.invalid++;
  for (const anomaly of verdict.anomalies) {
    const evidence = asEvidence(anomaly.evidence);
    const object = operationsOf(history, model, evidence.key);
    expect(linearizableByBruteForce(upTo(history, evidence.completion, object), model)).toBe(false);
    expect(linearizableByBruteForce(upTo(history, evidence.completion - 1, object), model)).toBe(true);
    if (evidence.shrunk === undefined) continue;
    counts.shrunk++;
    expect(evidence.verified).toBe(true);
    expect(verifyRefutation(history, evidence.shrunk, { model })).toBe(true);
  }
}

/** The invocations of the operations of one object. */
function operationsOf(history: History, model: Model, key: unknown): ReadonlySet<number> {
  const objects = new ModelHistory(history, model, false).partitions();
  return new Set(objects.find((object) => isDeepStrictEqual(object.key, key))?.operations);
}

/** The history of one object up to an event, without what fails sooner or later. */
function upTo(history: History, last: number, object: ReadonlySet<number>): History {
  const builder = new HistoryBuilder();
  for (const operation of history) {
    const { index } = operation;
    const invocation = operation.type === "invoke" ? index : history.columns.pair[index]!;
    if (index <= last && object.has(invocation) && history.outcome(invocation) !== Fail)
      builder.add(operation);
  }
  return builder.build();
}

describe("engines that are wrong", () => {
  test.each<[string, string, (history: History) => History, (model: Model) => Model]>([
    ["forget real-time order", "register", allAtOnce, same],
    ["take info for fail", "register", (history) => retyped(history, "info", "fail"), same],
    ["take fail for info", "cas-register", (history) => retyped(history, "fail", "info"), same],
    ["take info for ok", "cas-register", (history) => retyped(history, "info", "ok"), same],
    ["take pending for never", "fifo-queue", withoutPending, same],
    ["let operations end at their start", "register", atOnce, same],
    ["forget the state in their memory", "fifo-queue", same, (model) => ({ ...model, identity: () => "" })],
    ["admit every result", "set", same, admitAll],
  ])("that %s are found out", (_, name, mutateHistory, mutateModel) => {
    const family = families[name]!;
    const found = fc.check(
      fc.property(smallHistories(family), (history) => {
        const verdict = check(mutateHistory(history), { model: mutateModel(family.model) });
        const expected = linearizableByBruteForce(history, family.model);
        return verdict.valid === "unknown" ? expected : verdict.valid === expected;
      }),
      { numRuns: Runs, seed: 7 },
    );
    expect(found.failed).toBe(true);
  });
});

function same<Value>(value: Value): Value {
  return value;
}

function admitAll(model: Model): Model {
  return { ...model, step: (state, input) => model.step(state, input, unknownOutput) };
}

function rebuilt(drafts: readonly OperationDraft[]): History {
  const builder = new HistoryBuilder();
  let time = 0;
  for (const draft of drafts) builder.add({ ...draft, time: time++ });
  return builder.build();
}

/** Each operation by a process of its own, all begun before the first returns. */
function allAtOnce(history: History): History {
  const begun = [...history].filter(({ type }) => type === "invoke");
  const returned = [...history].filter(({ type }) => type !== "invoke");
  return rebuilt([
    ...begun.map((operation) => ({ ...operation, process: operation.index })),
    ...returned.map((operation) => ({ ...operation, process: history.columns.pair[operation.index]! })),
  ]);
}

/** Each operation returns right after it began. */
function atOnce(history: History): History {
  return rebuilt(
    [...history].flatMap((operation) => {
      if (operation.type !== "invoke") return [];
      const completion = history.completion(operation.index);
      return completion < 0 ? [operation] : [operation, history.operation(completion)];
    }),
  );
}

function retyped(history: History, from: "fail" | "info", to: "ok" | "fail" | "info"): History {
  return rebuilt(
    [...history].map((operation) => ({
      ...operation,
      process: operation.type === "invoke" ? operation.index : history.columns.pair[operation.index]!,
      type: operation.type === from ? to : operation.type,
    })),
  );
}

function withoutPending(history: History): History {
  return rebuilt([...history].filter(({ index }) => (history.columns.pair[index] ?? -1) >= 0));
}

function asCertificate(certificate: unknown): LinearizationCertificate {
  return certificate as LinearizationCertificate;
}

function asEvidence(evidence: unknown): NonlinearizableEvidence {
  return evidence as NonlinearizableEvidence;
}
