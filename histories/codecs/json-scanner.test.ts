import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyJson } from "../testing/arbitraries.ts";
import { Fault } from "./decoder.ts";
import { JsonScanner, Unfinished } from "./json-scanner.ts";

/** "accepted", "unfinished", or the code of the fault. */
function judge(text: string): string {
  const bytes = Buffer.from(text);
  try {
    const after = new JsonScanner().scan(bytes, 0, bytes.length);
    if (after === Unfinished) return "unfinished";
    return bytes.toString("utf8", after).trim() === "" ? "accepted" : "more";
  } catch (error) {
    if (error instanceof Fault) return error.code;
    throw error;
  }
}

describe("the scanner", () => {
  test("notes the members of an object, not those inside of them", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), anyJson()), fc.constantFrom(0, 1), (object, indent) => {
        const bytes = Buffer.from(JSON.stringify(object, null, indent));
        const scanner = new JsonScanner();
        expect(scanner.scan(bytes, 0, bytes.length)).toBe(bytes.length);
        const parsed = (start = 0, end = 0): unknown => JSON.parse(bytes.toString("utf8", start, end));
        const found: unknown[] = [];
        for (let i = 0; i < scanner.members.length; i += 4) {
          const [name, nameEnd, value, valueEnd] = scanner.members.slice(i, i + 4);
          found.push([parsed(name, nameEnd), parsed(value, valueEnd)]);
        }
        expect(found).toEqual(Object.entries(JSON.parse(bytes.toString()) as object));
      }),
    );
  });

  test("takes every JSON value, and of its prefixes none as wrong", () => {
    fc.assert(
      fc.property(anyJson(), fc.nat(), (value, cut) => {
        const text = JSON.stringify({ value });
        expect(judge(text)).toBe("accepted");
        const prefix = Buffer.from(text.slice(0, cut % text.length));
        expect(judge(prefix.toString())).toBe("unfinished");
      }),
    );
  });

  test("takes what JSON.parse takes, and nothing else, after any small change of a text", () => {
    const character = fc.constantFrom(...Array.from('[]{}":,0123456789.eE+-\\utrufalsn \t\n/x'));
    fc.assert(
      fc.property(anyJson(), fc.nat(), fc.nat(2), character, (value, at, drop, insert) => {
        const text = JSON.stringify([value]);
        const i = at % (text.length + 1);
        const changed = text.slice(0, i) + insert + text.slice(i + drop);
        fc.pre(Buffer.from(changed).toString() === changed);
        const verdict = judge(changed);
        // A second name, and a number out of range, are refused here alone.
        if (verdict === "E_JSON_DUPLICATE" || verdict === "E_JSON_NUMBER") return;
        expect(verdict === "accepted").toBe(parses(changed));
      }),
      { numRuns: 2000 },
    );
  });

  test.each(['{"a":1,"a":2}', '{"a":1,"\\u0061":2}', '[{"b":{"a":1},"b":1}]', manyNames()])(
    "refuses a name a second time: %.30s",
    (text) => {
      expect(judge(text)).toBe("E_JSON_DUPLICATE");
    },
  );

  test.each(['{"a":{"a":1},"b":{"a":{"a":2}}}', '[{"a":1},{"a":1}]', '{"\\u0061":1,"b":{"\\u0061":1}}'])(
    "takes a name once in each of several objects: %s",
    (text) => {
      expect(judge(text)).toBe("accepted");
    },
  );

  test.each([
    ["1e999", "E_JSON_NUMBER"],
    ["-1E400", "E_JSON_NUMBER"],
    ["[".repeat(100_000), "E_LIMIT_DEPTH"],
    ["NaN", "E_JSON"],
    ["01", "more"],
    ["1.", "unfinished"],
    ["1.x", "E_JSON"],
    ['"\u0001"', "E_JSON"],
    ['"\\x"', "E_JSON"],
    ["nul", "unfinished"],
    ["[1,]", "E_JSON"],
    ["", "unfinished"],
  ])("judges %.20j as %s", (text, verdict) => {
    expect(judge(text)).toBe(verdict);
  });

  test("notes integers that a double does not hold", () => {
    const scanner = new JsonScanner();
    const bytes = Buffer.from("[9007199254740992,9007199254740993,-12345678901234567890,1.5]");
    scanner.scan(bytes, 0, bytes.length);
    expect(scanner.largeIntegers).toEqual([18, 34, 35, 56]);
  });
});

function manyNames(): string {
  const names = Array.from({ length: 40 }, (_, i) => `"n${i}":${i}`);
  return `{${names.join(",")},"n39":1}`;
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
