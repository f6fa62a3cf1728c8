import { describe, expect, it } from "vitest";

import { InputError } from "../../../histories/errors.ts";
import type { History } from "../../../histories/history.ts";
import { readHistoryFrom } from "../../../histories/index.ts";
import { inWords } from "../../../histories/json.ts";
import { history } from "../../../histories/testing/notation.ts";
import { transactionHistory } from "../testing/notation.ts";
import { Append, Never, ReadList, Unread, Write, type Transactions } from "../transactions.ts";
import { transactionsOf, type TransactionsOptions } from "./transactions-of.ts";

/** Each transaction in a word: how it ended and what it did; `?` for what was read but is not known. */
function told(of: History, options?: TransactionsOptions): string[] {
  const transactions = transactionsOf(of, options);
  return Array.from({ length: transactions.count }, (_, t) =>
    [
      ["committed", "aborted", "undetermined"][transactions.status[t]!]!,
      ...Array.from({ length: transactions.first[t + 1]! - transactions.first[t]! }, (__, place) =>
        operation(transactions, transactions.first[t]! + place),
      ),
    ].join(" "),
  );
}

function operation(transactions: Transactions, i: number): string {
  const {
    history: of,
    kind,
    key,
    value,
    keys,
    traceFirst,
    traceElement,
    deviantFirst,
    deviantElement,
  } = transactions;
  const text = (number: number): string => inWords(of.valueTable.get(number));
  const code = value[i]!;
  const k = key[i]!;
  const name = kind[i] === Append ? "append" : kind[i] === Write ? "w" : "r";
  if (code === Unread) return `${name} ${text(keys[k]!)} ?`;
  if (kind[i] !== ReadList) return `${name} ${text(keys[k]!)} ${text(code)}`;
  const list =
    code >= 0
      ? traceElement.subarray(traceFirst[k], traceFirst[k]! + code)
      : deviantElement.subarray(deviantFirst[-2 - code], deviantFirst[-1 - code]);
  return `${name} ${text(keys[k]!)} [${Array.from(list, text).join(",")}]`;
}

