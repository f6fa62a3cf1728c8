import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { bincode, cobraLog } from "../testing/binary-histories.ts";
import { detectFormat, formatOfName, historyFormats, parseHistoryFormat, writableFormats } from "./format.ts";

test.each([
  ["native", '{"rashomon":"history","format":1}\n'],
  ["edn", "{:type :invoke :process 0 :f :read}"],
  ["edn", "[[0 :invoke :read nil]]"],
  ["edn", "; a comment\n(#jepsen.history.Op{:index 0})"],
  ["json", '[{"index":0,"type":"invoke","process":0,"f":"txn","value":[["r",1,null]]}]'],
  ["json", '{"value":[["r",1,null]],"type":"ok","process":0,"f":"txn"}\n'],
  ["json", '[{"ops":1,"type":"ok","process":0,"f":"read","value":1}]'],
  ["json", "[]"],
  ["dbcop-json", '{"params":{"id":0},"info":"x","data":[]}'],
  ["dbcop-json", '{\n  "data": [\n    []\n  ]\n}'],
  ["dbcop-json", '[ [ { "events": [], "committed": true } ] ]'],
  ["dbcop-json", "[[]]"],
  ["timekiller", '[\n {\n "ops": [{"t": "w", "k": 7, "v": 2}], "tid": 67, "sid": 19}]'],
  ["timekiller", '[{"sts":{"p":1,"l":2},"cts":{"p":1,"l":2},"tid":"a","sid":"b","ops":[]}]'],
  ["viper", '{"value":[["w",1,2,true]]}\n{"value":[]}\n'],
  ["viper", '{"isInitial":true,"value":[]}\n'],
  ["plume", "r(1,0,0,1)\n"],
  ["plume", "\n w(1,0,-1,-1)"],
  ["awdit", "r 1 0\n"],
  ["awdit", "=====\n-----\nw\t1 2"],
  ["veristrong", "12\n0 1 A 5 7\n"],
  ["veristrong", "1\r\n0 1 R 5 0\r\n"],
] as const)("%s is known by %j", (format, text) => {
  expect(detectFormat(Buffer.from(text))).toBe(format);
  expect(detectFormat(Buffer.from(`\uFEFF${text}`))).toBe(format);
});

test("binary formats are known by their bytes, also cut", () => {
  const log = cobraLog(["S", 1], ["W", 1, 5, 0], ["C", 1]);
  const timed = cobraLog(["S", 1, 9], ["R", 1, 2, 5, 0], ["A", 1, 9]);
  for (const bytes of [log, timed]) {
    for (let length = 18; length <= bytes.length; length++)
      expect(detectFormat(bytes.subarray(0, length))).toBe("cobra");
  }
  const old = bincode([[{ events: [] }]], "a history");
  for (let length = 57; length <= old.length; length++)
    expect(detectFormat(old.subarray(0, length))).toBe("dbcop");
  expect(detectFormat(bincode([], ""))).toBe("dbcop");
});

test.each(["hello", "Some text that begins with an S", "12\nabc", "%PDF", "0 1 A 5 7"])(
  "%j is no history",
  (text) => {
    expect(() => detectFormat(Buffer.from(text), "f")).toThrow("f:1: expected a history");
  },
);

test("what begins as a format does is left to its reader, which tells what is wrong and where", () => {
  expect(["w(", "r 1", "{", "["].map((text) => detectFormat(Buffer.from(text)))).toEqual([
    "plume",
    "awdit",
    "edn",
    "edn",
  ]);
});

test("formats go by their names", () => {
  for (const format of historyFormats) expect(parseHistoryFormat(format)).toBe(format);
  expect(() => parseHistoryFormat("plum")).toThrow("Did you mean plume?");
  expect(["a.jsonl", "a.edn", "a.json"].map(formatOfName)).toEqual(["native", "edn", "json"]);
  expect(() => formatOfName("a.txt")).toThrow("says no history format");
});

test("the guide names every format, and which are written", () => {
  const guide = readFileSync(new URL("../../docs/formats.md", import.meta.url), "utf8");
  const rows = [...guide.matchAll(/^\| `([a-z-]+)` .*\| yes +\| (yes)? *\|$/gm)];
  expect(rows.map((row) => row[1])).toEqual([...historyFormats]);
  expect(rows.filter((row) => row[2] === "yes").map((row) => row[1])).toEqual([...writableFormats]);
});
