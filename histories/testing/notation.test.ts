import { describe, expect, test } from "vitest";
import { history, operations } from "./notation.ts";

describe("the notation", () => {
  test("reads one operation a line", () => {
    const noted = history(`
      # two clients and a fault
      0 invoke write 1 key="x" node=n1
      nemesis info kill
      1 invoke txn [["append", "a b", 1], ["r", "y", null]] @10
      0 ok write 1 key="x" node=n1
      1 info txn [["append", "a b", 1], ["r", "y", null]] error="timed out"
    `);
    expect([...noted]).toEqual([
      { index: 0, time: 0, process: 0, type: "invoke", f: "write", key: "x", value: 1, node: "n1" },
      { index: 1, time: 1, process: "nemesis", type: "info", f: "kill", value: null },
      {
        index: 2,
        time: 10,
        process: 1,
        type: "invoke",
        f: "txn",
        value: [
          ["append", "a b", 1],
          ["r", "y", null],
        ],
      },
      { index: 3, time: 11, process: 0, type: "ok", f: "write", key: "x", value: 1, node: "n1" },
      {
        index: 4,
        time: 12,
        process: 1,
        type: "info",
        f: "txn",
        value: [
          ["append", "a b", 1],
          ["r", "y", null],
        ],
        error: "timed out",
      },
    ]);
  });

  test("gives drafts without an index", () => {
    expect(operations("0 invoke read")).toEqual([
      { time: 0, process: 0, type: "invoke", f: "read", value: null },
    ]);
  });

  test.each([
    ["0 invoke", "notation:1: expected <process> <type> <f>"],
    ["0 begin read", "expected one of invoke, ok, fail, info, found begin"],
    ["0 invoke write x", "expected a JSON value, found x"],
    ["0 invoke write 1 2", "expected @<time>, key=, node= or error=, found 2"],
    ["0 invoke write 1 @later", "NaN ns"],
    ["0 invoke read\n0 invoke read", "notation:2: expected the completion of operation 0"],
  ])("says what is wrong in %j", (text, message) => {
    expect(() => history(text)).toThrow(message);
  });
});
