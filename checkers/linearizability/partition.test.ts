import { describe, expect, test } from "vitest";
import { history } from "../../histories/testing/notation.ts";
import { modelNamed } from "./models/catalogue.ts";
import { looksKeyed, ModelHistory } from "./partition.ts";

describe("a history looks keyed", () => {
  test.each<[string, string, boolean, string]>([
    [
      "all are pairs and a read asks [key, null]",
      "cas-register",
      true,
      "0 invoke write [1, 5]\n1 invoke read [1, null]",
    ],
    ["all are pairs and a cas has a pair in it", "cas-register", true, "0 invoke cas [1, [5, 6]]"],
    ["all dequeues ask [key, null]", "fifo-queue", true, "0 invoke dequeue [1, null]"],
    ["but not if a read asks nothing", "cas-register", false, "0 invoke cas [1, [5, 6]]\n1 invoke read"],
    ["but not if a cas is a plain pair", "cas-register", false, "0 invoke cas [1, 5]"],
    ["but not if only writes have pairs", "register", false, "0 invoke write [1, 5]"],
    ["but not if a write of null has a pair", "register", false, "0 invoke write [1, null]"],
    [
      "but not if transactions have two reads",
      "multi-register",
      false,
      '0 invoke txn [["r", 1, null], ["r", 2, null]]',
    ],
    ["but not if it names its keys", "register", false, '0 invoke read [1, null] key="x"'],
    ["but not if it is empty", "register", false, ""],
  ])("if %s", (_, model, expected, text) => {
    expect(looksKeyed(history(text), modelNamed(model))).toBe(expected);
  });
});

describe("operations of a model", () => {
  const source = new ModelHistory(
    history(`
      0 invoke write null key="x"
      1 invoke read null key="y"
      0 ok write 3 key="x"
      1 info read 4 key="y"
      nemesis info kill
    `),
    modelNamed("register"),
    false,
  );

  test("take the argument of an update from its completion when the invocation has none", () => {
    expect(source.input(0)).toEqual({ f: "write", value: 3 });
  });

  test.each([
    ["counter", "7"],
    ["set", "true"],
    ["multiset", "true"],
  ])(
    "take null for an argument where it means something: in add of a %s that answered %s",
    (model, answer) => {
      const adding = history(`0 invoke add null\n0 ok add ${answer}`);
      expect(new ModelHistory(adding, modelNamed(model), false).input(0)).toEqual({ f: "add", value: null });
    },
  );

  test("have no output unless they completed ok", () => {
    expect(source.isKnown(0)).toBe(true);
    expect(source.isKnown(1)).toBe(false);
    expect(source.input(1)).toEqual({ f: "read", value: null });
    expect(typeof source.output(1)).toBe("symbol");
  });

  test("are grouped by key, without those of the nemesis", () => {
    expect(source.partitions()).toEqual([
      { key: "x", operations: Int32Array.of(0) },
      { key: "y", operations: Int32Array.of(1) },
    ]);
  });
});

test("a completion of a keyed history that names another key than its invocation is refused", () => {
  const source = new ModelHistory(
    history(`
      0 invoke read [1, null]
      0 ok read [2, 5]
    `),
    modelNamed("register"),
    true,
  );
  expect(() => source.output(0)).toThrow("expected key 1, that of the invocation, found operation 1");
});
