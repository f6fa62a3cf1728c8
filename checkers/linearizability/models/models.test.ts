import { describe, expect, test } from "vitest";
import type { Json } from "../../../histories/json.ts";
import { history } from "../../../histories/testing/notation.ts";
import type { Validity } from "../../verdict.ts";
import { check } from "../linearizable.ts";
import { OneOf, Refused, unknownOutput, type Output } from "../model.ts";
import { modelNamed, models } from "./catalogue.ts";

/** Runs operations [f, argument, output] from the initial state: the last state, or the reason of refusal. */
function run(name: string, operations: readonly [string, Json, Output][], initial?: Json): Json {
  const model = modelNamed(name, initial);
  let state = model.initial;
  for (const [f, value, output] of operations) {
    const next = model.step(state, { f, value }, output);
    if (next instanceof Refused) return `refused: ${next.reason}`;
    if (next instanceof OneOf) return { oneOf: next.states };
    state = next;
  }
  return state;
}

const q: typeof unknownOutput = unknownOutput;

type Steps = [f: string, argument: Json, output: Output][];

describe("models", () => {
  test.each<[string, Steps, Json]>([
    [
      "register",
      [
        ["write", 1, 1],
        ["read", null, 1],
      ],
      1,
    ],
    ["register", [["read", null, null]], null],
    [
      "register",
      [
        ["write", 1, 1],
        ["read", null, null],
      ],
      "refused: the register held 1, not null",
    ],
    [
      "register",
      [
        ["write", { a: 1, b: 2 }, null],
        ["read", null, { b: 2, a: 1 }],
      ],
      { a: 1, b: 2 },
    ],
    [
      "register",
      [
        ["write", 1, q],
        ["read", null, q],
      ],
      1,
    ],
    [
      "cas-register",
      [
        ["write", 1, 1],
        ["cas", [1, 2], null],
      ],
      2,
    ],
    [
      "cas-register",
      [["cas", [1, 2], null]],
      "refused: the register held null, not 1 as the compare-and-set expected",
    ],
    [
      "mutex",
      [
        ["acquire", null, null],
        ["release", null, null],
      ],
      false,
    ],
    [
      "mutex",
      [
        ["acquire", null, null],
        ["acquire", null, null],
      ],
      "refused: the lock was held already",
    ],
    ["mutex", [["release", null, null]], "refused: the lock was not held"],
    [
      "multi-register",
      [
        [
          "txn",
          [
            ["w", "x", 1],
            ["r", "x", null],
            ["write", "y", 2],
          ],
          [
            ["w", "x", 1],
            ["r", "x", 1],
            ["write", "y", 2],
          ],
        ],
      ],
      [
        ["x", 1],
        ["y", 2],
      ],
    ],
    [
      "multi-register",
      [["txn", [["r", "x", null]], [["r", "x", 3]]]],
      'refused: register "x" held null, not 3',
    ],
    [
      "multi-register",
      [
        [
          "txn",
          [
            ["r", "x", null],
            ["w", "x", 1],
          ],
          q,
        ],
      ],
      [["x", 1]],
    ],
    [
      "set",
      [
        ["add", 2, null],
        ["add", 1, null],
        ["add", 2, null],
        ["read", null, [2, 1]],
      ],
      [1, 2],
    ],
    [
      "set",
      [
        ["add", 1, null],
        ["read", null, []],
      ],
      "refused: the set contained 1, which the read did not return",
    ],
    ["set", [["read", null, [1]]], "refused: the set did not contain 1"],
    [
      "set",
      [
        ["add", 1, null],
        ["read", null, [1, 1]],
      ],
      "refused: the read returned 1 twice",
    ],
    [
      "fifo-queue",
      [
        ["enqueue", 1, null],
        ["enqueue", 2, null],
        ["dequeue", null, 1],
      ],
      [2],
    ],
    [
      "fifo-queue",
      [
        ["enqueue", 1, null],
        ["enqueue", 2, null],
        ["dequeue", null, 2],
      ],
      "refused: 1 was at the head of the queue, not 2",
    ],
    ["fifo-queue", [["dequeue", null, 1]], "refused: the queue was empty"],
    ["fifo-queue", [["dequeue", null, null]], []],
    [
      "fifo-queue",
      [
        ["enqueue", 1, null],
        ["dequeue", null, null],
      ],
      "refused: the queue was not empty: 1 was at its head",
    ],
    [
      "fifo-queue",
      [
        ["enqueue", 1, null],
        ["dequeue", null, q],
        ["dequeue", null, q],
      ],
      [],
    ],
    [
      "unordered-queue",
      [
        ["enqueue", 1, null],
        ["enqueue", 2, null],
        ["dequeue", null, 2],
      ],
      [1],
    ],
    [
      "unordered-queue",
      [
        ["enqueue", 1, null],
        ["dequeue", null, 2],
      ],
      "refused: the queue did not contain 2",
    ],
    [
      "unordered-queue",
      [
        ["enqueue", 1, null],
        ["dequeue", null, null],
      ],
      "refused: the queue was not empty: it contained 1",
    ],
    [
      "unordered-queue",
      [
        ["enqueue", 2, null],
        ["enqueue", 1, null],
        ["enqueue", 1, null],
        ["dequeue", null, q],
      ],
      {
        oneOf: [
          [1, 2],
          [1, 1],
        ],
      },
    ],
  ])("%s: %j ends in %j", (name, operations, result) => {
    expect(run(name, operations)).toEqual(result);
  });

  test.each<[string, Json, Steps, Json]>([
    ["cas-register", 0, [["cas", [0, 1], null]], 1],
    ["write-once-register", 3, [["read", null, 3]], 3],
    ["versioned-register", [4, "x"], [["cas-version", [4, "y"], 5]], [5, "y"]],
    ["text-register", "a", [["append", "b", null]], "ab"],
    ["register-map", { x: 1 }, [["cas", ["x", [1, 2]], null]], [["x", 2]]],
    ["owner-mutex", "a", [["release", { client: "a" }, null]], null],
    ["semaphore", 3, [["acquire", 2, null]], 1],
    ["counter", 5, [["add", -2, null]], 3],
    ["bounded-counter", { value: 1, min: -1, max: 1 }, [["add-and-get", -2, -1]], -1],
    ["unique-ids", [1], [["generate", null, 2]], [1, 2]],
    [
      "bank",
      { a: 3, b: 0 },
      [["transfer", { from: "a", to: "b", amount: 2 }, null]],
      [
        ["a", 1],
        ["b", 2],
      ],
    ],
    [
      "bank",
      { a: 3, b: 0 },
      [["transfer", { from: "a", to: "b", amount: -2 }, null]],
      "refused: account b held 0, less than 2",
    ],
    ["multiset", [2, 1], [["remove", 2, true]], [1]],
    ["stack", [1, 2], [["pop", null, 2]], [1]],
    ["deque", [1, 2], [["pop-front", null, 1]], [2]],
    ["priority-queue", [1, 2], [["dequeue", null, 2]], [1]],
    ["min-priority-queue", [2, 1], [["dequeue", null, 1]], [2]],
    ["list", [1], [["append", 2, null]], [1, 2]],
    ["log", [1], [["append", 2, 1]], [1, 2]],
    ["mutex", true, [["release", null, null]], false],
    ["set", [2, 1, 2], [["read", null, [1, 2]]], [1, 2]],
    ["fifo-queue", [1], [["dequeue", null, 1]], []],
    [
      "multi-register",
      { y: 2, x: 1 },
      [["txn", [["r", "y", null]], [["r", "y", 2]]]],
      [
        ["x", 1],
        ["y", 2],
      ],
    ],
  ])("%s may begin with %j", (name, initial, operations, result) => {
    expect(run(name, operations, initial)).toEqual(result);
  });

  test.each<[string, string, Json, Json, string | undefined]>([
    ["cas-register", "cas", [1, 2], null, undefined],
    ["cas-register", "cas", [1], null, "a pair [expected, new]"],
    ["fifo-queue", "enqueue", null, null, "an item other than null"],
    ["set", "read", null, 3, "an array of elements"],
    ["multi-register", "txn", [["append", "x", 1]], null, 'an array of ["read" or "write", key, value]'],
    [
      "multi-register",
      "txn",
      [["r", "x", null]],
      [["r", "y", 1]],
      "the micro-operations of the invocation, with the values read",
    ],
  ])("%s: %s of %j → %s expects %s", (name, f, value, output, expected) => {
    expect(modelNamed(name).malformed?.({ f, value }, output)).toBe(expected);
  });

  test("are known by name, with the operations they expect", () => {
    expect(new Set(models.map(({ name }) => name)).size).toBe(models.length);
    for (const { name, operations, summary } of models) {
      expect(modelNamed(name).operations).toEqual(operations);
      expect(summary).toContain(operations[0]?.f);
      expect(name).toMatch(/^[a-z-]+$/);
    }
    expect(() => modelNamed("toString")).toThrow('Unknown model "toString"');
    expect(() => modelNamed("lease", 3)).toThrow("Model lease has one initial state only: leave it out.");
    for (const [name, wrong] of [
      ["versioned-register", 3],
      ["text-register", 3],
      ["register-map", [1]],
      ["semaphore", 0],
      ["counter", 1.5],
      ["bounded-counter", { value: 3, max: 2 }],
      ["bounded-counter", -3],
      ["bank", { a: "rich" }],
      ["stack", 3],
      ["priority-queue", ["x"]],
    ] as const)
      expect(() => modelNamed(name, wrong)).toThrow(`The initial state of model ${name} is`);
    expect(() => modelNamed("mutex", 3)).toThrow(
      "The initial state of model mutex is true (held) or false (free), not 3.",
    );
  });
});

