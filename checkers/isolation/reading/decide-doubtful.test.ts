import { describe, expect, it } from "vitest";

import { history } from "../../../histories/testing/notation.ts";
import type { LevelDecision } from "../decision.ts";
import type { Level } from "../levels.ts";
import type { Reading } from "../reading.ts";
import { transactionHistory } from "../testing/notation.ts";
import { transactionsOf } from "../transactions/transactions-of.ts";
import { decideDoubtful } from "./decide-doubtful.ts";
import { readingOf } from "./reading-of.ts";

const serializable: Level = { name: "serializable", strength: "plain" };

/** Row 2 is there from the beginning; nobody knows whether the deletion of another, or of the same, took effect. */
function readingWith(shown: string): Reading {
  return readingOf(
    transactionsOf(
      history(
        [
          '0 invoke init {"1":1,"2":2}',
          '0 ok init {"1":1,"2":2}',
          '1 invoke txn [["delete",2]]',
          '1 info txn [["delete",2]]',
          '2 invoke txn [["rp",["=",7],null]]',
          `2 ok txn [["rp",["=",7],${shown}]]`,
        ].join("\n"),
      ),
    ),
  );
}

/** What comes out if an engine finds that the deletion is seen or is not, and then holds each choice to what `accepts` says. */
function decided(
  reading: Reading,
  isSeen: boolean,
  accepts: (tookEffect: boolean) => boolean,
): { readonly valid: LevelDecision["valid"]; readonly asked: readonly Reading[] } {
  const [deletion] = reading.doubtful ?? [];
  if (deletion === undefined) throw new Error("nothing is doubtful");
  const asked: Reading[] = [];
  const found = decideDoubtful(
    (_, one) => {
      const nodes = Array.from({ length: one.nodes - 1 }, (__, i) => i + 1);
      const last = one.node[deletion]!;
      const commits = Int32Array.from(isSeen ? nodes : [...nodes.filter((n) => n !== last), last]);
      const valid = { valid: true, execution: { commits } } as const;
      if (one === reading) return { decision: valid, engine: "any" };
      asked.push(one);
      const decision: LevelDecision = accepts(last >= 0) ? valid : { valid: false, core: nodes };
      return { decision, engine: "any" };
    },
    [],
    reading,
    serializable,
    {},
  );
  return { valid: found?.decision.valid ?? "unknown", asked };
}

describe("where it is not known whether a transaction took effect, a level holds", () => {
  it("if it does with those that were not seen by the first account", () => {
    expect(decided(readingWith("{}"), true, (tookEffect) => !tookEffect).valid).toBe(true);
  });

  it("if it does with those that no account had to see", () => {
    expect(decided(readingWith("{}"), false, (tookEffect) => tookEffect).valid).toBe(true);
  });

  it("not if it does with none of the choices", () => {
    const { valid, asked } = decided(readingWith("{}"), true, () => false);
    expect(valid).toBe("unknown");
    expect(asked).toHaveLength(2);
  });

  it("by no choice that a finding rules out", () => {
    // Two writes have one version, which is not looked at while it is open whether the first one took effect.
    const text = (third: number): string => `0: wx1 | info\n1: wx1@1\n2: wx2@2\n3: wx3@${third}\n4: rx1`;
    const reading = (third: number): Reading => readingOf(transactionsOf(transactionHistory(text(third))));
    expect(decided(reading(3), true, (tookEffect) => !tookEffect).valid).toBe(true);
    expect(decided(reading(2), true, (tookEffect) => !tookEffect).valid).toBe("unknown");
  });
});
