import * as fc from "fast-check";
import { expect, test } from "vitest";
import { verifyRefutation } from "../certificates/refutation.ts";
import { linearizableByBruteForce } from "../testing/brute-force.ts";
import { families } from "../testing/families.ts";
import { smallHistories } from "../testing/small-histories.ts";
import { Alphabet } from "./alphabet.ts";
import { Never, readCalls, withoutUnseen } from "./calls.ts";
import { ModelHistory } from "./partition.ts";
import { Needs } from "./shrink.ts";

const Runs = 1000;

test.each(Object.entries(families).filter(([, { model }]) => model.ties !== undefined))(
  "what shrinking lets go of a valid history of a %s makes no contradiction",
  (_, family) => {
    const { model } = family;
    let smaller = 0;
    fc.assert(
      fc.property(smallHistories(family), fc.array(fc.nat(6)), (history, chosen) => {
        fc.pre(linearizableByBruteForce(history, model));
        const source = new ModelHistory(history, model, false);
        const [partition] = source.partitions();
        fc.pre(partition !== undefined);
        const calls = withoutUnseen(readCalls(source, partition, new Alphabet(model)));
        const needs = new Needs(calls, 0);
        const kept = needs.closure(chosen.filter((position) => position < calls.length));
        const events = kept
          .flatMap((position) => [calls.event[position]!, calls.end[position]!])
          .filter((event) => event !== Never);
        if (kept.length < calls.length) smaller++;
        expect(verifyRefutation(history, events, { model })).toBe(false);
        expect(needs.closure(needs.without(kept, kept.slice(0, 1)))).toEqual(
          needs.without(kept, kept.slice(0, 1)),
        );
      }),
      { numRuns: Runs },
    );
    expect(smaller).toBeGreaterThan(Runs * 0.4);
  },
);
