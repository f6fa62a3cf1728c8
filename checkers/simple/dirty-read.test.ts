import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HistoryBuilder } from "../../histories/builder.ts";
import { history } from "../../histories/testing/notation.ts";
import { dirtyRead } from "./dirty-read.ts";

const Runs = Number(process.env["RASHOMON_FUZZ_RUNS"] ?? 2000);

describe("a dirty read", () => {
  test("sees the value of a write that failed", () => {
    const { valid, anomalies } = dirtyRead.check(
      history("0 invoke write 3\n1 invoke read\n1 ok read [3, 3]\n0 fail write 3"),
    );
    expect(valid).toBe(false);
    expect(anomalies).toEqual([
      {
        type: "G1a",
        operations: [0, 1],
        explanation:
          "Operation 1 (process 1) read 3, which operation 0 (process 0) wrote; but that failed, so nobody may see it.",
      },
    ]);
  });

  test("sees rows of two writes", () => {
    expect(
      dirtyRead.check(history("0 invoke write 3\n1 invoke read\n1 ok read [3, null]")).anomalies,
    ).toMatchObject([
      {
        type: "fractured-read",
        explanation:
          "Operation 1 (process 1) read rows of 3 and null: [3, null]. Every write gives all rows one value, so it saw half of one.",
      },
    ]);
  });

  test("sees what nobody wrote", () => {
    expect(
      dirtyRead.check(history("0 invoke write 3\n1 invoke read\n1 ok read [4]")).anomalies,
    ).toMatchObject([{ type: "never-written" }]);
  });

  test("sees what is gone in the end, as Jepsen tests Elasticsearch: and what was written must be there", () => {
    const { anomalies } = dirtyRead.check(
      history(`
        0 invoke write 1
        0 ok write 1
        0 invoke write 2
        0 info write 2
        1 invoke read 2
        1 ok read 2
        3 invoke read 1
        1 invoke strong-read
        2 invoke read 2
        3 ok read 1
        2 ok read 2
        1 ok strong-read {"#set": []}
      `),
    );
    expect(anomalies).toMatchObject([
      {
        type: "dirty-read",
        operations: [4, 7],
        explanation:
          "Operation 4 (process 1) read 2, and later operation 7 (process 1), which gives all that is there, did not: what was read had not happened for good.",
      },
      { type: "lost-write", operations: [0, 7] },
    ]);
  });

  test("is none where all rows are of one write that did not fail", () => {
    const verdict = dirtyRead.check(
      history(`
        0 invoke write 1
        1 invoke read
        1 ok read [null, null]
        0 info write 1
        1 invoke read
        1 ok read [1, 1]
        1 invoke strong-read
        1 ok strong-read [1]
      `),
    );
    expect(verdict).toMatchObject({ valid: true, statistics: { reads: 2, writes: 1, "strong-reads": 1 } });
  });

  test("cannot show where nothing was written or nothing seen", () => {
    expect(dirtyRead.check(history("1 invoke read\n1 ok read [null]")).reason).toBe(
      "no evidence: no write can have succeeded",
    );
    expect(dirtyRead.check(history("0 invoke write 1\n0 ok write 1")).reason).toBe(
      "no evidence: no read succeeded",
    );
    expect(dirtyRead.check(history("0 invoke write 1\n1 invoke read\n1 ok read [null]")).reason).toBe(
      "no evidence: no read saw any write",
    );
  });
});

test("random reads of rows are dirty as the definition says", () => {
  const counts = { true: 0, false: 0, unknown: 0 };
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("ok", "ok", "fail", "info"), { maxLength: 3 }),
      fc.array(fc.array(fc.nat(3), { minLength: 2, maxLength: 2 }), { maxLength: 2 }),
      fc.boolean(),
      (writes, reads, half) => {
        const builder = new HistoryBuilder();
        writes.forEach((_, value) => {
          builder.add({ time: 0, process: value, type: "invoke", f: "write", value: value + 1 });
        });
        // 0 stands for null; half of the time all rows are alike.
        const rows = reads.map(([a = 0, b = 0]) =>
          (half ? [a, b] : [a, a]).map((value) => (value === 0 ? null : value)),
        );
        rows.forEach((value, i) => {
          builder.add({ time: 1, process: 10 + i, type: "invoke", f: "read", value: null });
          builder.add({ time: 1, process: 10 + i, type: "ok", f: "read", value });
        });
        writes.forEach((type, value) => {
          builder.add({ time: 2, process: value, type: type, f: "write", value: value + 1 });
        });
        const seen = rows.flat().filter((value) => value !== null);
        const wrong =
          rows.some(([a, b]) => a !== b) || seen.some((value) => (writes[value - 1] ?? "fail") === "fail");
        const evidence = writes.some((type) => type !== "fail") && seen.length > 0;
        const { valid } = dirtyRead.check(builder.build());
        expect(valid).toBe(wrong ? false : evidence ? true : "unknown");
        counts[`${valid}`]++;
      },
    ),
    { numRuns: Runs },
  );
  for (const count of Object.values(counts)) expect(count).toBeGreaterThan(Runs * 0.05);
});
