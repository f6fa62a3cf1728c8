import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { isJsonObject } from "../../histories/json.ts";
import { judgeByAdya } from "./formalisms/adya/adya.ts";
import { everyLevel, levelText, type PlainHistory } from "./formalisms/plain.ts";
import { checkIsolation } from "./isolation.ts";
import type { Level } from "./levels.ts";
import { nameOf } from "./names.ts";
import { historyOf } from "./testing/history-of.ts";
import { randomHistories } from "./testing/random.ts";

const Runs = Number(process.env["RASHOMON_FUZZ_RUNS"] ?? 60);

/** What a history with a cycle of that name is not of. */
function levelRuledOutBy(type: string): Level | undefined {
  const [, cycle = "", suffix] =
    /^(G0|G1c|G-single|G-nonadjacent|G2-item)(-process|-realtime)?$/.exec(type) ?? [];
  const name = (
    {
      G0: "read-uncommitted",
      G1c: "read-committed",
      "G-single": "consistent-view",
      "G-nonadjacent": "snapshot-isolation",
      "G2-item": "serializable",
    } as const
  )[cycle];
  const strength = suffix === undefined ? "plain" : suffix === "-process" ? "strong-session" : "strong";
  return name === undefined ? undefined : { name, strength };
}

describe("the checker agrees with the definition", () => {
  test.each([
    ["registers", { objects: "registers", duplicates: false }],
    ["lists", { objects: "lists", duplicates: false }],
    ["both", { objects: "mixed", duplicates: false, untimed: true }],
    ["registers with values that are not unique", { objects: "registers", duplicates: true }],
    ["lists with elements that are not unique", { objects: "lists", duplicates: true }],
  ] as const)("at every level, on %s", (_, options) => {
    const settled = { held: 0, violated: 0, open: 0 };
    fc.assert(
      fc.property(randomHistories(options), (plain) => {
        const truth = judgeByAdya(plain);
        const verdict = checkIsolation(historyOf(plain));
        const found = isJsonObject(verdict.details) ? verdict.details["levels"] : undefined;
        for (const level of everyLevel) {
          const own = isJsonObject(found) ? found[nameOf(level)] : undefined;
          if (own === "unknown") {
            expect(reasonFor(level, verdict.details), textOf(plain)).not.toMatch(/internal|no reason/);
            settled.open++;
            continue;
          }
          expect({ level: nameOf(level), valid: own }, textOf(plain)).toEqual({
            level: nameOf(level),
            valid: truth.get(levelText(level)),
          });
          settled[own === true ? "held" : "violated"]++;
        }
        for (const { type, evidence } of verdict.anomalies) {
          const ruledOut = levelRuledOutBy(type);
          if (ruledOut !== undefined)
            expect({ type, held: truth.get(levelText(ruledOut)) }, textOf(plain)).toEqual({
              type,
              held: false,
            });
          if (evidence === undefined || evidence.kind === "transactions") continue;
          // Below read committed nobody asks which of several appended an element.
          const plainEvidence: unknown = evidence;
          const verified = isJsonObject(plainEvidence) ? plainEvidence["verified"] : undefined;
          if (options.duplicates && options.objects !== "registers" && verified === undefined) continue;
          expect(verified, `${JSON.stringify(evidence)} ${textOf(plain)}`).toBe(true);
        }
      }),
      { numRuns: Runs, endOnFailure: true },
    );
    if (!options.duplicates) expect(settled.open).toBe(0);
    expect(settled.held).toBeGreaterThan(Runs);
    expect(settled.violated).toBeGreaterThan(Runs);
  });

  test("asked for one level, as when asked for all", () => {
    fc.assert(
      fc.property(randomHistories(), fc.constantFrom(...everyLevel), (plain, level) => {
        const history = historyOf(plain);
        const all = checkIsolation(history).details;
        const levels = isJsonObject(all) ? all["levels"] : undefined;
        const one = checkIsolation(history, { level: nameOf(level) }).details;
        const asked = isJsonObject(one) ? one["asked"] : undefined;
        expect(asked, textOf(plain)).toEqual({
          [nameOf(level)]: isJsonObject(levels) ? levels[nameOf(level)] : undefined,
        });
      }),
      { numRuns: Runs, endOnFailure: true },
    );
  });
});

function reasonFor(level: Level, details: unknown): string {
  const reasons = isJsonObject(details) ? details["reasons"] : undefined;
  const reason = isJsonObject(reasons) ? reasons[nameOf(level)] : undefined;
  return typeof reason === "string" ? reason : "no reason";
}

function textOf({ transactions }: PlainHistory): string {
  return transactions
    .map(
      ({ status, session, begin, end, operations }) =>
        `${session} ${status} [${begin}, ${end}] ${operations.map(({ kind, key, value }) => `${kind} ${key} ${JSON.stringify(value)}`).join("; ")}`,
    )
    .join("\n");
}
