import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { History } from "../../histories/history.ts";
import { canonical } from "../../histories/json.ts";
import {
  sequentialByDefinition,
  verifyNonsequential,
  verifySequentialOrder,
  type ProgramOperation,
} from "../certificates/sequential.ts";
import { unknownOutput, type Model } from "../linearizability/model.ts";
import { register } from "../linearizability/models/register.ts";
import { families } from "../testing/families.ts";
import { nondeterministicFamilies } from "../testing/nondeterministic.ts";
import { smallHistories, type Family } from "../testing/small-histories.ts";
import type { NonsequentialEvidence, SequentialCertificate } from "./evidence.ts";
import { checkSequential } from "./sequential.ts";

const Runs = Number(process.env["RASHOMON_FUZZ_RUNS"] ?? 200);

/** Values are seldom written twice, so that most reads tell whose write they saw. */
const distinct: Family = {
  model: register(0),
  input: (a, b) => (b < 3 ? { f: "write", value: a + 1 } : { f: "read", value: null }),
  lie: ({ f, value }, a) => (f === "read" ? a + 1 : value),
};

const all = { ...families, ...nondeterministicFamilies, "register of distinct values": distinct };

describe.each(Object.entries(all))("random histories of a %s", (_, family) => {
  test.each([1, 2])("are judged as the definition says, on %i objects", (keys) => {
    // Of several objects, each by itself, a history of such a model has one only.
    if (keys > 1 && family.model.keys !== undefined) return;
    const counts = { valid: 0, invalid: 0, circles: 0 };
    fc.assert(
      fc.property(smallHistories(family, 7, keys), (history) => {
        const expected = byBruteForce(history, family.model);
        const { model } = family;
        const verdict = checkSequential(history, { model });
        if (verdict.valid === "unknown") {
          expect(verdict.reason).toMatch(/^no evidence/);
          expect(expected).toBe(true);
          return;
        }
        expect(verdict.valid).toBe(expected);
        if (verdict.valid) {
          counts.valid++;
          const certificate = verdict.certificate as SequentialCertificate;
          expect(verifySequentialOrder(history, certificate, { model })).toBeUndefined();
          return;
        }
        counts.invalid++;
        const evidence = verdict.anomalies[0]?.evidence as NonsequentialEvidence;
        expect(evidence.verified).toBe(true);
        expect(verifyNonsequential(history, evidence.shrunk ?? [], { model })).toBe(true);
        if (evidence.cycle === undefined) return;
        counts.circles++;
        const { cycle } = evidence;
        cycle.forEach(({ to }, i) => expect(cycle[(i + 1) % cycle.length]?.from).toBe(to));
      }),
      { numRuns: Runs },
    );
    expect(counts.valid).toBeGreaterThan(Runs * 0.1);
    expect(counts.invalid).toBeGreaterThan(Runs * 0.05);
    if (family === distinct) expect(counts.circles).toBeGreaterThan(counts.invalid * 0.02);
  });
});

/** The definition, read straight from the history. */
function byBruteForce(history: History, model: Model): boolean {
  const objects: string[] = [];
  const operations: ProgramOperation[] = [];
  for (const { index, type, f, key, value, process } of history) {
    if (type !== "invoke") continue;
    const completion =
      history.completion(index) < 0 ? undefined : history.operation(history.completion(index));
    if (completion?.type === "fail") continue;
    const name = canonical(key ?? null);
    if (!objects.includes(name)) objects.push(name);
    const known = completion?.type === "ok";
    operations.push({
      input: model.byProcess === true ? { f, value, process } : { f, value },
      output: known ? completion.value : unknownOutput,
      process,
      object: objects.indexOf(name),
      known,
    });
  }
  return sequentialByDefinition(operations, model);
}
