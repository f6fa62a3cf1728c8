import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Refutation } from "../linearizability/evidence.ts";
import { check } from "../linearizability/linearizable.ts";
import { families } from "../testing/families.ts";
import { smallHistories } from "../testing/small-histories.ts";
import { verifyContradiction } from "./contradiction.ts";

const Runs = Number(process.env["RASHOMON_FUZZ_RUNS"] ?? 45);

test.each(Object.entries(families))("nothing refutes a linearizable history of a %s", (_, family) => {
  const { model } = family;
  let enough = 0;
  fc.assert(
    fc.property(
      smallHistories(family),
      fc.array(fc.nat(7), { minLength: 1, maxLength: 7 }),
      fc.nat(20),
      (history, chosen, late) => {
        const verdict = check(history, { model });
        fc.pre(verdict.valid === true);
        const certificate = verdict.certificate as unknown as {
          partitions: { key?: string; order: number[] }[];
        };
        for (const { key, order } of certificate.partitions) {
          const operations = [...new Set(chosen.flatMap((i) => order[i] ?? []))].toSorted((a, b) => a - b);
          fc.pre(operations.length > 0);
          const until = Math.max(operations.at(-1) ?? 0, history.length - 1 - late);
          const claim: Refutation = {
            kind: "refutation",
            model: model.name,
            ...(key === undefined ? {} : { key }),
            until,
            operations,
          };
          const problem = verifyContradiction(history, claim, { model });
          expect(problem).toBeDefined();
          if (problem === "an order explains its operations") enough++;
        }
      },
    ),
    { numRuns: Runs },
  );
  // Else only what is missing would have been found, and never that there is an order.
  expect(enough).toBeGreaterThan(0);
});
