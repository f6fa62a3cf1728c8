import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HistoryBuilder } from "../../histories/builder.ts";
import type { Json } from "../../histories/json.ts";
import { history } from "../../histories/testing/notation.ts";
import { causalReverse } from "./causal-reverse.ts";

const Runs = Number(process.env["RASHOMON_FUZZ_RUNS"] ?? 2000);

describe("a causal reverse", () => {
  test("is a read of the later of two inserts without the earlier", () => {
    const { valid, anomalies } = causalReverse.check(
      history(`
        0 invoke write 1
        0 ok write 1
        1 invoke write 2
        1 ok write 2
        2 invoke read
        2 ok read [2]
      `),
    );
    expect(valid).toBe(false);
    expect(anomalies).toEqual([
      {
        type: "causal-reverse",
        operations: [0, 2, 4],
        explanation:
          "Operation 4 (process 2) saw 2, which operation 2 (process 1) inserted, but not 1, whose insert (operation 0 (process 0)) was over before that one began.",
      },
    ]);
  });

  test("is none between inserts that overlap, nor where the earlier alone is seen", () => {
    const read = (values: string): boolean | "unknown" =>
      causalReverse.check(
        history(`
          0 invoke write 1
          1 invoke write 2
          0 ok write 1
          1 ok write 2
          1 invoke write 3
          1 ok write 3
          2 invoke read
          2 ok read ${values}
        `),
      ).valid;
    expect(read("[2]")).toBe(true);
    expect(read("[1]")).toBe(true);
    expect(read("[2, 1]")).toBe(true);
    expect(read("[3, 1]")).toBe(false);
    expect(read('{"#set": [1, 2, 3]}')).toBe(true);
  });

  test("is looked for under each key by itself, beside the value or within it as Jepsen writes it", () => {
    const lines = (read: string): string => `
      0 invoke write [7, 1]
      0 ok write [7, 1]
      1 invoke write [8, 2]
      1 ok write [8, 2]
      1 invoke write [7, 2]
      1 ok write [7, 2]
      2 invoke read [8, null]
      2 ok read [8, [2]]
      2 invoke read [7, null]
      2 ok read ${read}`;
    expect(causalReverse.check(history(lines("[7, [1, 2]]"))).valid).toBe(true);
    expect(causalReverse.check(history(lines("[7, [2]]"))).anomalies).toMatchObject([
      { type: "causal-reverse", operations: [0, 4, 8] },
    ]);
    expect(
      causalReverse.check(
        history(`
          0 invoke write 1 key=7
          0 ok write 1
          1 invoke write 2 key=7
          2 invoke read null key=7
          2 ok read [2]
          2 invoke read null key=8
          2 ok read []
        `),
      ).anomalies,
    ).toMatchObject([{ operations: [0, 2, 3], explanation: expect.stringContaining("saw 2 under key 7") }]);
  });

  test("may have lists as values", () => {
    expect(
      causalReverse.check(
        history(`
          0 invoke write [0, 1]
          0 ok write [0, 1]
          1 invoke write [0, 2]
          2 invoke read
          2 ok read [[0, 1], [0, 2]]
        `),
      ),
    ).toMatchObject({ valid: true, statistics: { objects: 1, seen: 2 } });
  });

  test("is not all that can be wrong", () => {
    expect(
      causalReverse.check(history("0 invoke write 1\n0 fail write 1\n1 invoke read\n1 ok read [1, 9]"))
        .anomalies,
    ).toMatchObject([
      { type: "G1a", operations: [0, 2] },
      { type: "never-written", operations: [2] },
    ]);
  });

  test("cannot be told where a value was inserted twice, or nobody says when operations began", () => {
    expect(
      causalReverse.check(
        history(
          "0 invoke write 1\n0 ok write 1\n0 invoke write 1\n0 ok write 1\n1 invoke read\n1 ok read [1]",
        ),
      ).reason,
    ).toBe(
      "not decided: operation 0 (process 0) and operation 2 (process 0) both inserted 1, so that it cannot be told which of them was seen",
    );
    expect(causalReverse.check(history("0 ok write 1\n1 ok read [1]")).reason).toBe(
      "no evidence: the history does not say when operations began",
    );
    expect(causalReverse.check(history("1 invoke read\n1 ok read []")).reason).toBe(
      "no evidence: no read saw any insert",
    );
  });
});

test("random histories reverse as the definition says", () => {
  // Events of inserts 0..3 in any order, their first being the invocation; then reads of any of them.
  const events = fc.shuffledSubarray([0, 0, 1, 1, 2, 2, 3, 3], { minLength: 8 });
  const outcomes = fc.array(fc.constantFrom("ok", "ok", "ok", "info"), { minLength: 4, maxLength: 4 });
  const reads = fc.array(fc.nat(15), { minLength: 1, maxLength: 3 });
  const counts = { true: 0, false: 0, unknown: 0 };
  fc.assert(
    fc.property(events, outcomes, reads, (order, ends, seen) => {
      const builder = new HistoryBuilder();
      const begin = new Map<number, number>();
      const end = new Map<number, number>();
      order.forEach((value, time) => {
        const type = begin.has(value) ? (ends[value] ?? "ok") : "invoke";
        builder.add({ time, process: value, type: type, f: "write", value });
        if (type === "invoke") begin.set(value, time);
        else if (type === "ok") end.set(value, time);
      });
      const values = seen.map((bits) => [0, 1, 2, 3].filter((value) => (bits >> value) % 2 === 1));
      values.forEach((read: Json, i) => {
        builder.add({ time: 8, process: 10 + i, type: "invoke", f: "read", value: null });
        builder.add({ time: 8, process: 10 + i, type: "ok", f: "read", value: read });
      });
      // By definition: someone saw an insert that began after another was over, and not that other.
      const reversed = values.map((read) =>
        read.some((later) =>
          [0, 1, 2, 3].some(
            (other) => (end.get(other) ?? Infinity) < (begin.get(later) ?? 0) && !read.includes(other),
          ),
        ),
      );
      const { valid, anomalies } = causalReverse.check(builder.build());
      const none = values.every((read) => read.length === 0);
      expect(valid).toBe(reversed.includes(true) ? false : none ? "unknown" : true);
      expect(anomalies).toHaveLength(reversed.filter(Boolean).length);
      counts[`${valid}`]++;
    }),
    { numRuns: Runs },
  );
  expect(counts.true).toBeGreaterThan(Runs * 0.2);
  expect(counts.false).toBeGreaterThan(Runs * 0.2);
});
