import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HistoryBuilder } from "../../histories/builder.ts";
import type { Json } from "../../histories/json.ts";
import { history } from "../../histories/testing/notation.ts";
import { longFork } from "./long-fork.ts";

const Runs = Number(process.env["RASHOMON_FUZZ_RUNS"] ?? 2000);

describe("a long fork", () => {
  test("is found in the example of Sovran and others: each of two reads misses what the other sees", () => {
    const { valid, anomalies } = longFork.check(
      history(`
        0 invoke write [["w", 0, 1]]
        1 invoke write [["w", 1, 1]]
        0 ok write [["w", 0, 1]]
        1 ok write [["w", 1, 1]]
        2 invoke read [["r", 0, null], ["r", 1, null]]
        3 invoke read [["r", 1, null], ["r", 0, null]]
        2 ok read [["r", 0, 1], ["r", 1, null]]
        3 ok read [["r", 1, 1], ["r", 0, null]]
      `),
    );
    expect(valid).toBe(false);
    expect(anomalies).toEqual([
      {
        type: "long-fork",
        operations: [4, 5],
        explanation:
          "Operation 4 (process 2) saw the write of key 0 but not that of key 1, and operation 5 (process 3) saw that of key 1 but not that of key 0: to the one 0 came first, to the other 1.",
      },
    ]);
  });

  test("is none where one read sees more than the other", () => {
    expect(
      longFork.check(
        history(`
          0 invoke write [["w", 0, 1]]
          1 invoke write [["w", 1, 1]]
          2 invoke read [["r", 0, null], ["r", 1, null]]
          2 ok read [["r", 0, 1], ["r", 1, null]]
          3 invoke read [["r", 1, null], ["r", 0, null]]
          3 ok read [["r", 1, 1], ["r", 0, 1]]
        `),
      ),
    ).toMatchObject({ valid: true, statistics: { reads: 2, "partial-reads": 1, writes: 2 } });
  });

  test("is found in two keys of larger groups, and in transactions of Elle's form with keywords", () => {
    expect(
      longFork.check(
        history(`
          0 invoke txn [["w", "a", 1]]
          1 invoke txn [[{"#keyword":"w"}, "b", 1]]
          2 invoke txn [["r", "a", null], ["r", "b", null], ["r", "c", null]]
          2 ok txn [["r", "a", 1], ["r", "b", null], ["r", "c", null]]
          3 invoke txn [["r", "a", null], ["r", "b", null], ["r", "d", null]]
          3 ok txn [["r", "a", null], ["r", "b", 1], ["r", "d", null]]
        `),
      ).anomalies,
    ).toMatchObject([{ type: "long-fork", operations: [2, 4] }]);
  });

  test("cannot be told where a key is written twice", () => {
    expect(
      longFork.check(
        history(`
          0 invoke write [["w", 0, 1]]
          0 ok write [["w", 0, 1]]
          1 invoke write [["w", 0, 2]]
          2 invoke read [["r", 0, null], ["r", 1, null]]
          2 ok read [["r", 0, 1], ["r", 1, null]]
        `),
      ),
    ).toMatchObject({
      valid: "unknown",
      reason:
        "not decided: key 0 was written by operation 0 (process 0) and by operation 2 (process 1), and forks can be told only where each key is written once",
    });
  });

  test("may be looked for where a write failed and was made again", () => {
    expect(
      longFork.check(
        history(`
          0 invoke write [["w", 0, 1]]
          0 fail write [["w", 0, 1]]
          1 invoke write [["w", 0, 2]]
          2 invoke read [["r", 0, null], ["r", 1, null]]
          2 ok read [["r", 0, 2], ["r", 1, null]]
        `),
      ).valid,
    ).toBe(true);
  });

  test("is not all that can be wrong: a value that nobody wrote, or whose write failed", () => {
    const { anomalies } = longFork.check(
      history(`
        0 invoke write [["w", 0, 1]]
        0 fail write [["w", 0, 1]]
        2 invoke read [["r", 0, null], ["r", 1, null]]
        2 ok read [["r", 0, 1], ["r", 1, 7]]
      `),
    );
    expect(anomalies).toMatchObject([
      { type: "G1a", operations: [0, 2] },
      { type: "never-written", operations: [2] },
    ]);
  });

  test("cannot show where no read saw one write and missed another", () => {
    const write = '0 invoke write [["w", 0, 1]]\n0 ok write [["w", 0, 1]]';
    expect(longFork.check(history(write))).toMatchObject({
      valid: "unknown",
      reason: "no evidence: no read of several keys succeeded",
    });
    const none = `${write}\n1 invoke read [["r", 0, null], ["r", 1, null]]\n1 ok read [["r", 0, null], ["r", 1, null]]`;
    expect(longFork.check(history(none)).valid).toBe("unknown");
  });

  test("is looked for in micro-operations of this form only", () => {
    expect(() => longFork.check(history("0 invoke write 3"))).toThrow(
      'expected [["r" | "w", key, value], …] as the value of write in operation 0 (process 0), found 3',
    );
    expect(() => longFork.check(history('0 invoke write [["append", 1, 2]]'))).toThrow(
      /found \[\["append",1,2\]\]/,
    );
  });
});

test("random reads of random keys fork as the definition says", () => {
  const keys = fc.uniqueArray(fc.nat(3), { minLength: 2, maxLength: 4 });
  const read = fc.tuple(keys, fc.nat(15), fc.constantFrom("ok", "ok", "ok", "fail", "info"));
  const counts = { true: 0, false: 0, unknown: 0 };
  fc.assert(
    fc.property(fc.array(read, { maxLength: 5 }), (reads) => {
      const builder = new HistoryBuilder();
      let time = 0;
      for (let key = 0; key < 4; key++)
        builder.add({ time: time++, process: key, type: "invoke", f: "write", value: [["w", key, 1]] });
      reads.forEach(([each, seen, type], i) => {
        const value = (result: boolean): Json =>
          each.map((key) => ["r", key, result && (seen >> key) % 2 === 1 ? 1 : null]);
        builder.add({ time: time++, process: 10 + i, type: "invoke", f: "read", value: value(false) });
        builder.add({
          time: time++,
          process: 10 + i,
          type: type,
          f: "read",
          value: value(type === "ok"),
        });
      });
      const { valid, anomalies } = longFork.check(builder.build());
      // By definition: two reads, and two keys that both read, of which each saw the one that the other missed.
      const done = reads.filter(([, , type]) => type === "ok");
      const sees = ([each, seen]: (typeof done)[number], x: number, y: number): boolean =>
        each.includes(x) && each.includes(y) && (seen >> x) % 2 === 1 && (seen >> y) % 2 === 0;
      const pairs = [0, 1, 2, 3].flatMap((x) => [0, 1, 2, 3].map((y) => [x, y] as const));
      const forked = pairs.filter(
        ([x, y]) => x < y && done.some((a) => sees(a, x, y)) && done.some((b) => sees(b, y, x)),
      );
      const partial = done.some((each) => pairs.some(([x, y]) => sees(each, x, y)));
      expect(valid).toBe(forked.length > 0 ? false : partial ? true : "unknown");
      expect(anomalies).toHaveLength(forked.length);
      counts[`${valid}`]++;
    }),
    { numRuns: Runs },
  );
  for (const count of Object.values(counts)) expect(count).toBeGreaterThan(Runs * 0.1);
});