describe("values that carry their versions", () => {
  const versions = (of: History): number[] => [...(transactionsOf(of).version ?? [])];

  it("are told in micro-operations", () => {
    const of = history(
      [
        '0 invoke txn [["w","x",1],["w","y",2]]',
        '0 ok txn [["w","x",1,7],["w","y",{"value":2,"version":8}]]',
        '1 invoke txn [["r","x",null],["r","y",null]]',
        '1 ok txn [["r","x",{"value":1,"version":7}],["r","y",{"version":null,"value":null}]]',
      ].join("\n"),
    );
    expect(told(of)).toEqual(['committed w "x" 1 w "y" 2', 'committed r "x" 1 r "y" null']);
    expect(versions(of)).toEqual([7, 8, 7, -1]);
  });

  it("are told by single operations, of writes when they are done", () => {
    const of = history(
      [
        "0 invoke write 5",
        '0 ok write {"value":5,"version":3}',
        "1 invoke read",
        '1 ok read {"value":5,"version":3}',
        "1 invoke write 6",
        '1 ok write {"took":3}',
      ].join("\n"),
    );
    expect(told(of)).toEqual(["committed w null 5", "committed r null 5", "committed w null 6"]);
    expect(versions(of)).toEqual([3, 3, -1]);
  });

  it("are told by pairs where all are pairs and null stands for the version of what is to be written, as of etcd", () => {
    const of = history(
      [
        "0 invoke write [null,5]",
        "0 ok write [3,5]",
        "1 invoke read [null,null]",
        "1 ok read [3,5]",
        "1 invoke cas [null,[5,6]]",
        "1 ok cas [4,[5,6]]",
        "0 invoke write [null,7]",
        "0 info write [null,7]",
      ].join("\n"),
    );
    expect(told(of)).toEqual([
      "committed w null 5",
      "committed r null 5",
      "committed r null 5 w null 6",
      "undetermined w null 7",
    ]);
    expect(versions(of)).toEqual([3, 3, -1, 4, -1]);
  });

  it("are told by pairs where every write was answered by one", () => {
    const of = history(
      ["0 invoke write 5", "0 ok write [3,5]", "1 invoke read", "1 ok read [3,5]"].join("\n"),
    );
    expect(told(of)).toEqual(["committed w null 5", "committed r null 5"]);
    expect(versions(of)).toEqual([3, 3]);
  });

  it("are not told by what a write is answered by if that is another value", () => {
    const of = history(
      ["0 invoke write [null,5]", "0 ok write [3,4]", "1 invoke read", "1 ok read [3,4]"].join("\n"),
    );
    expect(told(of)).toEqual(["committed w null 5", "committed r null 4"]);
    expect(versions(of)).toEqual([-1, 3]);
  });

  it.each([
    ["objects", '{"value":5,"version":1}', '{"value":6,"version":1}'],
    ["pairs", "[1,5]", "[1,6]"],
  ])("are no versions but data in %s that clients write themselves", (_, one, other) => {
    const of = history(
      [
        `0 invoke write ${one}`,
        `0 ok write ${one}`,
        `1 invoke write ${other}`,
        `1 ok write ${other}`,
        "0 invoke read",
        `0 ok read ${other}`,
      ].join("\n"),
    );
    const { version, openVersions } = transactionsOf(of);
    expect({ version, openVersions }).toEqual({ version: undefined, openVersions: undefined });
    expect(new Set(transactionsOf(of).value).size).toBe(2);
  });

  it.each([
    [
      "pairs of which no write tells",
      1,
      ["0 invoke write 5", "0 ok write 5", "1 invoke read", "1 ok read [3,5]"],
      ["committed w null 5", "committed r null ?"],
    ],
    [
      "what was written in another version, or nothing",
      2,
      [
        '0 invoke write {"value":5,"version":0}',
        '0 ok write {"value":5,"version":0}',
        "1 invoke read",
        '1 ok read {"value":5,"version":1}',
        "1 invoke read",
        '1 ok read {"value":null,"version":0}',
      ],
      ['committed w null {"value":5,"version":0}', "committed r null ?", "committed r null ?"],
    ],
    [
      "completions alone that do not say what was to be written",
      1,
      ['0 ok txn [["w","x",{"value":5,"version":1}]]', '1 ok txn [["r","x",{"value":5,"version":1}]]'],
      ['committed w "x" {"value":5,"version":1}', 'committed r "x" {"value":5,"version":1}'],
    ],
    [
      "arrays of registers in micro-operations",
      1,
      ['0 ok txn [["w","x",5]]', '1 ok txn [["r","x",[3,5]]]'],
      ['committed w "x" 5', 'committed r "x" ?'],
    ],
  ])("stay open in %s", (_, open, lines, expected) => {
    const of = history(lines.join("\n"));
    expect(told(of)).toEqual(expected);
    expect(transactionsOf(of).openVersions).toBe(open);
  });

  it("do not excuse a value that nobody wrote in any form", () => {
    const of = history(["0 invoke write 5", "0 ok write 5", "1 invoke read", "1 ok read [3,9]"].join("\n"));
    expect(told(of)).toEqual(["committed w null 5", "committed r null [3,9]"]);
    expect(transactionsOf(of).openVersions).toBeUndefined();
  });

  it("are values where they are anything else", () => {
    const of = history(
      '0 ok txn [["w","x",{"value":1,"version":"a"}],["w","y",{"value":1,"version":1,"by":2}],["w","z",{"value":1}]]',
    );
    expect(transactionsOf(of).version).toBeUndefined();
  });
});

