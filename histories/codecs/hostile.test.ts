import {
  mkdtempSync,
  rmSync,
  writeFileSync,
  openSync,
  writeSync,
  closeSync,
  truncateSync,
  mkdirSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { InputError } from "../errors.ts";
import { cobraLog } from "../testing/binary-histories.ts";
import type { HistoryFormat } from "./format.ts";
import { readHistory } from "./read.ts";

const header = '{"rashomon":"history","format":1}\n';
const line = (index: number, rest = '"value":null') =>
  `{"index":${index},"time":${index},"process":${index},"type":"invoke","f":"read",${rest}}\n`;
const map = (process: number, rest = ":value nil") =>
  `{:process ${process} :type :invoke :f :read ${rest}}\n`;

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "rashomon-hostile-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function failure(path: string, format?: HistoryFormat): Promise<InputError> {
  const error: unknown = await readHistory(path, format === undefined ? {} : { format }).then(
    () => "nothing was thrown",
    (reason: unknown) => reason,
  );
  if (error instanceof InputError) return error;
  throw error;
}

function file(content: string | Uint8Array, name = "input"): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe("bad input is one clear error", () => {
  const deep = "[".repeat(100_000) + "]".repeat(100_000);
  const cases: [string, string | Uint8Array, { line?: number; column?: number; expected: string; found: string }][] = [
    ["an empty file", "", { expected: "a history: history.jsonl, EDN, JSON, or a format of another checker", found: "an empty file" }],
    ["blanks", " \n\n", { expected: "a history", found: "an empty file" }],
    ["another file", "PK\u0003\u0004", { line: 1, expected: "a history", found: '"PK' }],
    ["Jepsen's binary file", "JEPSEN\u0000", { line: 1, expected: "a history", found: "Jepsen's binary test.jepsen" }],
    ["another version", header.replace("1", "2"), { line: 1, expected: "a header line: 1 at format", found: "2" }],
    ["a torn header", '{"rashomon":"his', { line: 1, expected: "the rest of a JSON object", found: "the end of the file" }],
    ["a line cut in the middle", header + line(0).replace('null}', "") + line(1), { line: 2, expected: "the rest of a JSON object", found: "the end of the line" }],
    ["an empty line", `${header}\n${line(0)}`, { line: 2, expected: "the rest of a JSON object", found: "the end of the line" }],
    ["NaN", header + line(0, '"value":NaN'), { line: 2, column: 68, expected: "a JSON value", found: '"N"' }],
    ["a wrong process", header + line(0).replace('"process":0', '"process":-1'), { line: 2, expected: "an integer from 0 to 2147483647 or a string at process", found: "-1" }],
    ["a wrong type", header + line(0).replace("invoke", "begin"), { line: 2, expected: 'one of "invoke", "ok", "fail", "info" at type', found: '"begin"' }],
    ["a wrong f", header + line(0).replace('"read"', "5"), { line: 2, expected: "a string at f", found: "5" }],
    ["a missing member", header + line(0, '"node":"n1"'), { line: 2, expected: 'a member "value"', found: "{" }],
    ["an unknown member", header + line(0, '"value":1,"color":"red"'), { line: 2, expected: "only the members that the format names", found: '"color"' }],
    ["an index twice", header + line(0) + line(1).replace('"index":1', '"index":0'), { line: 3, expected: "index 1, the next one", found: "index 0 a second time" }],
    ["an index left out", header + line(0) + line(2), { line: 3, expected: "index 1, the next one", found: "index 2" }],
    ["a broken law", header + line(0) + line(1).replace('"process":1', '"process":0'), { line: 3, expected: "the completion of operation 0 (read) before process 0 invokes again", found: "a second invocation" }],
    ["a name twice", header + line(0, '"value":{"a":1,"a":2}'), { line: 2, column: 75, expected: "every name once", found: '"a" a second time' }],
    ["invalid UTF-8", Buffer.concat([Buffer.from(header + line(0)), Buffer.from([0x7b, 0xff, 0x0a])]), { line: 3, column: 2, expected: "UTF-8", found: "byte 0xFF" }],
    ["half a surrogate pair in UTF-8", Buffer.concat([Buffer.from(header), Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22, 0x0a])]), { line: 2, column: 2, expected: "UTF-8", found: "byte 0xED" }],
    ["invalid UTF-8 in EDN", Buffer.concat([Buffer.from(map(0)), Buffer.from('{:f "é" :x '), Buffer.from([0x22, 0xc3])]), { line: 2, column: 13, expected: "UTF-8", found: "byte 0xC3" }],
    ["deep nesting", header + line(0, `"value":${deep}`), { line: 2, expected: "at most 1000 levels of nesting", found: "one more" }],
    ["deep nesting in EDN", map(0, `:value ${deep}`), { line: 1, expected: "at most 1000 levels of nesting", found: "one more" }],
    ["deep nesting in JSON", `[{"type":"invoke","process":0,"f":"x","value":${deep}}]`, { line: 1, expected: "at most 1000 levels of nesting", found: "one more" }],
    ["a cut EDN file", map(0) + map(1).slice(0, 20), { line: 2, expected: "the rest of an operation", found: "the end of the file" }],
    ["a duplicate key in EDN", map(0) + map(1, ":value {:a 1 :a 2}"), { line: 2, column: 49, expected: "every key once in a map", found: '"a"} a second time' }],
    ["a duplicate index in EDN", map(0, ":index 3") + map(1, ":index 3"), { line: 2, expected: "an index above 3", found: "index 3 a second time" }],
    ["a cut JSON file", `[{"type":"invoke","process":0,"f":"x"},\n{"type":"inv`, { line: 2, expected: "the rest of an operation", found: "the end of the file" }],
    ["a JSON array without end", `[{"type":"invoke","process":0,"f":"x"}`, { line: 1, expected: 'the array\'s "]"', found: "the end of the file" }],
    ["something behind a JSON array", `[]\n5`, { line: 2, expected: "the end of the file after the array", found: '"5"' }],
    ["a JSON operation without a type", `[{"process":0,"f":"x"}]`, { line: 1, expected: "a member type on every operation", found: "an operation without it" }],
    ["a JSON array of something else", `[{"type":"invoke","process":0,"f":"x"}, 5]`, { line: 1, column: 41, expected: "an operation object", found: '"5"' }],
  ]; // prettier-ignore

  test.each(cases)("%s", async (_, content, { line: lineNumber, column, expected, found }) => {
    const path = file(content);
    const error = await failure(path);
    expect(error.place.file).toBe(path);
    if (lineNumber !== undefined) expect(error.place.line).toBe(lineNumber);
    if (column !== undefined) expect(error.place.column).toBe(column);
    expect(error.expected).toContain(expected);
    expect(error.found).toContain(found);
    expect(error.exitCode).toBe(65);
    expect(error.message.split("\n").length).toBeLessThanOrEqual(2);
  });

  test("a folder, a missing file", async () => {
    mkdirSync(join(folder, "empty"));
    expect(await failure(join(folder, "empty"))).toMatchObject({ found: "a directory without" });
    expect(await failure(join(folder, "missing"))).toMatchObject({ found: "no such file" });
    expect(await failure(join(file(""), "below"))).toMatchObject({ expected: "a history file" });
  });

  test("gzip is unpacked, and cut gzip is an error", async () => {
    const packed = gzipSync(header + line(0));
    expect((await readHistory(file(packed, "whole.gz"))).length).toBe(1);
    const cut = await failure(file(packed.subarray(0, packed.length - 12), "cut.gz"));
    expect(cut).toMatchObject({ code: "E_GZIP", expected: "gzip data to the end" });
    const broken = Buffer.from(packed);
    broken.fill(0xff, 15);
    expect(await failure(file(broken, "broken.gz"))).toMatchObject({ code: "E_GZIP" });
  });

  test("the place is right far into a file of many chunks, and on one long line", async () => {
    const good = Array.from({ length: 40_000 }, (_, i) => line(i)).join("");
    expect((await failure(file(`${header}${good}{"x\n`))).place).toMatchObject({ line: 40_002 });
    const operations = Array.from({ length: 200_000 }, (_, i) => `w(1,${i + 1},0,${i})\n`).join("");
    expect((await failure(file(`${operations}x`))).place).toMatchObject({ line: 200_001, column: 1 });
    const log = Buffer.concat(Array.from({ length: 100_000 }, () => cobraLog(["S", 1], ["C", 1])));
    expect((await failure(file(Buffer.concat([log, Buffer.from("x")])))).place).toMatchObject({
      offset: 1_800_000,
    });
    const maps = Array.from({ length: 40_000 }, (_, i) => map(i).trim()).join(" ");
    expect((await failure(file(`\n${maps} é`))).place).toMatchObject({ line: 2, column: maps.length + 2 });
  });
});

