import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HistoryBuilder } from "../../histories/builder.ts";
import type { History } from "../../histories/history.ts";
import type { Json } from "../../histories/json.ts";
import { history } from "../../histories/testing/notation.ts";
import { bank } from "./bank.ts";

const Runs = Number(process.env["RASHOMON_FUZZ_RUNS"] ?? 2000);

/** One transfer, and reads of these balances one after another. */
function reading(...balances: readonly Json[]): History {
  const lines = [
    '9 invoke transfer {"from":0,"to":1,"amount":5}',
    '9 ok transfer {"from":0,"to":1,"amount":5}',
  ];
  for (const each of balances) lines.push("0 invoke read", `0 ok read ${JSON.stringify(each)}`);
  return history(lines.join("\n"));
}

describe("a bank", () => {
  test("is sound when every read has the total", () => {
    expect(bank({ totalAmount: 15 }).check(reading({ 0: 10, 1: 5 }, { 0: 15, 1: 0 }))).toMatchObject({
      valid: true,
      statistics: { reads: 2, transfers: 1 },
    });
  });

  test("has lost money when a read has another total: Jepsen's wrong-total", () => {
    const { valid, anomalies } = bank({ totalAmount: 15 }).check(reading({ 0: 10, 1: 5 }, { 0: 10, 1: 0 }));
    expect(valid).toBe(false);
    expect(anomalies).toEqual([
      {
        type: "wrong-total",
        operations: [4],
        explanation:
          "Operation 4 (process 0) read balances that add up to 10, but the accounts hold 15 together, and transfers do not change that: {0: 10, 1: 0}.",
      },
    ]);
  });

  test("whose total nobody says must agree with itself: the most frequent total stands", () => {
    const { anomalies } = bank().check(reading({ 0: 15 }, { 0: 10, 1: 0 }, { 0: 8, 1: 7 }));
    expect(anomalies).toMatchObject([{ type: "wrong-total", operations: [2, 4] }]);
    expect(bank().check(reading({ 0: 10, 1: 0 }, { 0: 5, 1: 5 })).valid).toBe(true);
  });

  test("takes the total, and the accounts, from how it was opened", () => {
    const opened = (balances: Json): History =>
      history(`
        0 invoke init {"0":10,"1":0}
        0 ok init {"0":10,"1":0}
        0 invoke transfer {"from":0,"to":1,"amount":5}
        1 invoke read
        1 ok read ${JSON.stringify(balances)}
      `);
    expect(bank().check(opened({ 0: 5, 1: 5 })).valid).toBe(true);
    expect(bank().check(opened({ 0: 5, 1: 6 })).anomalies).toMatchObject([{ type: "wrong-total" }]);
    expect(bank().check(opened({ 0: 10 })).anomalies).toMatchObject([{ type: "missing-key" }]);
    expect(bank().check(opened({ 0: 5, 1: 5, 2: 0 })).anomalies).toMatchObject([{ type: "unexpected-key" }]);
  });

  test("that is not open yet has no accounts, which is nothing wrong", () => {
    expect(
      bank().check(
        history(`
          1 invoke read
          0 invoke init {"0":10}
          1 ok read {}
          0 ok init {"0":10}
          2 invoke transfer {"from":0,"to":1,"amount":5}
          1 invoke read
          1 ok read {"0":10}
        `),
      ).valid,
    ).toBe(true);
  });

  test("is not overdrawn, unless that is allowed", () => {
    const overdrawn = reading({ 0: -1, 1: 11 });
    expect(bank({ totalAmount: 10 }).check(overdrawn).anomalies).toMatchObject([{ type: "negative-value" }]);
    expect(bank({ totalAmount: 10, negativeBalances: true }).check(overdrawn).valid).toBe(true);
  });

  test("has a balance in every account", () => {
    expect(bank({ totalAmount: 10 }).check(reading({ 0: 10, 1: null })).anomalies).toMatchObject([
      { type: "nil-balance", explanation: "Operation 2 (process 0) read no balance of account 1." },
    ]);
  });

  test("reads Jepsen's maps, with numbers or keywords as accounts", () => {
    const read = {
      "#map": [
        [0, 10],
        [1, 5],
      ],
    };
    expect(bank({ totalAmount: 15 }).check(reading(read)).valid).toBe(true);
    expect(
      bank({ totalAmount: 15 }).check(
        reading({
          "#map": [
            [{ "#keyword": "0" }, 10],
            [{ "#keyword": "1" }, 4],
          ],
        }),
      ).valid,
    ).toBe(false);
  });

  test("of which nothing was read, or in which nothing moved, proves nothing", () => {
    expect(bank({ totalAmount: 15 }).check(reading())).toMatchObject({
      valid: "unknown",
      reason: "no evidence: no read of the accounts succeeded",
    });
    expect(bank({ totalAmount: 15 }).check(history('0 invoke read\n0 ok read {"0":15}'))).toMatchObject({
      valid: "unknown",
      reason: "no evidence: no transfer can have succeeded",
    });
  });

  test("refuses balances that are none", () => {
    expect(() => bank().check(reading({ 0: "much" }))).toThrow(
      'expected {account: balance, …} with numbers as balances as the value of read in operation 2 (process 0), found {"0":"much"}',
    );
    expect(() => bank().check(reading([1, 2]))).toThrow(/expected \{account: balance, …\}/);
  });

  test("tells a few anomalies of a type and counts the rest", () => {
    const verdict = bank({ totalAmount: 1 }).check(reading(...Array.from({ length: 20 }, () => ({ 0: 2 }))));
    expect(verdict.anomalies).toHaveLength(8);
    expect(verdict.statistics).toMatchObject({ "wrong-total": 20 });
    expect(verdict.notes).toEqual(["12 more anomalies of type wrong-total are not told one by one."]);
  });
});

