import { describe, expect, test } from "vitest";
import type { History } from "../../history.ts";
import type { Json } from "../../json.ts";
import { detectFormat } from "../format.ts";
import { readHistoryFrom } from "../read.ts";

function told(history: History): Json[] {
  return [...history].map(({ process, type, value }) => [process, type, value]);
}

describe("dbcop's JSON", () => {
  const dbcop = (data: Json) =>
    JSON.stringify({
      params: { id: 0, n_node: 2 },
      info: "a test",
      start: "2026-05-05T00:00:00Z",
      end: "",
      data,
    });
  const write = (variable: Json, version: Json) => ({ Write: { variable, version } });
  const read = (variable: Json, version: Json) => ({ Read: { variable, version } });

  test("is an object with sessions in its data, or these alone, spelled out or in short", () => {
    const events = [write(1, 7), read(2, null)];
    const short = [["w", 1, 7], ["r", 2, null]]; // prettier-ignore
    for (const text of [
      dbcop([[{ events, committed: true }], [{ events: [read(1, 7)], committed: false }]]),
      JSON.stringify([[{ events: short, committed: true }], [{ committed: false, events: [["r", 1, 7]] }]]),
      `\n { "end" : 5 , "data" : [ [ ${JSON.stringify({ events, committed: true }, null, 2)} ] , [ {"events":[${JSON.stringify(read(1, 7))}],"committed":false} ] ] , "info" : {"a":[1]} } \n`,
    ]) {
      expect(detectFormat(Buffer.from(text))).toBe("dbcop-json");
      const history = readHistoryFrom(text);
      expect(history.completionsOnly).toBe(true);
      expect(told(history)).toEqual([
        [0, "ok", short],
        [1, "fail", [["r", 1, 7]]],
      ]);
    }
  });

  test("takes a read of 0 for one of the initial version, unless a committed transaction wrote that", () => {
    const text = dbcop([
      [{ events: [read("x", 0), write("x", 1)], committed: true }],
      [
        { events: [write("y", 0)], committed: true },
        { events: [read("y", 0), read("y", null)], committed: true },
      ],
      [{ events: [write("x", 0)], committed: false }],
    ]);
    expect(told(readHistoryFrom(text))).toEqual([
      [0, "ok", [["r", "x", null], ["w", "x", 1]]],
      [1, "ok", [["w", "y", 0]]],
      [1, "ok", [["r", "y", 0], ["r", "y", null]]],
      [2, "fail", [["w", "x", 0]]],
    ]); // prettier-ignore
  });

  test("may have empty sessions and transactions, and integers that no double holds", () => {
    const text = `{"data":[[],[{"events":[],"committed":true},{"events":[["w",18446744073709551615,1]],"committed":true}]]}`;
    expect(told(readHistoryFrom(text))).toEqual([
      [1, "ok", []],
      [1, "ok", [["w", { "#int": "18446744073709551615" }, 1]]],
    ]);
    expect(readHistoryFrom('{"data":[]}').length).toBe(0);
  });

  test.each([
    ['{"info":"x"}', "a member data, the sessions", "an object without it"],
    ['{"data":[[{"events":[],"committed":true}', "the rest of dbcop's history", "the end of the file"],
    ['{"data":[[{"events":[],"comm', "the rest of dbcop's history", "the end of the file"],
    ['{"data":5}', "an array, the sessions", '"5"'],
    ['{"data":[5]}', "an array, a session", '"5"'],
    ['{"data":[[5]]}', "a transaction object", '"5"'],
    ['{"data":[[{"events":[]}]]}', "a transaction with events, an array, and committed", "{"],
    ['{"data":[[{"events":[{"Scan":{}}],"committed":true}]]}', "events Read or Write", "Scan"],
    ['{"data":[[{"events":[["w",1,null]],"committed":true}]]}', "a version that is written", "null"],
    ['{"data":[],"data":[]}', "one member data", "a second one"],
    ['{"data":[]} 5', "the end of the file after the history", '"5"'],
  ])("of %s is an error", (text, expected, found) => {
    let error: unknown;
    try {
      readHistoryFrom(text);
    } catch (caught) {
      error = caught;
    }
    expect(error).toMatchObject({ exitCode: 65, place: { line: 1 } });
    expect(String(error)).toContain(expected);
    expect(String(error)).toContain(found);
  });
});

