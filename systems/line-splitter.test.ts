import { expect, test } from "vitest";

import { LineSplitter } from "./line-splitter.ts";

test("gives whole lines, wherever the bytes are cut", () => {
  const bytes = Buffer.from("ein\nzweiä€\n\n drei");
  for (let cut = 0; cut <= bytes.length; cut++) {
    const lines = new LineSplitter(100);
    const first = lines.push(bytes.subarray(0, cut));
    expect([...first, ...lines.push(bytes.subarray(cut))]).toEqual(["ein", "zweiä€"]);
    expect(lines.push(Buffer.from("\n"))).toEqual([" drei"]);
  }
});

test("refuses a line beyond its limit, ended or not", () => {
  expect(() => new LineSplitter(5).push(Buffer.from("123456\n"))).toThrow("more than 5");
  expect(() => new LineSplitter(5).push(Buffer.from("123456"))).toThrow("more than 5");
  expect(new LineSplitter(5).push(Buffer.from("12345\n"))).toEqual(["12345"]);
});
