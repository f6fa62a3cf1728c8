import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { UsageError } from "../errors.ts";
import { detectFormat, formatOfName, parseHistoryFormat } from "./format.ts";
import { readHistoryFrom } from "./read.ts";
import { convertHistory } from "./write.ts";

const invoke =
  '{"index":2,"type":"invoke","f":"txn","value":[["append",253,1],["r",253,null]],"process":0,"time":3291485317}';
const ok =
  '{"index":3,"type":"ok","f":"txn","value":[["append",253,1],["r",253,[1]]],"process":0,"time":3767733708}';

describe("elle-cli's JSON", () => {
  const expected = [
    { index: 0, time: 3291485317, process: 0, type: "invoke", f: "txn", value: [["append", 253, 1], ["r", 253, null]] },
    { index: 1, time: 3767733708, process: 0, type: "ok", f: "txn", value: [["append", 253, 1], ["r", 253, [1]]] },
  ]; // prettier-ignore

  test.each([
    ["an array", `[${invoke},\n${ok}]`],
    ["one object a line", `${invoke}\n${ok}\n`],
    ["an array with blanks", `\n [ ${invoke} , ${ok} ] \n`],
  ])("may be %s", (_, text) => {
    const read = readHistoryFrom(text);
    expect([...read]).toEqual(expected);
    expect([0, 1].map((i) => read.sourceIndex(i))).toEqual([2, 3]);
  });

  test("may leave out indices and times, and name the nemesis", () => {
    const read = readHistoryFrom(
      '[{"type":"info","process":"nemesis","f":"kill","value":["n1"],"port":80,"node":5}]',
    );
    expect([...read]).toEqual([
      {
        index: 0,
        time: 0,
        process: "nemesis",
        type: "info",
        f: "kill",
        value: ["n1"],
        extra: { port: 80, node: 5 },
      },
    ]);
    expect(read.notes).toHaveLength(1);
  });

  test("keeps integers that a double would round", () => {
    const read = readHistoryFrom(
      '[{"type":"ok","process":0,"f":"read","value":[9007199254740993,"9007199254740993"]}]',
    );
    expect(read.value(0)).toEqual([{ "#int": "9007199254740993" }, "9007199254740993"]);
    expect(read.completionsOnly).toBe(true);
  });

  test("may be empty", () => {
    expect(readHistoryFrom("[]").length).toBe(0);
  });
});

describe("the format", () => {
  test.each([
    ['{"rashomon":"history","format":1}', "native"],
    ['{"format":1, "name":"x", "rashomon" : "history"}\n', "native"],
    ['{"index":0}', "json"],
    ['\uFEFF[\n {"index":0}', "json"],
    ["[]", "json"],
    ["{:index 0}", "edn"],
    ["[{:index 0}", "edn"],
    ["[ [0 :invoke :read nil]", "edn"],
    ["(", "edn"],
    ["; by hand\n{:index 0}", "edn"],
    ["#jepsen.history.Op{:index 0}", "edn"],
  ])("of %j is %s", (text, format) => {
    expect(detectFormat(Buffer.from(text))).toBe(format);
  });

  test("that is forced is held to", () => {
    expect(() => readHistoryFrom("{:type :invoke}", { format: "json" })).toThrow(
      'expected a name in quotes, found ":"',
    );
    expect(() => readHistoryFrom(`[${invoke}]`, { format: "native" })).toThrow("expected a header line");
  });

  test("is known by the name of a file to be written, or must be told", () => {
    expect(["a.jsonl", "b.edn", "c.json"].map(formatOfName)).toEqual(["native", "edn", "json"]);
    expect(() => formatOfName("history.txt")).toThrow(UsageError);
    expect(parseHistoryFormat("edn")).toBe("edn");
    expect(() => parseHistoryFormat("ednn")).toThrow("Did you mean edn");
  });
});

test("converting there and back through every format gives the same bytes", async () => {
  const folder = mkdtempSync(join(tmpdir(), "rashomon-convert-"));
  try {
    const path = (name: string) => join(folder, name);
    writeFileSync(path("first.json"), `[${invoke},${ok.replace("}", ',"error":{"a":[]}, "final?":true}')}]`);
    const told = await convertHistory(path("first.json"), path("second.edn"));
    expect(told).toEqual({ operations: 2, format: "edn", notes: [] });
    await expect(convertHistory(path("second.edn"), path("no/such/folder.edn"))).rejects.toThrow(UsageError);
    await convertHistory(path("second.edn"), path("third.json"));
    await convertHistory(path("third.json"), path("fourth.edn"));
    expect(readFileSync(path("fourth.edn"), "utf8")).toBe(readFileSync(path("second.edn"), "utf8"));
    expect(readFileSync(path("second.edn"), "utf8").split("\n")[1]).toBe(
      "{:index 3, :time 3767733708, :type :ok, :process 0, :f :txn, :value [[:append 253 1] [:r 253 [1]]], :error {:a []}, :final? true}",
    );
    await convertHistory(path("fourth.edn"), path("fifth"), { to: "native" });
    await convertHistory(path("fifth"), path("sixth.jsonl"), { format: "native" });
    expect(readFileSync(path("sixth.jsonl"), "utf8")).toBe(readFileSync(path("fifth"), "utf8"));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