describe("TimeKiller's JSON", () => {
  const transaction = (sid: Json, start: number, commit: number, ...ops: Json[]) => ({
    tid: 67,
    sid,
    sts: { p: start, l: 0 },
    cts: { p: commit, l: 0 },
    ops,
  });

  test("gives the order of events by its timestamps, and keeps these", () => {
    const text = JSON.stringify([
      transaction(4, 10, 40, { t: "w", k: 7, v: 2 }, { t: "r", k: 8 }),
      transaction(5, 20, 30, { t: "Read", k: 7, v: null }, { t: "WRITE", k: 8, v: 3 }),
      transaction(5, 50, 50, { t: "a", k: 9, v: 1 }, { t: "r", k: 9, v: [1] }),
    ]);
    expect(detectFormat(Buffer.from(text))).toBe("timekiller");
    const history = readHistoryFrom(text);
    expect(told(history)).toEqual([
      [4, "invoke", [["w", 7, 2], ["r", 8, null]]],
      [5, "invoke", [["r", 7, null], ["w", 8, 3]]],
      [5, "ok", [["r", 7, null], ["w", 8, 3]]],
      [4, "ok", [["w", 7, 2], ["r", 8, null]]],
      [5, "invoke", [["append", 9, 1], ["r", 9, null]]],
      [5, "ok", [["append", 9, 1], ["r", 9, [1]]]],
    ]); // prettier-ignore
    expect(history.extra(3)).toEqual({ tid: 67, sts: { p: 10, l: 0 }, cts: { p: 40, l: 0 } });
    expect(history.completionsOnly).toBe(false);
  });

  test("lets commits of an instant come before its starts, and what took no time between", () => {
    const text = JSON.stringify([
      transaction("b", 20, 30, { t: "w", k: 2, v: 1 }),
      transaction("c", 20, 20, { t: "w", k: 3, v: 1 }),
      transaction("a", 10, 20, { t: "w", k: 1, v: 1 }),
      transaction("a", 20, 25, { t: "w", k: 4, v: 1 }),
    ]);
    const keys = [...readHistoryFrom(text)].map(
      ({ type, value }) => `${type} ${JSON.stringify(value).slice(6, 7)}`,
    );
    expect(keys).toEqual(["invoke 1", "ok 1", "invoke 3", "ok 3", "invoke 2", "invoke 4", "ok 4", "ok 2"]);
  });

  test("compares parts beyond what doubles hold, which may be texts", () => {
    const p = 9_007_199_254_740_992n;
    const one = (sid: number, start: bigint, commit: bigint) =>
      `{"tid":"t${sid}","sid":"${sid}","sts":{"p":"${start}","l":1},"cts":{"p":${commit},"l":2},"ops":[{"t":"w","k":"${sid}","v":1}]}`;
    const history = readHistoryFrom(`[${one(1, p + 1n, p + 3n)},${one(2, p, p + 2n)}]`);
    expect([...history].map(({ type, value }) => [type, value])).toEqual([
      ["invoke", [["w", 2, 1]]],
      ["invoke", [["w", 1, 1]]],
      ["ok", [["w", 2, 1]]],
      ["ok", [["w", 1, 1]]],
    ]);
    expect(history.extra(2)?.["sts"]).toEqual({ p: "9007199254740992", l: 1 });
  });

  test.each([
    ["a commit before its start", [transaction(1, 20, 10), transaction(2, 1, 2)]],
    ["a session that overlaps itself", [transaction(1, 10, 30), transaction(1, 20, 40)]],
  ])("has completions only where timestamps cannot be real time: %s", (_, transactions) => {
    const history = readHistoryFrom(JSON.stringify(transactions));
    expect(history.completionsOnly).toBe(true);
    expect(history.length).toBe(2);
    expect(history.notes.join()).toContain("not taken for real time");
    expect(history.extra(0)).toMatchObject({ tid: 67 });
  });

  test("has 0 for the initial value where nobody read null, save where somebody wrote 0", () => {
    const text = (third: Json) =>
      JSON.stringify([
        transaction(1, 1, 2, { t: "r", k: 1, v: 0 }, { t: "w", k: 2, v: 0 }),
        transaction(1, 3, 4, { t: "r", k: 2, v: 0 }, { t: "r", k: 3, v: third }),
      ]);
    expect(told(readHistoryFrom(text(0))).filter((_, i) => i % 2 === 1)).toEqual([
      [1, "ok", [["r", 1, null], ["w", 2, 0]]],
      [1, "ok", [["r", 2, 0], ["r", 3, null]]],
    ]); // prettier-ignore
    expect(told(readHistoryFrom(text(null)))[1]).toEqual([1, "ok", [["r", 1, 0], ["w", 2, 0]]]); // prettier-ignore
  });

  test.each([
    [
      '[{"tid":1,"sid":1,"sts":{"p":1,"l":0},"ops":[]}]',
      "a timestamp cts of 64-bit integers p and l",
      "null",
    ],
    ['[{"tid":1,"sid":1,"sts":{"p":1.5,"l":0},"cts":{"p":2,"l":0},"ops":[]}]', "a timestamp sts", "1.5"],
    ['[{"tid":1,"sts":{"p":1,"l":0},"cts":{"p":2,"l":0},"ops":[]}]', "a session sid", "null"],
    [
      '[{"tid":1,"sid":1,"sts":{"p":1,"l":0},"cts":{"p":2,"l":0},"ops":[{"t":"x","k":1}]}]',
      "of a type t",
      '"x"',
    ],
    ['[{"tid":1,"sid":1,"sts":{"p":1', "the rest of a transaction", "the end of the file"],
    ['[{"tid":1,"sid":1}]', "an array ops in every transaction", "tid"],
  ])("of %s is an error", (text, expected, found) => {
    let error: unknown;
    try {
      readHistoryFrom(text);
    } catch (caught) {
      error = caught;
    }
    expect(error).toMatchObject({ exitCode: 65, place: { line: 1 } });
    expect(String(error)).toContain(expected);
    expect(String(error)).toContain(found);
  });
});
