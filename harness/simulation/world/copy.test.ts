import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../../../histories/json.ts";
import { copyOf, freezeDeeply } from "./copy.ts";

const json = fc.jsonValue({ noUnicodeString: false }) as fc.Arbitrary<Json>;

/** Every object and array within a value. */
function parts(value: unknown): object[] {
  if (typeof value !== "object" || value === null) return [];
  return [value, ...Object.values(value).flatMap(parts)];
}

describe("a copy", () => {
  it("is what JSON would keep, and shares nothing with the original", () => {
    fc.assert(
      fc.property(json, (value) => {
        const copy = copyOf(value);
        expect(copy).toEqual(value);
        expect(JSON.stringify(copy)).toBe(JSON.stringify(value));
        const originals = new Set(parts(value));
        expect(parts(copy).some((part) => originals.has(part))).toBe(false);
      }),
    );
  });

  it("leaves out what is undefined, as JSON does", () => {
    const given = { a: 1, b: undefined, c: { d: undefined } } as unknown as Json;
    expect(Object.keys(copyOf(given) as object)).toEqual(["a", "c"]);
    expect(JSON.stringify(copyOf(given))).toBe('{"a":1,"c":{}}');
  });
});

describe("freezing", () => {
  it("lets nobody change any part", () => {
    const value = { list: [{ n: 1 }] };
    freezeDeeply(value);
    expect(() => (value.list[0] as { n: number }).n++).toThrow(TypeError);
    expect(() => value.list.push({ n: 2 })).toThrow(TypeError);
  });

  it.each([
    ["undefined", { a: undefined }],
    ["NaN", { a: NaN }],
    ["a function", { a: () => 1 }],
    ["a Map", { a: new Map() }],
    ["a Date", [new Date(0)]],
  ])("refuses %s, which JSON does not keep", (_, value) => {
    expect(() => freezeDeeply(value)).toThrow(TypeError);
  });
});