describe("what has no end meets a limit", () => {
  test("a line of 200 MB", async () => {
    const path = join(folder, "long");
    const output = openSync(path, "w");
    writeSync(output, header + line(0) + line(1, '"value":"').slice(0, -2));
    const block = Buffer.alloc(1 << 20, "a");
    for (let i = 0; i < 200; i++) writeSync(output, block);
    closeSync(output);
    const error = await failure(path);
    rmSync(path);
    expect(error).toMatchObject({
      code: "E_LIMIT_RECORD",
      expected: "a line or operation of at most 64 MiB",
      place: { file: path, line: 3 },
    });
  });

  test("a file of nothing but zeros behind its header, an EDN string that never closes", async () => {
    const zeros = file(header, "zeros");
    truncateSync(zeros, 100_000_000);
    expect(await failure(zeros)).toMatchObject({ code: "E_LIMIT_RECORD", place: { line: 2 } });
    const open = file(`${map(0)}{:f "`, "open");
    truncateSync(open, 100_000_000);
    expect(await failure(open)).toMatchObject({ code: "E_LIMIT_RECORD", place: { line: 2 } });
  });

  test("a line of Plume, a transaction of dbcop", async () => {
    for (const beginning of ["w(1,1,0,1)\nw(", '{"data":[[{"events":[],"committed":true,"x":"']) {
      const path = file(beginning, "endless");
      truncateSync(path, 100_000_000);
      expect(await failure(path)).toMatchObject({ code: expect.stringMatching(/^E_(LIMIT_RECORD|JSON)$/) });
    }
  });

  test("a value of many megabytes is read all the same", async () => {
    const long = "x".repeat(10_000_000);
    const path = file(`${header}${line(0, `"value":"${long}"`)}`);
    expect((await readHistory(path)).value(0)).toBe(long);
  });
});
