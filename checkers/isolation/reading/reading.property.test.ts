import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { bruteForce, accountsOf } from "../engines/testing/brute-force.ts";
import { saturationEngine } from "../engines/saturation/saturation-engine.ts";
import { judgeByAdya } from "../formalisms/adya/adya.ts";
import { levelText, type PlainHistory } from "../formalisms/plain.ts";
import { isBrokenBy, levelNumber, levels } from "../lattice.ts";
import { historyOf } from "../testing/history-of.ts";
import { randomHistories } from "../testing/random.ts";
import { transactionsOf } from "../transactions/transactions-of.ts";
import { decideReading, gapsFor } from "./decide-reading.ts";
import { readingOf } from "./reading-of.ts";

const Runs = Number(process.env["RASHOMON_FUZZ_RUNS"] ?? 80);

describe("a reading and its findings say of every level what the definition says of the history", () => {
  test.each([
    ["registers", { objects: "registers", duplicates: false }, 1000],
    ["lists", { objects: "lists", duplicates: false }, 1000],
    ["both, and completions only", { objects: "mixed", duplicates: false, untimed: true }, 1000],
    ["registers whose values repeat", { objects: "registers", duplicates: true }, 1000],
    ["lists whose elements repeat", { objects: "lists", duplicates: true }, 0.1],
  ] as const)("%s", (_, options, share) => {
    let open = 0;
    let settled = 0;
    fc.assert(
      fc.property(randomHistories({ ...options, transactions: 5 }), (plain) => {
        const reading = readingOf(transactionsOf(historyOf(plain)));
        if (accountsOf(reading) > 2000) return;
        const holds = bruteForce(reading);
        const truth = judgeByAdya(plain);
        levels.forEach((level) => {
          // What lists show is no order that the system told, which is not heeded there; so it is as serializable here.
          const asked =
            level.name === "view-serializable" ? { ...level, name: "serializable" as const } : level;
          const isApart = level.name === "read-uncommitted" && reading.uncommitted !== undefined;
          const own =
            (isApart
              ? decideReading([saturationEngine], reading, level, {})?.decision.valid === true
              : holds[levelNumber(asked)] === true) &&
            !reading.findings.some((finding) => isBrokenBy(level, finding));
          const expected = truth.get(levelText(level));
          // What is open may only hide a violation, never make one.
          if (own && gapsFor(reading, level).length > 0) {
            open++;
            return;
          }
          settled++;
          expect(
            { level: levelText(level), valid: own },
            `${textOf(plain)}\n${JSON.stringify(reading.findings)} ${JSON.stringify(reading.gaps)}`,
          ).toEqual({ level: levelText(level), valid: expected });
        });
      }),
      { numRuns: Runs },
    );
    expect(settled).toBeGreaterThan(share * open);
  });
});

function textOf({ transactions }: PlainHistory): string {
  return transactions
    .map(
      ({ status, session, begin, end, operations }, t) =>
        `T${t}: ${session} ${status} [${begin}, ${end}] ${operations.map(({ kind, key, value }) => `${kind} ${key} ${JSON.stringify(value)}`).join("; ")}`,
    )
    .join("\n");
}
