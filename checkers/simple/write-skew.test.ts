import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HistoryBuilder } from "../../histories/builder.ts";
import { history } from "../../histories/testing/notation.ts";
import { writeSkew } from "./write-skew.ts";

const Runs = Number(process.env["RASHOMON_FUZZ_RUNS"] ?? 2000);

describe("Adya's G2", () => {
  test("is two inserts under one key, each made because nothing was there", () => {
    const { valid, anomalies } = writeSkew.check(
      history(`
        0 invoke insert [1, null] key=7
        1 invoke insert [null, 2] key=7
        0 ok insert [1, null]
        1 ok insert [null, 2]
      `),
    );
    expect(valid).toBe(false);
    expect(anomalies).toEqual([
      {
        type: "G2",
        operations: [0, 1],
        explanation:
          "Operation 0 (process 0) and operation 1 (process 1) both inserted under key 7, each having found nothing there: whichever came first, the other must have found it.",
      },
    ]);
  });

  test("is found in Jepsen's form, where the key is part of the value", () => {
    expect(
      writeSkew.check(
        history(`
          0 invoke insert [7, [1, null]]
          0 ok insert [7, [1, null]]
          1 invoke insert [7, [null, 2]]
          1 ok insert [7, [null, 2]]
          1 invoke insert [8, [null, 3]]
          1 ok insert [8, [null, 3]]
        `),
      ).anomalies,
    ).toMatchObject([
      { type: "G2", operations: [0, 2], explanation: expect.stringContaining("even over before") },
    ]);
  });

  test("is none where one of the two was refused, nor where nobody knows what became of it", () => {
    for (const outcome of ["fail", "info"])
      expect(
        writeSkew.check(
          history(`
            0 invoke insert [1, null] key=7
            1 invoke insert [null, 2] key=7
            0 ok insert [1, null]
            1 ${outcome} insert [null, 2]
          `),
        ),
      ).toMatchObject({ valid: true, statistics: { keys: 1, inserts: 1, contended: 1 } });
  });

  test("cannot show where no key had two", () => {
    expect(writeSkew.check(history("0 invoke insert [1, null] key=1\n0 ok insert [1, null]")).reason).toBe(
      "no evidence: of no key more than one insert was tried",
    );
    expect(writeSkew.check(history("0 invoke insert [1, null] key=1\n0 fail insert [1, null]")).reason).toBe(
      "no evidence: no insert succeeded",
    );
  });

  test("is looked for in values of these forms only", () => {
    expect(() => writeSkew.check(history("0 invoke insert 5 key=1"))).toThrow(
      /expected \[a, null\] or \[null, b\]/,
    );
    expect(() => writeSkew.check(history("0 invoke insert [1, null]"))).toThrow(
      /expected \[key, \[a, null\]\]/,
    );
  });
});

test("random inserts skew as the definition says, with keys beside the values and in them", () => {
  const insert = fc.tuple(fc.nat(2), fc.boolean(), fc.constantFrom("ok", "fail", "info"));
  const counts = { true: 0, false: 0, unknown: 0 };
  fc.assert(
    fc.property(fc.array(insert, { maxLength: 6 }), fc.boolean(), (inserts, within) => {
      const builder = new HistoryBuilder();
      inserts.forEach(([key, first, type], i) => {
        const row = first ? [i, null] : [null, i];
        const about = within ? { value: [key, row] } : { key, value: row };
        for (const each of ["invoke", type] as const)
          builder.add({ time: i, process: i, type: each, f: "insert", ...about });
      });
      const done = (key: number): number =>
        inserts.filter(([of, , type]) => of === key && type === "ok").length;
      const tried = (key: number): number => inserts.filter(([of]) => of === key).length;
      const keys = [0, 1, 2];
      const skewed = keys.some((key) => done(key) > 1);
      const contended = keys.some((key) => done(key) > 0 && tried(key) > 1);
      const { valid } = writeSkew.check(builder.build());
      expect(valid).toBe(skewed ? false : contended ? true : "unknown");
      counts[`${valid}`]++;
    }),
    { numRuns: Runs },
  );
  for (const count of Object.values(counts)) expect(count).toBeGreaterThan(Runs * 0.1);
});
