import * as fc from "fast-check";
import { expect, test } from "vitest";

import { HistoryBuilder } from "../../../histories/builder.ts";
import { ValueArena } from "../../../histories/codecs/value-arena.ts";
import type { History } from "../../../histories/history.ts";
import { canonical, isJsonArray, type Json } from "../../../histories/json.ts";
import { Invoke, Ok } from "../../../histories/operation.ts";
import { Append, NoVersion, Read, ReadList, Unread, Write, type Transactions } from "../transactions.ts";
import { transactionsOf } from "./transactions-of.ts";

const Runs = Number(process.env["RASHOMON_FUZZ_RUNS"] ?? 500);

/** Elements that are easily confused: prefixes of one another, brackets and commas in strings, one number in several spellings. */
const elements: readonly (readonly string[])[] = [
  ["1", "1.0", "1e0", " 1"],
  ["12", "12 "],
  ["123456789012345678"],
  ["-1"],
  ['"a"', '"\\u0061"'],
  ['"a,b"'],
  ['"a]"'],
  ['"]"'],
  ['"\\"]"'],
  ["[1]", "[ 1]", "[1.0]"],
  ["[1,2]", "[1 , 2]"],
  ["[]"],
  ['{"a":1,"b":[2]}', '{ "b":[2], "a":1 }'],
  ['{"#keyword":"x"}'],
  ["true"],
  ["1.5"],
];
const keys = ['"x"', '"\\u0078"', "1", '{"#keyword":"x"}', "[1]"];
const names = {
  append: ['"append"', '"\\u0061ppend"', '{"#keyword":"append"}'],
  r: ['"r"', '{"#string":"r"}', '{"#keyword":"r"}'],
  w: ['"w"', '{"#symbol":"w"}', '{"#keyword":"w"}'],
};

/** What one transaction does, its random numbers, and how it ended. */
interface Step {
  readonly operations: readonly (readonly number[])[];
  readonly outcome: "ok" | "fail" | "info" | "open";
}

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    operations: fc.array(fc.array(fc.nat(1000), { minLength: 7, maxLength: 7 }), {
      maxLength: 4,
      size: "max",
    }),
    outcome: fc.constantFrom("ok", "ok", "ok", "fail", "info", "open"),
  }),
  { minLength: 3, maxLength: 20, size: "max" },
);

/** A history whose values are spelled in many ways. */
function historyOf(of: readonly Step[], timed: boolean): History {
  const builder = new HistoryBuilder();
  const values = new ValueArena();
  const f = builder.functions.number("txn");
  let time = 0;
  const put = (type: number, process: number, text: string): void => {
    builder.push(type, process, time++, f, -1, -1);
    const bytes = Buffer.from(text);
    values.append(bytes, 0, bytes.length);
  };
  const lists = new Map<number, string[]>();
  of.forEach(({ operations, outcome }, process) => {
    const texts = operations.map((numbers) => {
      const [a = 0, b = 0, c = 0, d = 0, e = 0, g = 0, h = 0] = numbers;
      const key = a % keys.length;
      // The texts of keys 0 and 1 are one key.
      const isList = key < 2 || key === 3;
      const spelled = (number: number): string => {
        const spellings = elements[number % elements.length]!;
        return spellings[g % spellings.length]!;
      };
      const blank = h % 5 === 0 ? " " : "";
      const list = lists.get(Math.max(1, key)) ?? [];
      const version = e % 7 === 0 ? `,${blank}${d}` : "";
      let name: string;
      let value: string;
      if (b % 2 === 0) {
        const choices = isList ? names.append : names.w;
        name = choices[c % choices.length]!;
        value = spelled(d);
        if (isList) lists.set(Math.max(1, key), [...list, value]);
      } else {
        name = names.r[c % names.r.length]!;
        const length = d % 4 === 0 ? d % (list.length + 1) : list.length;
        const read = e % 5 === 0 ? list.toReversed() : list.slice(0, length);
        if (isList)
          value = d % 13 === 0 ? "null" : `[${blank}${read.join(`,${blank}`)}${e % 3 === 0 ? " " : ""}]`;
        else value = d % 13 === 0 ? "null" : spelled(d);
      }
      return `[${blank}${name}${blank},${keys[key]!}${blank},${blank}${value}${version}${blank}]`;
    });
    const text = `[${texts.join(" ,")}]`;
    if (timed) put(Invoke, process, text);
    if (outcome !== "open") put(["", "ok", "fail", "info"].indexOf(outcome), process, text);
  });
  return builder.build(values);
}

