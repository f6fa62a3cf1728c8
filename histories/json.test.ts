import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { canonical, inWords, sameValue } from "./json.ts";
import { anyJson } from "./testing/arbitraries.ts";

describe("canonical text", () => {
  it("does not depend on the order of members, and tells -0 from nothing", () => {
    expect(canonical({ b: [1, -0], a: null })).toBe(canonical({ a: null, b: [1, 0] }));
    expect(canonical({ a: 1 })).not.toBe(canonical({ a: "1" }));
  });

  it("means the same value", () => {
    fc.assert(
      fc.property(anyJson(), (value) => {
        expect(sameValue(JSON.parse(canonical(value)), value)).toBe(true);
      }),
    );
  });
});

describe("a value in words", () => {
  it.each([
    [{ "#keyword": "x" }, ":x"],
    [{ "#int": "123456789012345678901" }, "123456789012345678901"],
    [[1, { "#keyword": "a/b" }, { y: null }], '[1,:a/b,{"y":null}]'],
    [{ "#keyword": 1 }, '{"#keyword":1}'],
    ["x", '"x"'],
  ])("%j reads %s", (value, text) => {
    expect(inWords(value)).toBe(text);
  });
});
