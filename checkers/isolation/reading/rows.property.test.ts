import * as fc from "fast-check";
import { expect, test } from "vitest";

import { isBrokenBy, levels, levelNumber } from "../lattice.ts";
import { isolationEngines } from "../engines/engines.ts";
import { accountsOf, bruteForce, permutations } from "../engines/testing/brute-force.ts";
import { levelText } from "../formalisms/plain.ts";
import type { Level } from "../levels.ts";
import type { Reading } from "../reading.ts";
import {
  historyOfRows,
  perform,
  play,
  randomSteps,
  type Played,
  type Store,
} from "../testing/random-rows.ts";
import { transactionsOf } from "../transactions/transactions-of.ts";
import { Aborted, Committed } from "../transactions.ts";
import { decideReading } from "./decide-reading.ts";
import { itemsOnly } from "./items-only.ts";
import { readingOf } from "./reading-of.ts";

const Runs = Number(process.env["RASHOMON_FUZZ_RUNS"] ?? 400);

/** Whether some order of the committed transactions, and of any of those of unknown outcome, explains all that was seen. */
function isSerializable(played: readonly Played[]): boolean {
  const unknown = played.flatMap(({ outcome }, t) => (outcome === "info" ? [t] : []));
  const committed = played.flatMap(({ outcome }, t) => (outcome === "ok" ? [t] : []));
  for (let chosen = 0; chosen < 1 << unknown.length; chosen++) {
    const those = [...committed, ...unknown.filter((_, i) => ((chosen >> i) & 1) === 1)];
    for (const order of permutations(those)) {
      let store: Store = {};
      const explains = order.every((t) =>
        played[t]!.value.every((micro) => {
          const { store: after, seen } = perform(store, micro);
          store = after;
          const isRead = micro[0] === "r" || micro[0] === "rp";
          return !isRead || played[t]!.outcome !== "ok" || JSON.stringify(seen) === JSON.stringify(micro[2]);
        }),
      );
      if (
        explains &&
        isLifeOf(
          order.map((t) => played[t]!),
          played,
        )
      )
        return true;
    }
  }
  return false;
}

/** Whether rows whose operations tell their order are born first, then overwritten, and dead at the end. */
function isLifeOf(order: readonly Played[], all: readonly Played[]): boolean {
  const names = ["insert", "w", "delete"];
  return [0, 1].every((key) => {
    const madeBy = (those: readonly Played[]): { t: number; rank: number }[] =>
      those.flatMap(({ value }, t) =>
        value.flatMap(([name = null, subject = null]) => {
          const rank = names.findIndex((one) => one === name);
          return subject === key && rank >= 0 ? [{ t, rank }] : [];
        }),
      );
    const made = madeBy(order);
    const possible = madeBy(all.filter(({ outcome }) => outcome !== "fail"));
    const isClear = possible.every(({ t, rank }, i) =>
      possible.every(
        (other, j) =>
          (other.rank !== rank || other.t === t) && !(other.t === t && j > i && other.rank < rank),
      ),
    );
    const finals = made.filter(({ t }, i) => made.findLastIndex((other) => other.t === t) === i);
    return !isClear || finals.every(({ rank }, i) => i === 0 || finals[i - 1]!.rank <= rank);
  });
}

function decide(reading: Reading, level: Level): boolean | "unknown" | undefined {
  if (reading.findings.some((finding) => isBrokenBy(level, finding))) return false;
  return decideReading(isolationEngines, reading, level, {})?.decision.valid;
}

test("what predicates showed and left out is serializable exactly if some order of the transactions explains it", () => {
  const settled = { yes: 0, no: 0, open: 0 };
  fc.assert(
    fc.property(randomSteps, (of) => {
      const played = play(of);
      const reading = readingOf(transactionsOf(historyOfRows(played)));
      const own = decide(reading, { name: "serializable", strength: "plain" });
      const truth = isSerializable(played);
      // What is open may only hide a violation.
      if (own === "unknown" || (own === true && reading.gaps.length > 0)) {
        settled.open++;
        return;
      }
      expect(own, `${JSON.stringify(played)} ${JSON.stringify(reading.findings)}`).toBe(truth);
      settled[truth ? "yes" : "no"]++;
    }),
    { numRuns: Runs },
  );
  expect(settled.yes).toBeGreaterThan(Runs / 10);
  expect(settled.no).toBeGreaterThan(Runs / 40);
  expect(settled.open).toBeLessThan(Runs / 40);
});

/** Whether each level holds with some choice of those of unknown outcome of which it is not known whether they took effect. */
function truthOf(reading: Reading): boolean[] | undefined {
  const { transactions, doubtful = [] } = reading;
  const holds = levels.map(() => false);
  for (let chosen = 0; chosen < 1 << doubtful.length; chosen++) {
    const status = transactions.status.slice();
    doubtful.forEach((t, i) => (status[t] = ((chosen >> i) & 1) === 1 ? Committed : Aborted));
    const clear = doubtful.length === 0 ? reading : readingOf({ ...transactions, status });
    if (accountsOf(clear) > 300) return undefined;
    const byPredicates = bruteForce(clear);
    const byItems = bruteForce(itemsOnly(clear).reading);
    levels.forEach((level, i) => {
      const found = level.name === "repeatable-read" ? byItems : byPredicates;
      if (found[i] === true && !clear.findings.some((finding) => isBrokenBy(level, finding))) holds[i] = true;
    });
  }
  return holds;
}

test("with rows, every level is decided as by trying every account and every choice of those that nobody knows of", () => {
  const settled = { yes: 0, no: 0, open: 0 };
  fc.assert(
    fc.property(randomSteps, (of) => {
      const played = play(of);
      const reading = readingOf(transactionsOf(historyOfRows(played)));
      const truth = truthOf(reading);
      if (truth === undefined) return;
      for (const level of levels) {
        const own = decide(reading, level);
        if (own === "unknown") {
          settled.open++;
          continue;
        }
        expect({ level: levelText(level), valid: own }, JSON.stringify(played)).toEqual({
          level: levelText(level),
          valid: truth[levelNumber(level)],
        });
        settled[own === true ? "yes" : "no"]++;
      }
    }),
    { numRuns: Runs / 4 },
  );
  expect(settled.yes).toBeGreaterThan(Runs);
  expect(settled.no).toBeGreaterThan(Runs / 10);
  expect(settled.open).toBeLessThan(settled.no / 4);
});