describe("what a transaction did", () => {
  it("is told by its completion if that is ok, else by its invocation, without what it read", () => {
    expect(
      told(transactionHistory("0: ax1 rx[1]\n1: ax2 rx | fail\n2: ax3 rx | info\n3: ax4 rx | open")),
    ).toEqual([
      'committed append "x" 1 r "x" [1]',
      'aborted append "x" 2 r "x" ?',
      'undetermined append "x" 3 r "x" ?',
      'undetermined append "x" 4 r "x" ?',
    ]);
  });

  it("null is the empty list where elements are appended, and a value elsewhere", () => {
    expect(told(transactionHistory("0: ax1 wy1\n1: rx_ ry_"))).toEqual([
      'committed append "x" 1 w "y" 1',
      'committed r "x" [] r "y" null',
    ]);
  });

  it("an array is a list, except where arrays are written", () => {
    expect(told(transactionHistory("0: rx[1] ry[1]\n1: ax1 wy[1]\n2: rx[] ry[]"))).toEqual([
      'committed r "x" [1] r "y" [1]',
      'committed append "x" 1 w "y" [1]',
      'committed r "x" [] r "y" []',
    ]);
  });

  it("may be nothing", () => {
    expect(told(history("0 invoke txn []\n0 ok txn []\n1 invoke txn\n1 fail txn"))).toEqual([
      "committed",
      "aborted",
    ]);
  });

  it("is of the independent object that the operation names", () => {
    expect(told(history('0 invoke txn [["w",1,2]] key="a"\n0 ok txn [["w",1,2]]'))).toEqual([
      'committed w ["a",1] 2',
    ]);
  });

  it("whatever its function is called, by clients only", () => {
    const of = 'nemesis info start [["w",1,2]]\n0 invoke transfer [["w",1,2]]\n0 ok transfer [["w",1,2]]';
    expect(told(history(of))).toEqual(["committed w 1 2"]);
  });

  it("is one operation for a read or a write of a register, two for a compare-and-set", () => {
    const of = [
      "0 invoke write 1 key=5",
      "0 ok write key=5",
      "0 invoke read key=5",
      "0 ok read 1 key=5",
      "0 invoke cas [1,2] key=5",
      "1 invoke cas [1,3] key=5",
      "0 ok cas [1,2] key=5",
      "1 fail cas [1,3] key=5",
      "1 invoke write 4",
    ].join("\n");
    expect(told(history(of))).toEqual([
      "committed w 5 1",
      "committed r 5 1",
      "committed r 5 1 w 5 2",
      "aborted r 5 ? w 5 3",
      "undetermined w null 4",
    ]);
  });

  it("is of the register with whose key all values are paired", () => {
    const lines = [
      "0 invoke write [1,5]",
      "0 ok write [1,5]",
      "1 invoke read [2,null]",
      "1 ok read [2,null]",
      "1 invoke cas [1,[5,6]]",
      "1 ok cas [1,[5,6]]",
    ];
    expect(told(history(lines.join("\n")))).toEqual([
      "committed w 1 5",
      "committed r 2 null",
      "committed r 1 5 w 1 6",
    ]);
    // Nothing says so where a read is asked with nothing, or answered with another key.
    const first = (from: string, to: string): string | undefined =>
      told(history(lines.join("\n").replace(from, to)))[0];
    expect(first("invoke read [2,null]", "invoke read")).toBe("committed w null [1,5]");
    expect(first("ok read [2,null]", "ok read [3,null]")).toBe("committed w null [1,5]");
  });

  it("may have read nothing where another tool says null", () => {
    const read = "0 invoke read\n0 ok read";
    expect(told(history(read))).toEqual(["committed r null null"]);
    expect(told(history(read), { nullReads: "nothing" })).toEqual(["committed r null ?"]);
  });
});

describe("the trace of a list", () => {
  it.each<[string, string[], number[]]>([
    ["is the longest that was read", ["rx[1]", "rx[1,2,3]", "rx[1,2]"], [1, 2, 3]],
    ["even if it agrees with no other", ["rx[1]", "rx[1,2]", "rx[3,2,1]"], [3, 2, 1]],
    ["the first of several", ["rx[3]", "rx[2,1]", "rx[3,4]"], [2, 1]],
    ["the first of several, if that was long at once", ["rx[3,4]", "rx[2,1]", "rx[4,3]"], [3, 4]],
  ])("%s", (_, reads, expected) => {
    const { traceElement, history: of } = transactionsOf(
      transactionHistory(reads.map((read) => `0: ${read}`).join("\n")),
    );
    expect(Array.from(traceElement, (number) => of.valueTable.get(number))).toEqual(expected);
  });
});

describe("operations on rows", () => {
  const of = [
    '0 invoke init {"1":5,"a":6}',
    '0 ok init {"1":5,"a":6}',
    '0 invoke txn [["delete",1],["insert",2,7],["rp",["=",6],null]]',
    '0 ok txn [["delete",1],["insert",2,7],["rp",["=",6],{"a":6}]]',
    '1 invoke txn [["w",2,8],["rp","true",null]]',
    '1 info txn [["w",2,8],["rp","true",null]]',
  ].join("\n");

  it("are reads and writes of registers that hold null while the row is not there", () => {
    expect(told(history(of))).toEqual([
      'committed w 1 5 w "a" 6',
      'committed w 1 null w 2 7 r "a" 6 r 1 ? r 2 ?',
      "undetermined w 2 8",
    ]);
  });

  it("tell in which order they were, and by which predicate they read", () => {
    const { version, predicate, history: read } = transactionsOf(history(of));
    expect([...(version ?? [])]).toEqual([1, 1, 3, 1, -1, -1, -1, 2]);
    const predicates = Array.from(predicate ?? [], (number) =>
      number < 0 ? null : read.valueTable.get(number),
    );
    expect(predicates).toEqual([null, null, null, null, ["=", 6], ["=", 6], ["=", 6], null]);
  });

  it("tell no order of rows that were inserted twice", () => {
    const twice = '0 ok txn [["insert",1,5]]\n0 ok txn [["delete",1]]\n0 ok txn [["insert",1,6]]';
    expect([...(transactionsOf(history(twice)).version ?? [])]).toEqual([-1, -1, -1]);
  });

  it("name rows by the maps of EDN as they are", () => {
    const edn =
      "{:type :ok :f :txn :process 0 :value [[:insert 1 2] [:insert :a 3] [:rp :true {1 2, :a 3}]]}";
    expect(told(readHistoryFrom(Buffer.from(edn), { format: "edn" }))).toEqual([
      "committed w 1 2 w :a 3 r 1 2 r :a 3",
    ]);
  });
});

