import { describe, expect, test } from "vitest";
import type { Json } from "../../json.ts";
import type { History } from "../../history.ts";
import { detectFormat, type HistoryFormat } from "../format.ts";
import { readHistoryFrom } from "../read.ts";

/** Each event in short: its process, how it ended, and what it did. */
function told(history: History): Json[] {
  return [...history].map(({ process, type, f, value }) => {
    expect(f).toBe("txn");
    return [process, type, value];
  });
}

function read(format: HistoryFormat, text: string): Json[] {
  expect(detectFormat(Buffer.from(text))).toBe(format);
  const history = readHistoryFrom(text);
  expect(history.completionsOnly).toBe(true);
  expect(history.foreign).toBe(true);
  return told(history);
}

describe("Plume's text", () => {
  test("is a line an operation, whose value 0 is the initial one", () => {
    expect(read("plume", "w(1,7,0,1)\nr(2,0,0,1)\nr(1,7,3,2)\n")).toEqual([
      [0, "ok", [["w", 1, 7], ["r", 2, null]]],
      [3, "ok", [["r", 1, 7]]],
    ]); // prettier-ignore
  });

  test("may have the operations of a transaction apart, and other line ends", () => {
    expect(read("plume", "\nw(1,1,0,1)\r\nw(1,2,1,2)\r\n\r\nw(2,3,0,1)\r\nr(1,1,0,3)\r\nw(3,4,0,1)")).toEqual([
      [0, "ok", [["w", 1, 1], ["w", 2, 3], ["w", 3, 4]]],
      [1, "ok", [["w", 1, 2]]],
      [0, "ok", [["r", 1, 1]]],
    ]); // prettier-ignore
  });

  test("takes transactions of the same number in two sessions for two", () => {
    expect(read("plume", "w(1,1,0,1)\nw(1,2,1,1)\nw(2,3,0,1)\n")).toEqual([
      [0, "ok", [["w", 1, 1], ["w", 2, 3]]],
      [1, "ok", [["w", 1, 2]]],
    ]); // prettier-ignore
  });

  test("gives transaction −1 to what was aborted, each line by itself", () => {
    expect(read("plume", "w(1,1,0,-1)\nw(2,1,0,-1)\nr(1,1,0,5)\nw(3,3,0,-1)")).toEqual([
      [0, "fail", [["w", 1, 1]]],
      [0, "fail", [["w", 2, 1]]],
      [0, "ok", [["r", 1, 1]]],
      [0, "fail", [["w", 3, 3]]],
    ]);
  });

  test("may write the initial transaction as session −1, transaction −1", () => {
    const history = readHistoryFrom("r(1,0,2,1)\nw(1,0,-1,-1)\nw(2,0,-1,-1)\n");
    expect(told(history)).toEqual([[2, "ok", [["r", 1, null]]]]);
    expect(history.notes.join()).toContain("the initial one");
  });

  test("may write it as any transaction that begins a session and initialises what is read", () => {
    const history = readHistoryFrom("w(1,4,0,1)\nr(2,0,0,1)\nw(1,0,7,2)\nw(2,0,7,2)\nr(1,4,7,3)\n");
    expect(told(history)).toEqual([
      [0, "ok", [["w", 1, 4], ["r", 2, null]]],
      [7, "ok", [["r", 1, 4]]],
    ]); // prettier-ignore
    expect(history.notes.join()).toContain("taken for the initial one");
  });

  test.each([
    ["a later transaction of its session", "r(1,0,0,1)\nw(1,0,0,2)\nw(2,0,0,2)\n"],
    ["one that leaves out a key that is read", "w(1,0,0,1)\nw(2,0,0,1)\nr(3,0,1,2)\n"],
    ["one that writes one key only", "w(1,0,0,1)\nr(1,0,1,2)\n"],
    ["one that does something else", "w(1,0,0,1)\nw(2,0,0,1)\nr(2,0,0,1)\n"],
    ["one that was aborted", "w(1,0,0,-1)\nw(2,0,0,-1)\nr(2,0,0,1)\n"],
  ])("takes a write of 0 for a write of null in %s", (_, text) => {
    const written = readHistoryFrom(text);
    expect(JSON.stringify(told(written))).toContain('["w",1,null]');
  });

  test("may have integers that no double holds", () => {
    const text = "w(9007199254740993,18446744073709551615,0,1)\nr(007,9007199254740992,0,9007199254740993)\n";
    expect(read("plume", text)).toEqual([
      [0, "ok", [["w", { "#int": "9007199254740993" }, { "#int": "18446744073709551615" }]]],
      [0, "ok", [["r", 7, 9007199254740992]]],
    ]);
  });

  test("may have sessions that are no processes: these are numbered", () => {
    const history = readHistoryFrom(
      "w(1,1,12345678901234567890,1)\nw(1,2,5,2)\nw(1,3,12345678901234567890,3)",
    );
    expect(told(history).map((each) => (each as Json[])[0])).toEqual([0, 1, 0]);
    expect(history.notes.join()).toContain("numbered in order of first appearance");
  });
});

