import { describe, expect, it } from "vitest";
import { check } from "../checkers/index.ts";
import type { Verdict } from "../checkers/verdict.ts";
import { history } from "../histories/testing/notation.ts";
import { jsonLine } from "./json-line.ts";
import { renderVerdict } from "./terminal.ts";
import { fixtureDescription, usual } from "./testing/fixture.ts";

const run = history(`
  0 invoke write 3 @0 key="x"
  0 ok write 3 @10000000
  0 invoke write 4 @20000000 key="x"
  0 ok write 4 @30000000
  1 invoke read null @342000000 key="x"
  1 ok read 3 @350000000
`);

const stale: Verdict = {
  checker: "linearizable",
  model: "register",
  valid: false,
  anomalies: [
    {
      type: "nonlinearizable",
      operations: [0, 2, 4],
      explanation: "op 4 read 3, but 4 had been acknowledged 312 ms before it began",
    },
  ],
  statistics: {},
};

const description = fixtureDescription(usual, "local-reads");

describe("the verdict in a terminal", () => {
  it("tells a contradiction: what, where, why, how to see it again", () => {
    const text = renderVerdict(
      { description, history: run, verdicts: [stale], valid: false },
      { color: false, report: "store/latest/report.html" },
    );
    expect(text).toMatchInlineSnapshot(`
      "INVALID  linearizable(register)  key "x"
        op 4 read 3, but 4 had been acknowledged 312 ms before it began

        3 operations on 1 key in 350 ms, 100 % ok
        reproduce:  rashomon test paxos --mutant local-reads --workload register --faults partition,kill --time 15 --seed 7
        report:     store/latest/report.html#/anomaly/nonlinearizable-1"
    `);
  });

  it("draws the operations of a contradiction, and says what else is known", () => {
    const verdicts = [check(run, { model: "register" })];
    expect(renderVerdict({ history: run, verdicts, valid: false }, { color: false, width: 72 }))
      .toMatchInlineSnapshot(`
        "INVALID  linearizable(register)  key "x"
          Process 1 read 3 on key "x", but 3 had been overwritten: process 0
          wrote 4, acknowledged 312 ms before the read began.

          process 0  ├ write 3 ┤ ├ write 4 ┤
          process 1                         ├ read → 3 ┤ ✗

          stale by at least 1 version and 312 ms; possible results: 4
          decided by: zones

          3 operations on 1 key in 350 ms, 100 % ok"
      `);
  });

  it("says what had to have happened, and draws what may have", () => {
    const hanging = history(`
      4 invoke write 5 @0
      4 info write 5 @1000000
      0 invoke read @2000000
      0 ok read 5 @3000000
      1 invoke read @4000000
      1 ok read null @5000000
    `);
    const verdicts = [check(hanging, { model: "register" })];
    expect(renderVerdict({ history: hanging, verdicts, valid: false }, { color: false, width: 72 }))
      .toMatchInlineSnapshot(`
        "INVALID  linearizable(register)
          Process 1 read null, but null had been overwritten: process 0 read 5,
          which came after it, and returned 1.0 ms before the read began.

          process 0   ├ read → 5 ┤
          process 1               ├ read → null ┤ ✗
          process 4  ├ write 5 ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄ ?

          stale by at least 1 version and 1 ms; possible results: 5; before it,
          an operation of unknown outcome must have taken effect: 0
          decided by: zones

          3 operations in 5 ms, 67 % ok"
      `);
  });

  it("names the engines that decided", () => {
    const two = history('0 invoke read key="x"\n0 ok read key="x"\n0 invoke read key="y"\n0 ok read key="y"');
    const text = renderVerdict(
      { history: two, verdicts: [check(two, { model: "register" })], valid: true },
      { color: false },
    );
    expect(text).toContain("\n  decided by: zones (2 objects)\n");
  });

  it("tells each note of the checks once", () => {
    const noted = { ...stale, notes: ["The values are [key, value] pairs."] };
    const text = renderVerdict({ history: run, verdicts: [noted, noted], valid: false }, { color: false });
    expect(text.split("note: The values are [key, value] pairs.")).toHaveLength(2);
  });

  it("tells what a valid verdict rests on", () => {
    const verdict: Verdict = {
      ...stale,
      valid: true,
      anomalies: [],
      certificate: { kind: "linearization" },
      verified: true,
    };
    expect(renderVerdict({ history: run, verdicts: [verdict], valid: true }, { color: false }))
      .toMatchInlineSnapshot(`
      "VALID  linearizable(register)
        certificate: linearization, verified by separate code

        3 operations on 1 key in 350 ms, 100 % ok"
    `);
  });

  it("tells why a verdict is open, and what to do", () => {
    const verdict: Verdict = {
      ...stale,
      valid: "unknown",
      anomalies: [],
      reason: "ran out of 2,000,000 steps at operation 512",
    };
    expect(
      renderVerdict({ history: run, verdicts: [verdict], valid: "unknown" }, { color: false, width: 60 }),
    ).toMatchInlineSnapshot(`
      "UNKNOWN  linearizable(register)
        ran out of 2,000,000 steps at operation 512
        Give the check a larger budget, or make it easier: more
        keys with fewer operations each, fewer operations of
        unknown outcome.

        3 operations on 1 key in 350 ms, 100 % ok"
    `);
  });

  it("puts the worst check first", () => {
    const text = renderVerdict(
      {
        history: run,
        verdicts: [{ ...stale, checker: "stats", valid: true, anomalies: [] }, stale],
        valid: false,
      },
      { color: false },
    );
    expect(text.indexOf("INVALID")).toBeLessThan(text.indexOf("VALID  stats"));
  });

  it("obeys no control characters of the system under test", () => {
    const verdict: Verdict = {
      ...stale,
      anomalies: [{ type: "x", operations: [], explanation: "a\u001b[2Jb\u0007\rc" }],
    };
    const text = renderVerdict({ history: run, verdicts: [verdict], valid: false }, { color: false });
    expect(text).toContain("a\\u001b[2Jb\\u0007\\u000dc");
  });

  it("colours only when asked", () => {
    const input = { history: run, verdicts: [stale], valid: false } as const;
    expect(renderVerdict(input, { color: true })).toContain("\u001b[31mINVALID");
    expect(renderVerdict(input, { color: false })).not.toContain("\u001b");
  });
});

describe("the line of --json", () => {
  it("is one object on one line", () => {
    const line = jsonLine({
      valid: false,
      history: "h.jsonl",
      operations: 3,
      seconds: 0.41239,
      verdicts: [stale],
    });
    expect(line).not.toContain("\n");
    expect(JSON.parse(line)).toEqual({
      valid: false,
      history: "h.jsonl",
      operations: 3,
      seconds: 0.412,
      checks: [
        {
          checker: "linearizable",
          model: "register",
          valid: false,
          anomalies: [
            {
              type: "nonlinearizable",
              operations: [0, 2, 4],
              explanation: "op 4 read 3, but 4 had been acknowledged 312 ms before it began",
            },
          ],
          statistics: {},
        },
      ],
    });
  });

  it("says whether the certificate was verified, and only that of it", () => {
    const verdict: Verdict = {
      checker: "c",
      valid: true,
      anomalies: [],
      statistics: {},
      certificate: { kind: "order" },
      verified: true,
    };
    expect(
      JSON.parse(jsonLine({ valid: true, history: "h", operations: 0, seconds: 0, verdicts: [verdict] })),
    ).toMatchObject({
      checks: [{ certificate: { kind: "order", verified: true } }],
    });
  });
});
