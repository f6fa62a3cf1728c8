import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HistoryBuilder } from "../builder.ts";
import { canonical, type Json } from "../json.ts";
import type { History } from "../history.ts";
import { anyJson, anyOperations } from "../testing/arbitraries.ts";
import { Fault, Incomplete } from "./decoder.ts";
import { EdnReader } from "./edn-reader.ts";
import { EdnTranscoder } from "./edn-transcoder.ts";
import { ednText } from "./edn-writer.ts";
import { readHistoryFrom } from "./read.ts";
import { historyText } from "./write.ts";

/** The JSON that an EDN text stands for. */
function read(text: string): Json {
  const bytes = Buffer.from(`${text} `);
  const reader = new EdnReader();
  reader.open(bytes, 0, bytes.length);
  const value = reader.value();
  expect(reader.blank()).toBe(-1);
  return value;
}

describe("EDN values in JSON", () => {
  test.each<[string, Json]>([
    ["nil", null],
    ["true", true],
    ["false", false],
    ["42", 42],
    ["+42", 42],
    ["-0", 0],
    ["1.5", 1.5],
    ["-2.5e-3", -0.0025],
    ["1.0", { "#double": "1" }],
    ["-0.0", { "#double": "-0" }],
    ["1e3", { "#double": "1000" }],
    ["1e300", 1e300],
    ["##Inf", { "#double": "Inf" }],
    ["##-Inf", { "#double": "-Inf" }],
    ["##NaN", { "#double": "NaN" }],
    ["9007199254740991", 9007199254740991],
    ["9007199254740992", 9007199254740992],
    ["9007199254740993", { "#int": "9007199254740993" }],
    ["9007199254740992.0", { "#double": "9007199254740992" }],
    ["-123456789012345678901234567890", { "#int": "-123456789012345678901234567890" }],
    ["5N", { "#bigint": "5" }],
    ["1.50M", { "#decimal": "1.50" }],
    ["3M", { "#decimal": "3" }],
    ["4/6", { "#ratio": "2/3" }],
    ["-4/2", { "#bigint": "-2" }],
    ['"a\\tb\\n\\r\\"\\\\\\u00e9\\b\\f\\101"', 'a\tb\n\r"\\é\b\fA'],
    ['"two\nlines"', "two\nlines"],
    ["\\a", { "#char": "a" }],
    ["\\newline", { "#char": "\n" }],
    ["\\u0041", { "#char": "A" }],
    ["\\o101", { "#char": "A" }],
    ["\\u", { "#char": "u" }],
    ["\\(", { "#char": "(" }],
    ["\\😀", { "#char": "😀" }],
    [":a", { "#keyword": "a" }],
    [":ns/a-b?", { "#keyword": "ns/a-b?" }],
    [":0", { "#keyword": "0" }],
    ["some/symbol", { "#symbol": "some/symbol" }],
    ["-", { "#symbol": "-" }],
    ["[1 2, 3]", [1, 2, 3]],
    ["(1 (2))", [1, [2]]],
    ["[]", []],
    ["{:a 1, :b [2]}", { a: 1, b: [2] }],
    ["{}", {}],
    ["{:__proto__ 1}", JSON.parse('{"__proto__":1}') as Json],
    ['{"b" 1 "a" 2}', { "#map": [["a", 2], ["b", 1]] }], // prettier-ignore
    ["{:a 1 2 3}", { "#map": [[2, 3], [{ "#keyword": "a" }, 1]] }], // prettier-ignore
    ["#:ns{:a 1 :_/b 2 :c/d 3}", { "ns/a": 1, b: 2, "c/d": 3 }],
    ["0x1f", 31],
    ["-0XFF", -255],
    ["step'", { "#symbol": "step'" }],
    ["<init>", { "#symbol": "<init>" }],
    ['#object[user$f__12 0x3f "a"]', { "#tag": "object", value: [{ "#symbol": "user$f__12" }, 63, "a"] }],
    ["#{3 1 2}", { "#set": [1, 2, 3] }],
    ["#{}", { "#set": [] }],
    ['#inst "2026-11-22"', { "#tag": "inst", value: "2026-11-22" }],
    ["#jepsen.Foo{:a 1}", { "#tag": "jepsen.Foo", value: { a: 1 } }],
    ["[1 #_2 3 #_#_4 5]", [1, 3]],
    ["[1 ; two\n 3]", [1, 3]],
    ["[[:append 5 1] [:r 6 nil]]", [["append", 5, 1], ["r", 6, null]]], // prettier-ignore
    ["([:w 5 1])", [["w", 5, 1]]],
    ['[["append" 5 1]]', [[{ "#string": "append" }, 5, 1]]],
    ['[["two words" 5]]', [["two words", 5]]],
    ["[[:append 5 1] []]", [[{ "#keyword": "append" }, 5, 1], []]],
    ["[:append 5 1]", [{ "#keyword": "append" }, 5, 1]],
    ['#rashomon/json "{\\"a b\\":1}"', { "a b": 1 }],
    ['#rashomon/json "{\\"a\\":1}"', { "#tag": "rashomon/json", value: '{"a":1}' }],
  ])("%s is %j", (text, json) => {
    expect(read(text)).toEqual(json);
    // And back: the text differs perhaps, the value does not.
    expect(read(ednText(json))).toEqual(json);
  });

  test.each([
    ["^:a [1]", "E_EDN"],
    ["{:a 1 :a 2}", "E_EDN_DUPLICATE"],
    ["{:a 1 :b}", "E_EDN"],
    ["#{1 1}", "E_EDN_DUPLICATE"],
    ["#{(1) [1]}", "E_EDN_DUPLICATE"],
    ["007", "E_EDN"],
    ["1/0", "E_EDN"],
    ["1.5.2", "E_EDN"],
    ["::a", "E_EDN"],
    [":", "E_EDN"],
    ["\\nothing", "E_EDN"],
    ['"\\q"', "E_EDN"],
    ["[1 2}", "E_EDN"],
    [")", "E_EDN"],
    ["##Infinity", "E_EDN"],
    ['#"regex"', "E_EDN"],
    ["#:ns [1]", "E_EDN"],
    ["@x", "E_EDN"],
    ["[".repeat(100_000), "E_LIMIT_DEPTH"],
    ["#_".repeat(100_000), "E_LIMIT_DEPTH"],
    ["#a ".repeat(100_000), "E_LIMIT_DEPTH"],
  ])("%.30j is none (%s)", (text, code) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code }));
  });

  test("any JSON comes back from EDN", () => {
    fc.assert(
      fc.property(anyJson(), (value) => {
        expect(canonical(read(ednText(value)))).toBe(canonical(value));
      }),
      { numRuns: 1500 },
    );
  });

  test("any EDN comes back from JSON", () => {
    fc.assert(
      fc.property(anyEdn(), (text) => {
        const json = read(text);
        const again = ednText(json);
        expect(canonical(read(again))).toBe(canonical(json));
        // The second writing finds nothing more to normalise.
        expect(ednText(read(again))).toBe(again);
      }),
      { numRuns: 1000 },
    );
  });

  test("different EDN is different JSON", () => {
    const texts = ["1", "1N", "1.0", "1M", '"1"', ":1", "\\1", "#{1}", "[1]", "{:a 1}", '{"a" 1}', "{a 1}", "nil", '"nil"',
      "#a 1", '#rashomon/json "[]"', '#rashomon/json "{\\"a b\\":1}"', '{"a b" 1}', "[[:a]]", '[["a"]]', "[[a]]", "##NaN",
      '#tag {:a 1}', "{:value 1}", '"#keyword"'].map((text) => canonical(read(text))); // prettier-ignore
    expect(new Set(texts).size).toBe(texts.length);
  });

  test("the transcoder writes what the reader reads, or leaves it alone", () => {
    let taken = 0;
    fc.assert(
      fc.property(fc.oneof(anyEdn(), anyJson().map(ednText)), fc.nat(300), (text, cut) => {
        const transcoder = new EdnTranscoder();
        const bytes = Buffer.from(`${text} `);
        const after = transcoder.take(bytes, 0, bytes.length);
        if (after >= 0) {
          taken++;
          expect(after).toBe(bytes.length - 1);
          const json = JSON.parse(transcoder.text.toString("utf8", 0, transcoder.length)) as Json;
          expect(canonical(json)).toBe(canonical(read(text)));
        }
        // A value that is cut off is never taken for a whole one, except where a string or vector ends.
        const end = cut % bytes.length;
        if (transcoder.take(bytes, 0, end) >= 0) expect(readUpTo(bytes, end)).not.toBe("incomplete");
      }),
      { numRuns: 1000 },
    );
    expect(taken).toBeGreaterThan(300);
  });
});