test("random histories of banks are judged as the definition says", () => {
  const balances = fc.constantFrom([0, 2], [1, 1], [2, 0], [1, 1], [3, -1], [1, 2]);
  const outcome = fc.constantFrom("ok", "ok", "fail", "info");
  const operation = fc.oneof(
    { weight: 2, arbitrary: fc.tuple(fc.constant("read"), outcome, balances) },
    { weight: 1, arbitrary: fc.tuple(fc.constant("transfer"), outcome, balances) },
  );
  const counts = { true: 0, false: 0, unknown: 0 };
  fc.assert(
    fc.property(
      fc.array(operation, { maxLength: 4 }),
      fc.constantFrom(undefined, 2, 2, 3),
      fc.boolean(),
      (operations, totalAmount, negativeBalances) => {
        const builder = new HistoryBuilder();
        operations.forEach(([f, type, [a = 0, b = 0]], process) => {
          const value: Json = f === "read" ? { a, b } : { from: "a", to: "b", amount: a };
          builder.add({ time: process, process, type: "invoke", f, value: f === "read" ? null : value });
          builder.add({ time: process, process, type: type, f, value });
        });
        const checker = bank({ negativeBalances, ...(totalAmount === undefined ? {} : { totalAmount }) });
        const { valid } = checker.check(builder.build());
        // By definition: all reads of one total, the given one if there is one, and none below zero.
        const reads = operations
          .filter(([f, type]) => f === "read" && type === "ok")
          .map(([, , [a = 0, b = 0]]) => [a, b] as const);
        const totals = new Set(reads.map(([a, b]) => a + b));
        const sound =
          (totalAmount === undefined
            ? totals.size <= 1
            : [...totals].every((total) => total === totalAmount)) &&
          (negativeBalances || reads.every(([a, b]) => a >= 0 && b >= 0));
        const moved = operations.some(([f, type]) => f === "transfer" && type !== "fail");
        const expected = !sound ? false : reads.length > 0 && moved ? true : "unknown";
        expect(valid).toBe(expected);
        counts[`${valid}`]++;
      },
    ),
    { numRuns: Runs },
  );
  for (const count of Object.values(counts)) expect(count).toBeGreaterThan(Runs * 0.05);
});