/** The micro-operations by `JSON.parse`, straight from the format. */
function parsed(history: History): string[][] {
  const all: Json[][][] = [];
  const told: boolean[] = [];
  for (let i = 0; i < history.length; i++) {
    const { type, pair } = history.columns;
    if (type[i] === Invoke) {
      const ok = pair[i]! >= 0 && type[pair[i]!] === Ok;
      all.push(history.value(ok ? pair[i]! : i) as Json[][]);
      told.push(ok);
    } else if (pair[i]! < 0) {
      all.push(history.value(i) as Json[][]);
      told.push(type[i] === Ok);
    }
  }
  const nameOf = (head: Json): Json => (typeof head === "string" ? head : Object.values(head ?? {})[0]!);
  const flat = all.flat();
  const some = (key: Json, accept: (name: Json, value: Json) => boolean): boolean =>
    flat.some(
      ([head = null, of = null, value = null]) =>
        canonical(of) === canonical(key) && accept(nameOf(head), value),
    );
  return all.map((operations, t) =>
    operations.map(([head = null, key = null, value = null, version = null]) => {
      const name = nameOf(head);
      // Reads of transactions that nobody heard of do not count, so they make no list of anything.
      const isList =
        some(key, (other) => other === "append") ||
        (all.some(
          (others, u) =>
            told[u]! &&
            others.some(
              ([h = null, of = null, v = null]) =>
                nameOf(h) === "r" && canonical(of) === canonical(key) && isJsonArray(v),
            ),
        ) &&
          !some(key, (other) => other === "w") &&
          !all.some(
            (others, u) =>
              told[u]! &&
              others.some(
                ([h = null, of = null, v = null]) =>
                  nameOf(h) === "r" && canonical(of) === canonical(key) && v !== null && !isJsonArray(v),
              ),
          ));
      const kind = name === "append" ? Append : name === "w" ? Write : isList ? ReadList : Read;
      const result =
        name === "r" && !told[t] ? "unread" : canonical(isList && name === "r" ? (value ?? []) : value);
      return `${kind} ${canonical(key)} ${result} ${version === null ? NoVersion : canonical(version)}`;
    }),
  );
}

function decoded(transactions: Transactions): string[][] {
  const {
    history,
    count,
    first,
    kind,
    key,
    value,
    version,
    keys: keyNumbers,
    traceFirst,
    traceElement,
  } = transactions;
  const { deviantFirst, deviantElement } = transactions;
  const text = (number: number): string => canonical(history.valueTable.get(number));
  return Array.from({ length: count }, (_, t) =>
    Array.from({ length: first[t + 1]! - first[t]! }, (__, place) => {
      const i = first[t]! + place;
      const k = key[i]!;
      const code = value[i]!;
      let result = code === Unread ? "unread" : kind[i] === ReadList ? "" : text(code);
      if (kind[i] === ReadList && code !== Unread) {
        const list =
          code >= 0
            ? traceElement.subarray(traceFirst[k], traceFirst[k]! + code)
            : deviantElement.subarray(deviantFirst[-2 - code], deviantFirst[-1 - code]);
        result = `[${Array.from(list, text).join(",")}]`;
      }
      return `${kind[i]} ${text(keyNumbers[k]!)} ${result} ${version?.[i] ?? NoVersion}`;
    }),
  );
}

test("micro-operations in columns are those that JSON.parse finds", () => {
  let deviants = 0;
  let prefixes = 0;
  fc.assert(
    fc.property(steps, fc.boolean(), (of, timed) => {
      const history = historyOf(of, timed);
      const transactions = transactionsOf(history);
      expect(decoded(transactions)).toEqual(parsed(history));

      // Each trace is the longest list that was read, and no deviant is a prefix of it.
      const { kind, key, value, traceFirst, traceElement, deviantFirst, deviantElement } = transactions;
      const longest = new Map<number, number>();
      for (let i = 0; i < kind.length; i++) {
        if (kind[i] !== ReadList || value[i] === Unread) continue;
        const trace = traceElement.subarray(traceFirst[key[i]!], traceFirst[key[i]! + 1]);
        let length = value[i]!;
        if (length < 0) {
          const list = deviantElement.subarray(deviantFirst[-2 - length], deviantFirst[-1 - length]);
          expect(list.every((element, place) => element === trace[place])).toBe(false);
          ({ length } = list);
          deviants++;
        } else prefixes++;
        longest.set(key[i]!, Math.max(longest.get(key[i]!) ?? 0, length));
      }
      for (const [k, length] of longest) expect(traceFirst[k + 1]! - traceFirst[k]!).toBe(length);
    }),
    { numRuns: Runs },
  );
  expect(deviants).toBeGreaterThan(Runs / 10);
  expect(prefixes).toBeGreaterThan(Runs / 2);
});