describe("an EDN history", () => {
  const expected = [
    { index: 0, time: 3, process: 0, type: "invoke", f: "read", value: null },
    { index: 1, time: 9, process: 0, type: "ok", f: "read", value: 5 },
  ];

  test.each([
    [
      "one map a line",
      "{:index 0 :time 3 :type :invoke :process 0 :f :read :value nil}\n{:index 1, :time 9, :type :ok, :process 0, :f :read, :value 5}\n",
    ],
    [
      "a vector",
      "[{:index 0 :time 3 :type :invoke :process 0 :f :read}\n{:index 1 :time 9 :type :ok :process 0 :f :read :value 5}]",
    ],
    [
      "a list",
      "({:time 3 :type :invoke :process 0 :f :read} {:time 9 :type :ok :process 0 :f :read :value 5})",
    ],
    [
      "records",
      "#jepsen.history.Op{:index 0, :time 3, :type :invoke, :process 0, :f :read, :value nil}\n#jepsen.history.Op {:index 1, :time 9, :type :ok, :process 0, :f :read, :value 5}",
    ],
    [
      "strings for keywords",
      '; a comment\n{:time 3 :type "invoke" :process 0 :f "read"} #_{:dropped 1} {:time 9 :type "ok" :process 0 :f read :value 5}',
    ],
    [
      "records of old versions",
      "#knossos.core.Op{:time 3 :type :invoke :process 0 :f :read}#knossos.op.Op{:time 9 :type :ok :process 0 :f :read :value 5}",
    ],
    [
      "indices of -1",
      "{:index -1 :time 3 :type :invoke :process 0 :f :read}{:index -1 :time 9 :type :ok :process 0 :f :read :value 5}",
    ],
    [
      "times beyond a double",
      "{:time 1700000000000000003 :type :invoke :process 0 :f :read}{:time 1700000000000000009 :type :ok :process 0 :f :read :value 5}",
    ],
  ])("may be %s", (_, text) => {
    const times = text.includes("17000") ? [0, 6] : [3, 9];
    expect([...readHistoryFrom(text)]).toEqual(
      expected.map((operation, i) => ({ ...operation, time: times[i] })),
    );
  });

  test("may be Knossos's tuples, in a vector or one after another", () => {
    const tuples = "[0 :invoke :read nil]\n[:nemesis :info :start]\n[0 :ok :read 5]";
    for (const text of [tuples, `[${tuples}]`, `(${tuples})`]) {
      const knossos = readHistoryFrom(text);
      expect(Array.from(knossos, ({ process, type, value }) => [process, type, value])).toEqual([
        [0, "invoke", null],
        ["nemesis", "info", null],
        [0, "ok", 5],
      ]);
      expect(knossos.notes).toHaveLength(1);
    }
  });

  test("keeps what it does not know, nodes, errors and sparse indices", () => {
    const [operation] = readHistoryFrom(
      '{:index 7 :time 0 :type :invoke :process 3 :f :cas :value [1 2] :node "n1" :error [:timeout "5 s"] :final? true :debug {:a #{1}}}',
    );
    expect(operation).toEqual({
      index: 0,
      time: 0,
      process: 3,
      type: "invoke",
      f: "cas",
      value: [1, 2],
      node: "n1",
      error: [{ "#keyword": "timeout" }, "5 s"],
      extra: { "final?": true, debug: { a: { "#set": [1] } } },
    });
  });

  test("has independent keys by their tag, or when asked for", () => {
    const tagged = "{:type :invoke :process 0 :f :write :value #jepsen.independent.Tuple [:x 1]}";
    const plain = "{:type :invoke :process 0 :f :write :value [:x 1]}";
    const expectedKey = { key: { "#keyword": "x" }, value: 1 };
    expect(readHistoryFrom(tagged).operation(0)).toMatchObject(expectedKey);
    expect(readHistoryFrom(plain, { keyed: true }).operation(0)).toMatchObject(expectedKey);
    expect(readHistoryFrom(plain).operation(0)).toMatchObject({ value: [{ "#keyword": "x" }, 1] });
    expect(() => readHistoryFrom("{:type :invoke :process 0 :f :write :value 1}", { keyed: true })).toThrow(
      "expected a value of [key value], found 1",
    );
  });

  test.each([
    ["{:type :invoke :f :read}", "a member process"],
    ["{:type :invoke :process 0}", "a member f"],
    ["{:process 0 :f :read}", "a member type"],
    ["{:type :begin :process 0 :f :read}", "a :type of :invoke, :ok, :fail or :info"],
    ["{:type :invoke :process nil :f :read}", "a process that is an integer or a name"],
    ["{:type :invoke :process -1 :f :read}", "a process from 0"],
    ["{:type :invoke :process 1.5 :f :read}", "a process from 0"],
    ["{:type :invoke :process 0 :f :read :f :write}", "every key once in a map"],
    ["{:type :invoke :process 0 :f :read :x 1 :x 2}", "every key once in a map"],
    ['{:type :invoke :process 0 :f :read "x" 1}', "a keyword as the name of a member"],
    ["{:time 1.5 :type :invoke :process 0 :f :read}", "a time in nanoseconds"],
    [
      "{:time 1 :type :invoke :process 0 :f :read}\n{:type :ok :process 0 :f :read}",
      "a time on every operation",
    ],
    [
      "{:index 0 :type :invoke :process 0 :f :read}\n{:type :ok :process 0 :f :read}",
      "an index on every operation",
    ],
    ["[0 :invoke]", "a tuple [process type f value]"],
    ["#other{:type :invoke}", "an operation, #jepsen.history.Op"],
    ["[{:type :invoke :process 0 :f :read}] 5", "the end of the file"],
    ["[{:type :invoke :process 0 :f :read}", "the rest of an operation or of their collection"],
    ["{:type :invoke :process 0 :f :read", "the rest of an operation"],
    ["(", "operations"],
  ])("%j is none: expected %s", (text, message) => {
    expect(() => readHistoryFrom(text, { format: "edn" })).toThrow(`expected ${message}`);
  });

  test("comes back from its text, and any history through it", () => {
    fc.assert(
      fc.property(anyOperations(), (operations) => {
        const builder = new HistoryBuilder();
        for (const operation of operations) builder.add(operation);
        const original = builder.build();
        for (const format of ["edn", "json"] as const) {
          const text = [...historyText(original, format)].join("");
          if (text === "") continue;
          expect(describeAll(readHistoryFrom(text, { format }))).toEqual(describeAll(original));
        }
      }),
      { numRuns: 200 },
    );
  });
});

