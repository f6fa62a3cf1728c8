import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { history } from "../../../histories/testing/notation.ts";
import { linearizableByDefinition, type PlainOperation } from "../../certificates/definition.ts";
import { verifyReadsFrom, type ReadsFromCertificate } from "../../certificates/reads-from.ts";
import { callsOf } from "../../testing/engine-oracle.ts";
import { registerHistory } from "../../testing/register-histories.ts";
import { Never, type Calls } from "../calls.ts";
import { isJsonArray, sameValue } from "../../../histories/json.ts";
import { casRegister } from "../models/register.ts";
import { regular } from "./regular.ts";
import { safe } from "./safe.ts";

const Runs = Number(process.env["RASHOMON_FUZZ_RUNS"] ?? 2500);
const model = casRegister(0);

describe("a regular register", () => {
  test("may show the new value and then the old one while a write is in flight", () => {
    const flicker = history(`
      0 invoke write 1
      1 invoke read
      1 ok read 1
      1 invoke read
      1 ok read 0
      0 ok write 1
    `);
    const verdict = regular({ initial: 0 }).check(flicker);
    expect(verdict).toMatchObject({ valid: true, verified: true, statistics: { reads: 2, overlapped: 2 } });
    expect(verdict.certificate).toEqual({
      kind: "reads-from",
      condition: "regular",
      reads: [
        [1, 0],
        [3, -1],
      ],
    });
  });

  test("does not show a value that was overwritten before the read began", () => {
    const stale = history(
      "0 invoke write 1\n0 ok write 1\n0 invoke write 2\n0 ok write 2\n1 invoke read\n1 ok read 1",
    );
    const { valid, anomalies } = regular().check(stale);
    expect(valid).toBe(false);
    expect(anomalies).toMatchObject([
      {
        type: "not-regular",
        operations: [2, 4],
        explanation:
          "Process 1 read 1, but that had been overwritten: process 0 wrote 2, begun after every write of that value had returned, and acknowledged before the read began.",
        evidence: { read: 4, value: 1, overwriter: 2 },
      },
    ]);
  });

  test("does not show what nobody has begun to write", () => {
    const early = history("1 invoke read\n1 ok read 1\n0 invoke write 1\n0 ok write 1");
    expect(regular().check(early).anomalies[0]?.explanation).toBe(
      "Process 1 read 1, but nobody had begun to write that value when it returned.",
    );
  });
});

describe("a safe register", () => {
  test("may show anything during a write, and only then", () => {
    const during = history("0 invoke write 1\n1 invoke read\n1 ok read 7\n0 ok write 1");
    expect(safe().check(during)).toMatchObject({ valid: true, verified: true });
    expect(regular().check(during).valid).toBe(false);
    const after = history("0 invoke write 1\n0 ok write 1\n1 invoke read\n1 ok read 7");
    expect(safe().check(after).anomalies[0]?.explanation).toMatch(
      /No write was in flight together with it\.$/,
    );
  });
});

test("without a read there is no evidence; other models than registers are wrong use", () => {
  expect(regular().check(history("0 invoke write 1\n0 ok write 1"))).toMatchObject({
    valid: "unknown",
    reason: "no evidence: nothing was read",
  });
  expect(() => safe({ model: "fifo-queue" })).toThrow(
    "Checker safe is about registers, not about a fifo-queue.",
  );
});

test("a certificate that names the wrong write does not verify", () => {
  const sequence = history(
    "0 invoke write 1\n0 ok write 1\n0 invoke write 2\n0 ok write 2\n1 invoke read\n1 ok read 2",
  );
  const certificate = (reads: [number, number][]): ReadsFromCertificate => ({ kind: "reads-from", condition: "regular", reads }); // prettier-ignore
  expect(verifyReadsFrom(sequence, certificate([[4, 2]]), { model })).toBeUndefined();
  expect(verifyReadsFrom(sequence, certificate([[4, 0]]), { model })).toMatch("did not write");
  expect(verifyReadsFrom(sequence, certificate([]), { model })).toMatch("no write is named");
  const stale = history(
    "0 invoke write 1\n0 ok write 1\n0 invoke write 2\n0 ok write 2\n1 invoke read\n1 ok read 1",
  );
  expect(verifyReadsFrom(stale, certificate([[4, 0]]), { model })).toMatch("overwritten");
});

test.each([
  ["distinct values", {}],
  ["repeated values", { values: 3 }],
  ["compare-and-sets", { values: 4, cas: 0.3 }],
])("random histories with %s are judged as the definition says", (_, options) => {
  const counts = { regular: 0, safe: 0, all: 0 };
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const recorded = registerHistory(seed, { operations: 7, processes: 4, unknown: 0.06, fail: 0.05, lie: 0.4, ...options }); // prettier-ignore
      const calls = callsOf(recorded, model);
      const reads = readsOf(calls);
      if (reads.length === 0) return;
      counts.all++;
      const regularByDefinition = reads.every((read) => isRegular(calls, read));
      const safeByDefinition = reads.every((read) => overlaps(calls, read) || isRegular(calls, read));
      const verdicts = [regular({ model }), safe({ model })].map((checker) => checker.check(recorded));
      expect(verdicts.map(({ valid }) => valid)).toEqual([regularByDefinition, safeByDefinition]);
      for (const { valid, verified } of verdicts) if (valid === true) expect(verified).toBe(true);
      if (regularByDefinition) counts.regular++;
      if (safeByDefinition) counts.safe++;
    }),
    { numRuns: Runs },
  );
  expect(counts.regular).toBeGreaterThan(counts.all * 0.2);
  expect(counts.regular).toBeLessThan(counts.all * 0.9);
  expect(counts.safe).toBeGreaterThan(counts.regular);
  expect(counts.safe).toBeLessThan(counts.all * 0.98);
});

/** Whether the call, if it is a known read or compare-and-set, is one of those that see. */
function readsOf({ alphabet, action, end, length }: Calls): number[] {
  return Array.from({ length }, (_, i) => i).filter(
    (i) => end[i] !== Never && alphabet.get(action[i]!).input.f !== "write",
  );
}

function writes({ alphabet, action }: Calls, call: number): boolean {
  const { input } = alphabet.get(action[call]!);
  if (input.f !== "cas") return input.f === "write";
  const [from = null, to = null] = isJsonArray(input.value) ? input.value : [];
  return !sameValue(from, to);
}

function overlaps(calls: Calls, read: number): boolean {
  const { begin, end, length } = calls;
  for (let i = 0; i < length; i++)
    if (i !== read && writes(calls, i) && begin[i]! < end[read]! && end[i]! > begin[read]!) return true;
  return false;
}

/** Some order of this read and of all writes keeps real time and gives what was read. */
function isRegular(calls: Calls, read: number): boolean {
  const operations: PlainOperation[] = [];
  for (let i = 0; i < calls.length; i++) {
    const { input, output } = calls.alphabet.get(calls.action[i]!);
    const interval = { begin: calls.begin[i]!, end: calls.end[i] === Never ? Infinity : calls.end[i]! };
    const pair = input.f === "cas" && isJsonArray(input.value) ? input.value : undefined;
    if (i === read) {
      const saw = pair === undefined ? output : (pair[0] ?? null);
      operations.push({ input: { f: "read", value: null }, output: saw, ...interval });
    } else if (writes(calls, i)) {
      const value = pair === undefined ? input.value : (pair[1] ?? null);
      operations.push({ input: { f: "write", value }, output: value, ...interval });
    }
  }
  return linearizableByDefinition(operations, model);
}