describe("AWDIT's text", () => {
  test("parts transactions by dashes and sessions by equals signs", () => {
    expect(read("awdit", "w 1 1\nr 2 0\n-----\nr 1 1\n=====\nr 1 1\n")).toEqual([
      [0, "ok", [["w", 1, 1], ["r", 2, null]]],
      [0, "ok", [["r", 1, 1]]],
      [1, "ok", [["r", 1, 1]]],
    ]); // prettier-ignore
  });

  test("may have empty parts and any number of dashes", () => {
    expect(read("awdit", "===\n---\n\n  w  1\t1 \n-\n--\n==\n=\n---\nr 1 1\n--")).toEqual([
      [0, "ok", [["w", 1, 1]]],
      [1, "ok", [["r", 1, 1]]],
    ]);
  });
});

describe("VeriStrong's text of lists", () => {
  test("is a number of operations and a line for each", () => {
    expect(read("veristrong", "4\n0 1 A 5 7\n0 1 R 5 1 7\n1 2 R 6 0\n0 3 R 5 2 7 8\n")).toEqual([
      [0, "ok", [["append", 5, 7], ["r", 5, [7]]]],
      [1, "ok", [["r", 6, []]]],
      [0, "ok", [["r", 5, [7, 8]]]],
    ]); // prettier-ignore
  });

  test("may have the operations of a transaction apart", () => {
    expect(read("veristrong", "3\n0 1 A 5 7\n1 2 A 5 8\n0 1 A 6 9")).toEqual([
      [0, "ok", [["append", 5, 7], ["append", 6, 9]]],
      [1, "ok", [["append", 5, 8]]],
    ]); // prettier-ignore
  });
});

describe("a text that is not of its format is one clear error", () => {
  test.each([
    ["plume", "w(1,1,0,1)\nw(1,x,0,1)\n", 2, 5, "a line r(key,value,session,transaction) or w(…)", '"x"'],
    ["plume", "w(1,1,0,1)\nw(1,1,0,1", 2, 10, "r(key,value,session,transaction)", "the end of the line"],
    ["plume", "w(1,1,0,1) w(2,1,0,1)\n", 1, 11, "r(key,value,session,transaction)", '" "'],
    ["plume", "w(1,1,0,1)\nx(1,1,0,1)\n", 2, 1, "r(key,value,session,transaction)", '"x"'],
    ["awdit", "w 1 1\nw 1\n", 2, 4, "a line `r key value`", "the end of the line"],
    ["awdit", "w 1 1\n--=\n", 2, 3, "a line of -", '"="'],
    ["awdit", "w 1 1 1\n", 1, 6, "a line `r key value`", '" "'],
    ["veristrong", "2\n0 1 A 5 7\n", 3, 1, "2 operations, as the first line says", "1"],
    ["veristrong", "1\n0 1 A 5 7\n0 1 A 5 8\n", 3, 1, "1 operations, as the first line says", "one more"],
    [
      "veristrong",
      "1\n0 1 R 5 2 7\n",
      2,
      12,
      "session transaction R key length element",
      "the end of the line",
    ],
    ["veristrong", "1\n0 1 R 5 99999999999999999999 7\n", 2, 9, "R key length", '"9"'],
    ["veristrong", "1\n0 1 B 5 7\n", 2, 5, "session transaction A key value", '"B"'],
    ["veristrong", "", 1, 1, "the number of operations", "the end of the file"],
  ] as const)("%s: %j", (format, text, line, column, expected, found) => {
    let error: unknown;
    try {
      readHistoryFrom(text, { format, file: "h" });
    } catch (caught) {
      error = caught;
    }
    expect(error).toMatchObject({ place: { file: "h", line, column }, found, exitCode: 65 });
    expect(String(error)).toContain(expected);
  });
});
