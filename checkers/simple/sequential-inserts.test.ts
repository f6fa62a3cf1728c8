import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json } from "../../histories/json.ts";
import { history } from "../../histories/testing/notation.ts";
import { sequentialInserts } from "./sequential-inserts.ts";

const Runs = Number(process.env["RASHOMON_FUZZ_RUNS"] ?? 1000);

const read = (value: Json) =>
  sequentialInserts.check(history(`0 invoke write 7\n1 invoke read 7\n1 ok read ${JSON.stringify(value)}`));

describe("parts that one client inserts in order", () => {
  test("are found without a gap by whoever looks for them backwards", () => {
    expect(read([7, [null, "7_1", "7_0"]])).toMatchObject({
      valid: true,
      statistics: { "partial-reads": 1 },
    });
    expect(read([7, ["7_2", "7_1", "7_0"]])).toMatchObject({
      valid: true,
      statistics: { "complete-reads": 1 },
    });
  });

  test("are out of order when an earlier one is missing after a later one was found", () => {
    const { valid, anomalies } = read([7, [null, "7_1", null]]);
    expect(valid).toBe(false);
    expect(anomalies).toEqual([
      {
        type: "out-of-order",
        operations: [0, 1],
        explanation:
          'Operation 1 (process 1) found "7_1" of key 7, and later did not find the part at place 2 of [null, "7_1", null], though operation 0 (process 0) had inserted that before.',
      },
    ]);
  });

  test("must have been written", () => {
    expect(read([8, ["8_0"]]).anomalies).toMatchObject([{ type: "never-written", operations: [1] }]);
  });

  test("prove nothing if nobody found any", () => {
    expect(read([7, [null, null]]).reason).toBe("no evidence: no read found anything");
    expect(sequentialInserts.check(history("0 invoke write 7")).reason).toBe(
      "no evidence: no read succeeded",
    );
  });

  test("may have their key beside the value", () => {
    expect(
      sequentialInserts.check(
        history('0 invoke write 7 key=7\n1 invoke read null key=7\n1 ok read ["7_1", null] key=7'),
      ).anomalies,
    ).toMatchObject([{ type: "out-of-order" }]);
  });

  test("are read in this form only", () => {
    expect(() => read(["7_0"])).toThrow(/expected \[key, \[part or null, …\]\]/);
  });

  test("are judged as the definition says", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 5 }), (found) => {
        const expected = found.some((there, i) => there && found.slice(i).includes(false))
          ? false
          : found.includes(true)
            ? true
            : "unknown";
        expect(read([7, found.map((there) => (there ? "part" : null))]).valid).toBe(expected);
      }),
      { numRuns: Runs },
    );
  });
});