describe("a lock whose owners are not named by arguments", () => {
  const acquired = '0 invoke acquire\n0 ok acquire {"client": "a", "fence": 5}\n';
  const nextOwner = '2 invoke acquire\n2 ok acquire {"client": "b", "fence": 6}';
  const locks = ["owner-mutex", "reentrant-mutex", "fenced-mutex", "reentrant-fenced-mutex"];

  test.each(locks)("%s: may be released by the process, whatever the result called it", (model) => {
    expect(validity(model, `${acquired}0 invoke release\n0 ok release`)).toBe(true);
    expect(validity(model, `${acquired}0 invoke release\n0 info release\n${nextOwner}`)).toBe(true);
    expect(validity(model, `${acquired}1 invoke release\n1 ok release`)).toBe(false);
  });

  test.each(locks.slice(1))("%s: may be released by the name that the result told", (model) => {
    expect(validity(model, `${acquired}1 invoke release {"client": "a"}\n1 ok release`)).toBe(true);
    expect(validity(model, `${acquired}1 invoke release {"client": "b"}\n1 ok release`)).toBe(false);
  });
});

test("a set that only said what was new gave evidence", () => {
  expect(validity("set", "0 invoke add 1\n0 ok add true\n0 invoke add 1\n0 ok add false")).toBe(true);
  expect(validity("set", "0 invoke add 1\n0 ok add 1\n0 invoke add 1\n0 ok add 1")).toBe("unknown");
});

test("a transaction whose reads were not told learnt nothing", () => {
  const writes = '0 invoke txn [["w", "x", 1], ["r", "x", null]]';
  expect(
    validity(
      "multi-register",
      `${writes}\n0 ok txn null\n1 invoke txn [["r", "x"]]\n1 ok txn [["r", "x", 1]]`,
    ),
  ).toBe(true);
});

function validity(model: string, text: string): Validity {
  return check(history(text), { model }).valid;
}