describe("when a transaction was", () => {
  it("from its invocation to its completion, or for ever", () => {
    const { begin, end, session, sessions, timed } = transactionsOf(
      transactionHistory("7: ax1\n9 begins: ax2\n7: ax3 | info\n9 ends: ax2 | fail\n8: ax4 | open"),
    );
    expect([...begin]).toEqual([0, 2, 3, 6]);
    expect([...end]).toEqual([1, 5, Never, Never]);
    expect([...session]).toEqual([0, 1, 0, 2]);
    expect([sessions, timed]).toEqual([3, true]);
  });

  it("is not known where only completions are", () => {
    const { begin, end, timed } = transactionsOf(history('0 ok txn [["w",1,2]]\n0 fail txn [["w",1,3]]'));
    expect([[...begin], [...end], timed]).toEqual([[0, 1], [0, 1], false]);
  });
});

describe("files of other tools", () => {
  it("EDN of Elle", () => {
    const edn = [
      "{:index 0 :type :invoke :f :txn :value [[:append :x 1] [:r 6 nil]] :process 0 :time 1}",
      "{:index 1 :type :ok :f :txn :value [[:append :x 1] [:r 6 (1 2)]] :process 0 :time 2}",
      "{:index 2 :type :ok :f :txn :value [[:append 6 [:k 1]] [:r :x nil]] :process 1 :time 3}",
    ];
    const of = readHistoryFrom(Buffer.from(edn.slice(0, 2).join("\n")), { format: "edn" });
    expect(told(of)).toEqual(["committed append :x 1 r 6 [1,2]"]);
    const completion = readHistoryFrom(Buffer.from(edn[2]!), { format: "edn" });
    expect(told(completion)).toEqual(["committed append 6 [:k,1] r :x null"]);
  });
});

describe("what is no transaction", () => {
  it.each([
    [
      '0 ok txn {"a":1}',
      'expected an array of micro-operations as the value in operation 0, txn of process 0, found {"a":1}',
    ],
    ["0 ok txn [1]", "expected an array such as"],
    [
      '0 ok txn [["w",1,2],3]',
      'expected an array such as ["append", key, element], ["r", key, value] or ["w", key, value] as micro-operation 2 in operation 0, txn of process 0, found 3',
    ],
    [
      '0 ok txn [["inc",1,2]]',
      'expected "append", "r" or "w" (or, for rows, "insert", "delete" or "rp") at the head as micro-operation 1',
    ],
    ['0 ok txn [["w",1]]', "expected a name, a key, a value and at most a version as micro-operation 1"],
    ['0 ok txn [["w",1,2,3,4]]', "expected a name, a key, a value and at most a version"],
    ['0 ok txn [["w",1,2,"3"]]', "expected a version that is an integer of at least 0"],
    ['0 ok txn [["w",1,2,-3]]', "expected a version that is an integer of at least 0"],
    ["0 ok txn [[]]", 'expected "append", "r" or "w" (or'],
    ['0 ok txn [["append",1,2],["w",1,3]]', "expected a list of key 1, as elsewhere in the history"],
    ['0 ok txn [["append",1,2],["r",1,3]]', "expected a list of key 1, as elsewhere in the history"],
    ["0 ok cas 1", "as the value"],
    ['0 ok txn [["rp","true",null]]', "expected a predicate and a map of rows as micro-operation 1"],
    ['0 ok txn [["rp","true"]]', "expected a predicate and a map of rows"],
    [
      '0 ok txn [["rp",["<",5],{}]]',
      'expected a predicate: true, ["=", value] or ["mod", divisor, remainder]',
    ],
    ['0 ok txn [["insert",1]]', "expected a name, a key and a value"],
    ['0 ok txn [["delete",1,2,3]]', "expected a name and a key"],
  ])("%s", (text, message) => {
    expect(() => transactionsOf(history(text))).toThrow(InputError);
    expect(() => transactionsOf(history(text))).toThrow(message);
  });
});
