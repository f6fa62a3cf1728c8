import { describe, expect, test } from "vitest";
import type { Json } from "../../../histories/json.ts";
import { chance } from "../../chance.ts";
import type { Completion, Invocation } from "../../contracts/client.ts";
import { Executor } from "./executor.ts";
import { answerInWords, requestOf, transactionLanguage } from "./language.ts";
import { servedWorkloads } from "./programs.ts";
import { Store } from "./store.ts";

/** An executor of a workload, and a way to have operations done one after another. */
function served(workload: string) {
  const executor = new Executor({
    store: new Store({ isolation: "serializable" }),
    workload,
    random: chance(1),
  });
  let now = 0;
  return (f: string, value: Json, key?: Json): Completion => {
    const answers: Completion[] = [];
    const invocation: Invocation = { process: 0, f, value, ...(key === undefined ? {} : { key }) };
    executor.submit(now, 0, invocation, (answer) => answers.push(answer));
    while (answers.length === 0) executor.run((now = executor.due ?? now));
    expect(executor.due).toBe(undefined);
    return answers[0] ?? { type: "info" };
  };
}

describe("the operations of each workload, one after another", () => {
  test("list-append and rw-register", () => {
    const lists = served("list-append");
    expect(
      lists("txn", [
        ["append", 1, 5],
        ["r", 1, null],
      ]),
    ).toEqual({
      type: "ok",
      value: [
        ["append", 1, 5],
        ["r", 1, [5]],
      ],
    });
    expect(
      lists("txn", [
        ["append", 1, 6],
        ["r", 2, null],
      ]).value,
    ).toEqual([
      ["append", 1, 6],
      ["r", 2, null],
    ]);
    expect(lists("txn", [["r", 1, null]]).value).toEqual([["r", 1, [5, 6]]]);
    const registers = served("rw-register");
    registers("txn", [["w", "a", 1]]);
    expect(
      registers("txn", [
        ["r", "a", null],
        ["w", "a", 2],
        ["r", "a", null],
      ]).value,
    ).toEqual([
      ["r", "a", 1],
      ["w", "a", 2],
      ["r", "a", 2],
    ]);
  });

  test("predicate", () => {
    const rows = served("predicate");
    expect(rows("init", { 0: 3, 1: 4 })).toEqual({ type: "ok", value: { 0: 3, 1: 4 } });
    expect(rows("init", { 7: 9 })).toMatchObject({ type: "fail" });
    expect(
      rows("txn", [
        ["rp", "true", null],
        ["insert", 2, 3],
        ["rp", ["=", 3], null],
      ]).value,
    ).toEqual([
      ["rp", "true", { 0: 3, 1: 4 }],
      ["insert", 2, 3],
      ["rp", ["=", 3], { 0: 3, 2: 3 }],
    ]);
    expect(
      rows("txn", [
        ["delete", 0],
        ["w", 1, 5],
        ["rp", ["mod", 2, 1], null],
      ]).value,
    ).toEqual([
      ["delete", 0],
      ["w", 1, 5],
      ["rp", ["mod", 2, 1], { 1: 5, 2: 3 }],
    ]);
    expect(
      rows("txn", [
        ["r", 0, null],
        ["r", 1, null],
      ]).value,
    ).toEqual([
      ["r", 0, null],
      ["r", 1, 5],
    ]);
    for (const refused of [
      ["insert", 0, 1],
      ["insert", 1, 1],
      ["delete", 0],
      ["w", 7, 1],
    ])
      expect(rows("txn", [["w", 1, 8], refused])).toMatchObject({ type: "fail" });
    expect(rows("txn", [["r", 1, null]]).value).toEqual([["r", 1, 5]]);
  });

  test("bank", () => {
    const bank = served("bank");
    bank("init", { 0: 10, 1: 0 });
    // Accounts that are open stay as they are.
    expect(bank("init", { 0: 9, 1: 0 }).type).toBe("ok");
    expect(bank("transfer", { from: 0, to: 1, amount: 4 })).toEqual({
      type: "ok",
      value: { from: 0, to: 1, amount: 4 },
    });
    expect(bank("transfer", { from: 0, to: 1, amount: 7 })).toMatchObject({ type: "fail" });
    expect(bank("read", null).value).toEqual({ 0: 6, 1: 4 });
  });

  test("long-fork, write-skew, causal-reverse, sequential, dirty-read", () => {
    const forks = served("long-fork");
    forks("write", [["w", 4, 1]]);
    expect(
      forks("read", [
        ["r", 5, null],
        ["r", 4, null],
      ]).value,
    ).toEqual([
      ["r", 5, null],
      ["r", 4, 1],
    ]);
    const pairs = served("write-skew");
    expect(pairs("insert", [1, null], 7).type).toBe("ok");
    expect(pairs("insert", [null, 2], 7)).toEqual({
      type: "fail",
      error: ["aborted", "there is one already"],
    });
    expect(pairs("insert", [null, 2], 8).type).toBe("ok");
    const values = served("causal-reverse");
    values("write", 1, "k");
    values("write", 2, "k");
    values("write", 3, "other");
    expect(values("read", null, "k").value).toEqual([1, 2]);
    const parts = served("sequential");
    expect(parts("read", 7).value).toEqual([7, [null, null, null, null, null]]);
    expect(parts("write", 7).value).toBe(7);
    expect(parts("read", 7).value).toEqual([7, ["7_4", "7_3", "7_2", "7_1", "7_0"]]);
    const rows = served("dirty-read");
    expect(rows("read", null).value).toEqual([null, null, null, null]);
    rows("write", 3);
    expect(rows("read", null).value).toEqual([3, 3, 3, 3]);
  });
});

