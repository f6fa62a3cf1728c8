import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomHistories } from "../testing/random.ts";
import { judgeByAdya } from "./adya/adya.ts";
import { contradictsItself } from "./adya/internal.ts";
import { judgeByBiswasEnea } from "./biswas-enea/biswas-enea.ts";
import { judgeByCerone } from "./cerone/cerone.ts";
import { judgeByCrooks } from "./crooks/crooks.ts";
import type { PlainHistory } from "./plain.ts";

const LongTime = 3_600_000;
const Runs = Number(process.env["RASHOMON_FUZZ_RUNS"] ?? 100);

describe("the formalisms agree on random histories", () => {
  const voices = {
    Crooks: judgeByCrooks,
    Cerone: judgeByCerone,
    "Biswas and Enea": judgeByBiswasEnea,
  };
  test.each(Object.entries(voices))(
    "%s with Adya",
    (name, judge) => {
      const separated = new Map<string, { held: number; violated: number }>();
      fc.assert(
        fc.property(randomHistories({ untimed: true }), (history) => {
          const adya = judgeByAdya(history);
          for (const [level, holds] of judge(history)) {
            if (isLeftOpen(name, level, history)) continue;
            expect({ level, holds: adya.get(level) }, textOf(history)).toEqual({ level, holds });
            const counts = separated.get(level) ?? { held: 0, violated: 0 };
            counts[holds ? "held" : "violated"]++;
            separated.set(level, counts);
          }
        }),
        { numRuns: Runs },
      );
      // A generator that only ever made one kind would prove little.
      for (const [level, { held, violated }] of separated) {
        expect(held, level).toBeGreaterThan(Runs * 0.1);
        expect(violated, level).toBeGreaterThan(Runs * 0.03);
      }
    },
    LongTime,
  );
});

/** Crooks asks nothing of a read after an own write of the key; Adya that somebody wrote what it saw. */
function isLeftOpen(name: string, level: string, history: PlainHistory): boolean {
  return name === "Crooks" && level === "read-committed" && contradictsItself(history);
}

function textOf({ transactions }: PlainHistory): string {
  return transactions
    .map(
      ({ status, session, begin, end, operations }) =>
        `${session} ${status} [${begin}, ${end}] ${operations.map(({ kind, key, value }) => `${kind} ${key} ${JSON.stringify(value)}`).join("; ")}`,
    )
    .join("\n");
}
