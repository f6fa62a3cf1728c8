import { describe, expect, it } from "vitest";

import { isJsonObject } from "../../histories/json.ts";
import { history } from "../../histories/testing/notation.ts";
import { checkIsolation } from "./isolation.ts";

/** A history of transactions that are invoked together and complete together, in order. */
function together(...transactions: string[]): ReturnType<typeof history> {
  const asked = transactions.map(
    (text, process) => `${process + 1} invoke txn ${text.replaceAll(/\{[^}]*\}/g, "null")}`,
  );
  const told = transactions.map((text, process) => `${process + 1} ok txn ${text}`);
  return history(['0 invoke init {"1":1,"2":2}', '0 ok init {"1":1,"2":2}', ...asked, ...told].join("\n"));
}

function levelsOf(of: ReturnType<typeof history>, ...names: string[]): unknown[] {
  const { details } = checkIsolation(of);
  const levels = isJsonObject(details) && isJsonObject(details["levels"]) ? details["levels"] : {};
  return names.map((name) => levels[name]);
}

const judged = ["serializable", "snapshot-isolation", "repeatable-read", "consistent-view", "read-committed"];

describe("levels by predicates", () => {
  it.each<[string, string[], unknown[]]>([
    [
      "all is well",
      ['[["rp","true",{"1":1,"2":2}],["delete",1]]', '[["rp",["mod",2,0],{"2":2}]]'],
      [true, true, true, true, true],
    ],
    [
      "write skew by phantoms: each inserted what the other's predicate would have shown",
      ['[["rp",["=",5],{}],["insert",3,5]]', '[["rp",["=",5],{}],["insert",4,5]]'],
      [false, true, true, true, true],
    ],
    [
      "two inserted one row that neither's predicate showed",
      ['[["rp",["=",5],{}],["insert",3,5]]', '[["rp",["=",5],{}],["insert",3,5]]'],
      [false, false, true, false, true],
    ],
    [
      "a predicate did not show a row that was then read by its key",
      ['[["insert",3,5]]', '[["rp",["=",5],{}],["r",3,5]]'],
      [false, false, true, false, true],
    ],
    [
      "read skew by a phantom: one of two inserted rows was left out",
      ['[["insert",3,5],["insert",4,5]]', '[["rp",["=",5],{"3":5}]]'],
      [false, false, true, false, true],
    ],
    [
      "a row that a predicate showed was deleted, yet the deletion was seen",
      ['[["delete",1],["insert",3,7]]', '[["rp",["=",1],{"1":1}],["r",3,7]]'],
      [false, false, true, false, true],
    ],
    [
      "the same, read by its key",
      ['[["delete",1],["insert",3,7]]', '[["r",1,1],["r",3,7]]'],
      [false, false, false, false, true],
    ],
    [
      "each saw by predicate what the other wrote",
      ['[["insert",3,5],["rp",["=",6],{"4":6}]]', '[["insert",4,6],["rp",["=",5],{"3":5}]]'],
      [false, false, false, false, false],
    ],
    ["an own row was left out", ['[["insert",3,5],["rp",["=",5],{}]]'], [false, true, true, true, true]],
    ["a row was shown that nobody wrote", ['[["rp",["=",5],{"3":5}]]'], [false, false, false, false, false]],
  ])("%s", (_, transactions, expected) =>
    expect(levelsOf(together(...transactions), ...judged)).toEqual(expected),
  );
});

describe("anomalies by predicates", () => {
  it.each<[string, string[], string]>([
    [
      "write skew by phantoms is G2, not of items",
      ['[["rp",["=",5],{}],["insert",3,5]]', '[["rp",["=",5],{}],["insert",4,5]]'],
      "G2",
    ],
    [
      "so is write skew on rows that predicates showed",
      ['[["rp","true",{"1":1,"2":2}],["w",1,9]]', '[["rp","true",{"1":1,"2":2}],["w",2,9]]'],
      "G2",
    ],
    [
      "write skew on rows read by key is of items",
      ['[["r",1,1],["w",2,9]]', '[["r",2,2],["w",1,9]]'],
      "G2-item",
    ],
  ])("%s", (_, transactions, type) => {
    const { anomalies } = checkIsolation(together(...transactions));
    expect(anomalies.map((anomaly) => anomaly.type)).toEqual([type]);
  });

  it.each([
    ["took effect if its row is gone", 2, "{}", true],
    ["did not if its row is still there", 2, '{"2":2}', true],
    ["cannot have hidden the row of another", 1, "{}", false],
  ])("a deletion of unknown outcome %s", (_, deleted, shown, valid) => {
    const told = history(
      [
        '0 invoke init {"1":1,"2":2}',
        '0 ok init {"1":1,"2":2}',
        `1 invoke txn [["delete",${deleted}]]`,
        `1 info txn [["delete",${deleted}]]`,
        '2 invoke txn [["rp",["=",2],null]]',
        `2 ok txn [["rp",["=",2],${shown}]]`,
      ].join("\n"),
    );
    expect(checkIsolation(told, { level: "strict-serializable" }).valid).toBe(valid);
  });

  it("an insertion of unknown outcome did not take effect if its row had been overwritten before it began", () => {
    const told = history(
      [
        "0 invoke init {}",
        "0 ok init {}",
        '1 invoke txn [["w",3,5]]',
        '1 ok txn [["w",3,5]]',
        '2 invoke txn [["insert",3,1]]',
        '2 info txn [["insert",3,1]]',
        '3 invoke txn [["rp",["=",7],null]]',
        '3 ok txn [["rp",["=",7],{}]]',
      ].join("\n"),
    );
    expect(checkIsolation(told, { level: "strict-serializable" }).valid).toBe(true);
  });
});