test.each(servedWorkloads)("an operation that is none of %s is refused", (workload) => {
  expect(() => served(workload)("nonsense", 5)).toThrow(/expected .*found nonsense with 5/);
});

test("micro-operations that are none roll their transaction back", () => {
  const lists = served("list-append");
  expect(
    lists("txn", [
      ["append", 1, 5],
      ["increment", 1, 1],
    ]),
  ).toMatchObject({ type: "fail" });
  expect(lists("txn", [["r", 1, null]]).value).toEqual([["r", 1, null]]);
});

describe("operations of several clients", () => {
  const run = (seed: number): string[] => {
    const executor = new Executor({
      store: new Store({ isolation: "serializable" }),
      workload: "rw-register",
      random: chance(seed),
    });
    const log: string[] = [];
    for (const process of [0, 1, 2]) {
      const value = [
        ["r", "x", null],
        ["w", "x", process],
        ["r", "y", null],
      ];
      executor.submit(0, process, { process, f: "txn", value }, ({ type }) => log.push(`${process} ${type}`));
    }
    for (let due = executor.due; due !== undefined; due = executor.due) executor.run(due);
    return log;
  };

  test("go on side by side: of three that change one key at once one wins", () => {
    const log = run(1);
    expect(log.filter((line) => line.endsWith("ok"))).toHaveLength(1);
    expect(log.filter((line) => line.endsWith("fail"))).toHaveLength(2);
  });

  test("go on in an order that the seed decides", () => {
    const orders = new Set(Array.from({ length: 20 }, (_, seed) => run(seed).join()));
    expect(orders.size).toBeGreaterThan(3);
    expect(run(5)).toEqual(run(5));
  });

  test("of several transactions fail if the first is refused, and are half done if a later one is, so that nobody knows", () => {
    const outcomes = (seed: number): string[] => {
      const store = new Store({ isolation: "snapshot-isolation" });
      const executor = new Executor({ store, workload: "sequential", random: chance(seed) });
      const log: string[] = [];
      for (const process of [0, 1]) {
        executor.run(2 * process);
        const invocation = { process, f: "write", value: 7 };
        executor.submit(2 * process, process, invocation, ({ type }) => log.push(type));
      }
      for (let due = executor.due; due !== undefined; due = executor.due) executor.run(due);
      return log;
    };
    const seen = new Set(Array.from({ length: 100 }, (_, seed) => outcomes(seed)).flat());
    expect(seen).toEqual(new Set(["ok", "fail", "info"]));
  });
});

describe("the language of clients and server", () => {
  const language = transactionLanguage("dirty-read");

  test("says each operation and each answer in a line", () => {
    const operation = { process: 3, f: "write", key: "k", value: [1, "two\n"] } as const;
    const line = language.lineOf(operation);
    expect(line).not.toContain("\n");
    expect(requestOf(line)).toEqual({ client: 3, invocation: operation });
    for (const completion of [
      { type: "ok", value: [1] },
      { type: "fail", error: "no" },
    ] as const)
      expect(language.completionOf(operation, answerInWords(completion))).toEqual(completion);
  });

  test("knows what has no effect", () => {
    expect(language.isRead({ process: 0, f: "read", value: null })).toBe(true);
    expect(language.isRead({ process: 0, f: "write", value: 1 })).toBe(false);
    const lists = transactionLanguage("list-append");
    expect(lists.isRead({ process: 0, f: "txn", value: [["r", 1, null]] })).toBe(true);
    expect(
      lists.isRead({
        process: 0,
        f: "txn",
        value: [
          ["r", 1, null],
          ["append", 1, 1],
        ],
      }),
    ).toBe(false);
  });

  test("does not take other answers for any", () => {
    const operation = { process: 0, f: "read", value: null };
    for (const answer of ["[]", "{}", '{"type":"maybe"}', "nonsense"])
      expect(() => language.completionOf(operation, answer)).toThrow();
    for (const line of ["[]", '{"f":"read"}', '{"process":1}', "nonsense"])
      expect(() => requestOf(line)).toThrow();
  });
});
