import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HistoryBuilder } from "./builder.ts";
import { ValueArena } from "./codecs/value-arena.ts";
import { canonical, sameValue, type Json } from "./json.ts";
import { NoValueNumber, NullValue, ValueTable } from "./value-table.ts";
import { ParsedValues } from "./values.ts";

function arenaOf(...texts: string[]): ValueArena {
  const arena = new ValueArena();
  for (const text of texts) arena.append(Buffer.from(text), 0, Buffer.byteLength(text));
  return arena;
}

/** Which of the texts mean the same value, by their numbers. */
function numbersOf(...texts: string[]): number[] {
  return [...arenaOf(...texts).numbers()];
}

describe("values are the same by number when they are the same value", () => {
  test.each<[string, string, string, boolean]>([
    ["an integer in two spellings", "1", "1.0", true],
    ["an integer and its exponent", "100", "1e2", true],
    ["both zeros", "0", "-0", true],
    ["a zero inside an array", "[0]", "[-0]", true],
    ["a negative integer and a positive one", "-7", "7", false],
    ["large integers", "4503599627370497", "4503599627370496", false],
    ["fractions", "0.5", "0.50", true],
    ["members of an object in another order", '{"a":1,"b":2}', '{"b":2,"a":1}', true],
    ["members of an object with other values", '{"a":1,"b":2}', '{"a":2,"b":1}', false],
    ["blanks in an array", "[1, 2]", "[1,2]", true],
    ["an escaped letter", '"\\u0061"', '"a"', true],
    ["a string and a number", '"1"', "1", false],
    ["true and its text", "true", '"true"', false],
    ["null and its text", "null", '"null"', false],
  ])("%s", (_, a, b, same) => {
    const [first, second] = numbersOf(a, b);
    expect(first === second).toBe(same);
    const [second2, first2] = numbersOf(b, a);
    expect(first2 === second2).toBe(same);
  });

  test("for any values in any spelling, which come back by their numbers", () => {
    const spelling = fc.constantFrom<(value: Json) => string>(
      canonical,
      (value) => JSON.stringify(value),
      (value) => JSON.stringify(value, undefined, 1),
    );
    const values = fc.array(fc.tuple(fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>, spelling), {
      minLength: 2,
      maxLength: 40,
    });
    fc.assert(
      fc.property(values, (spelt) => {
        const texts = spelt.map(([value, spell]) => spell(value));
        const parsed = texts.map((text) => JSON.parse(text) as Json);
        const arena = arenaOf(...texts);
        const inMemory = new ParsedValues();
        for (const value of parsed) inMemory.push(value);
        for (const source of [arena, inMemory]) {
          const numbers = source.numbers();
          for (let i = 0; i < parsed.length; i++) {
            const value = parsed[i]!;
            expect(sameValue(source.table.get(numbers[i]!), value)).toBe(true);
            expect(source.table.number(value)).toBe(numbers[i]);
            for (let j = 0; j < i; j++)
              expect(numbers[i] === numbers[j]).toBe(canonical(value) === canonical(parsed[j]!));
          }
        }
      }),
    );
  });
});

test("numbers come in order of first appearance, null first of all", () => {
  expect(numbersOf("7", '"a"', "7", "null", "-3", '"a"', "123456789012")).toEqual([
    1,
    2,
    1,
    NullValue,
    3,
    2,
    4,
  ]);
});

test("many values of every kind are told apart", () => {
  const table = new ValueTable([], 10);
  const values = Array.from({ length: 3000 }, (_, i): Json =>
    i % 3 === 0 ? i * 977 : i % 3 === 1 ? -i : `text ${i}`,
  );
  const numbers = values.map((value) => table.number(value));
  expect(new Set(numbers).size).toBe(values.length);
  expect(values.map((value) => table.number(value))).toEqual(numbers);
  expect(numbers.map((number) => table.get(number))).toEqual(values);
  expect(() => table.get(table.count)).toThrow(RangeError);
});

describe("pairs", () => {
  const texts = [
    '["x, [y]",[1,2]]',
    '[ "x, [y]" , [1, 2] ]',
    "[1]",
    "[]",
    "[1,2,3]",
    '{"a":1,"b":2}',
    "[[1,2],{}]",
    '["\\"",1]',
  ];

  test("are told by their members, from bytes as from values", () => {
    const arena = arenaOf(...texts);
    const parsed = new ParsedValues();
    for (const text of texts) parsed.push(JSON.parse(text) as Json);
    for (const source of [arena, parsed]) {
      const { first, second } = source.pairs();
      const members = [...first].map((number, i) =>
        number === NoValueNumber ? undefined : [source.table.get(number), source.table.get(second[i]!)],
      );
      expect(members).toEqual([
        ["x, [y]", [1, 2]],
        ["x, [y]", [1, 2]],
        undefined,
        undefined,
        undefined,
        undefined,
        [[1, 2], {}],
        ['"', 1],
      ]);
      expect(first[0]).toBe(first[1]);
      expect(second[0]).toBe(second[1]);
    }
  });
});

test("a history numbers its values", () => {
  const builder = new HistoryBuilder();
  builder.add({ time: 0, process: 0, type: "invoke", f: "write", value: 5 });
  builder.add({ time: 1, process: 0, type: "ok", f: "write", value: 5 });
  builder.add({ time: 2, process: 0, type: "invoke", f: "read", value: null });
  const history = builder.build();
  expect([...history.valueNumbers()]).toEqual([1, 1, NullValue]);
  expect(history.valueTable.get(1)).toBe(5);
});