/** EDN texts that the writer would not write, too. */
function anyEdn(): fc.Arbitrary<string> {
  const atom = fc.constantFrom("nil", "true", "1", "-5", "1N", "1.0", "2.5", "1e400", "2/4", "1.0M", "##NaN", "9007199254740993",
    '"a"', '"r"', '"\\u0041\\n"', '"é"', ":r", ":append", ":ns/k", "sym", "\\a", "\\space", '#rashomon/json "{\\"a b\\":1}"'); // prettier-ignore
  return fc.letrec<{ value: string }>((tie) => {
    const items = fc.array(tie("value"), { maxLength: 3 });
    return {
      value: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        atom,
        items.map((each) => `[${each.join(" ")}]`),
        items.map((each) => `(${each.join(" , ")})`),
        fc
          .array(fc.tuple(fc.constantFrom(":r", ":append", '"r"', "r"), items), { maxLength: 3 })
          .map((each) => `[${each.map(([head, rest]) => `[${[head, ...rest].join(" ")}]`).join("")}]`),
        fc
          .uniqueArray(atom, { maxLength: 3, selector: (text) => canonical(read(text)) })
          .map((each) => `#{${each.join(" ")}}`),
        fc.uniqueArray(fc.tuple(atom, tie("value")), { maxLength: 3, selector: ([key]) => canonical(read(key)) })
          .map((each) => `{${each.map(([key, value]) => `${key} ${value}`).join(", ")}}`), // prettier-ignore
        tie("value").map((value) => `#tag ${value}`),
        tie("value").map((value) => `#_${value} 1`),
      ),
    };
  }).value;
}

function readUpTo(bytes: Buffer, end: number): string {
  const reader = new EdnReader();
  reader.open(bytes, 0, end);
  try {
    return canonical(reader.value());
  } catch (error) {
    if (error instanceof Incomplete) return "incomplete";
    if (error instanceof Fault) return error.code;
    throw error;
  }
}

function describeAll(each: History): string[] {
  return Array.from(each, (operation) => canonical({ ...operation }));
}

describe("times of other recorders that go back", () => {
  const line = (time: string, type: string) =>
    `{:process 0 :type :${type} :f :read :value nil :time ${time}}`;

  test("count as the one before, and are noted", () => {
    const history = readHistoryFrom(
      [line("5", "invoke"), line("3", "ok"), line("9", "invoke"), line("8", "ok")].join("\n"),
    );
    expect(Array.from(history, ({ time }) => time)).toEqual([5, 5, 9, 9]);
    expect(history.notes).toEqual([expect.stringMatching(/^2 times go back, by at most 2 ns/)]);
  });

  test("are understood as well when they count from 1970", () => {
    const history = readHistoryFrom(
      [line("1700000000000000500", "invoke"), line("1700000000000000100", "ok")].join("\n"),
    );
    expect(Array.from(history, ({ time }) => time)).toEqual([0, 0]);
  });

  test("are none of our own, where they are an error", () => {
    const native = `{"rashomon":"history","format":1}
{"index":0,"time":5,"process":0,"type":"invoke","f":"read","value":null}
{"index":1,"time":3,"process":0,"type":"ok","f":"read","value":null}
`;
    expect(() => readHistoryFrom(native)).toThrow(/at least 5 ns/);
  });
});
