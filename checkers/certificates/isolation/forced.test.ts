import { describe, expect, test } from "vitest";

import { history } from "../../../histories/testing/notation.ts";
import { checkIsolation } from "../../isolation/isolation.ts";
import { transactionHistory } from "../../isolation/testing/notation.ts";
import { parseLevelName } from "../../isolation/names.ts";
import type { Level } from "../../isolation/levels.ts";
import { transactionsOf } from "../../isolation/transactions/transactions-of.ts";
import type { ClaimedEdge } from "./claims.ts";
import { verifyCore, type ProofVerdict } from "./core.ts";
import { verifyCycle } from "./cycle.ts";

function levelOf(name: string): Level {
  const asked = parseLevelName(name);
  if (!("level" in asked)) throw new Error(`${name} is no level`);
  return asked.level;
}

/** Of each cycle and core of a verdict on one level, whether it was verified. */
function verified(level: string, text: string): unknown[] {
  return checkIsolation(history(text), { level }).anomalies.flatMap(({ evidence }) =>
    evidence !== undefined && "verified" in evidence ? [evidence["verified"]] : [],
  );
}

function core(level: string, events: readonly number[], text: string): ProofVerdict["verified"] {
  return verifyCore(transactionsOf(history(text)), levelOf(level), events).verified;
}

function flawOf(level: string, cycle: readonly ClaimedEdge[], text: string): string | undefined {
  return verifyCycle(transactionsOf(history(text)), levelOf(level), cycle);
}

describe("an inferred edge is verified", () => {
  test("by an anti-dependency that was inferred, at the first read that it may be of", () => {
    // The reader saw 7 before it saw 4: so 4 was written later, and its writer did not come before the reader in "a".
    const found = verified(
      "monotonic-view",
      `1 invoke txn [["r","b",null],["w","b",4],["w","a",8]]
       3 invoke txn [["r","b",null],["w","b",7]]
       2 invoke txn [["w","a",9],["r","b",null],["r","b",null]]
       3 ok txn [["r","b",null],["w","b",7]]
       2 ok txn [["w","a",9],["r","b",7],["r","b",4]]`,
    );
    expect(found).toEqual([true]);
  });

  test("by a later read of the version of which an anti-dependency was inferred", () => {
    const found = verified(
      "monotonic-view",
      `2 invoke txn [["append","b",3],["w","a",4]]
       1 invoke txn [["w","a",2],["r","b",null]]
       2 ok txn [["append","b",3],["w","a",4]]
       1 ok txn [["w","a",2],["r","b",[]]]
       2 invoke txn [["r","a",null],["append","b",5],["r","a",null]]
       2 ok txn [["r","a",2],["append","b",5],["r","a",2]]
       1 invoke txn [["r","b",null]]
       1 ok txn [["r","b",[3]]]`,
    );
    expect(found).toEqual([true]);
  });

  test("by what was read, although lists tell the opposite", () => {
    const found = verified(
      "ansi-snapshot-isolation",
      `2 invoke txn [["append","a",1],["append","a",3]]
       1 invoke txn [["append","a",2]]
       2 ok txn [["append","a",1],["append","a",3]]
       1 ok txn [["append","a",2]]
       1 invoke txn [["append","a",1],["append","a",1],["append","a",2],["r","a",null]]
       2 invoke txn [["r","a",null]]
       0 invoke txn [["r","a",null]]
       1 ok txn [["append","a",1],["append","a",1],["append","a",2],["r","a",[1,3,2,1,1,2]]]
       5 invoke txn [["r","a",null],["append","a",1]]
       5 ok txn [["r","a",[]],["append","a",1]]`,
    );
    expect(found).toEqual([true]);
  });

  test("by what is open of its own key, although no order of another will do", () => {
    const found = verified(
      "cursor-stability",
      `2 invoke txn [["r","a",null],["w","a",2],["w","b",3],["w","b",6]]
       0 invoke txn [["w","b",1],["w","a",4]]
       0 ok txn [["w","b",1],["w","a",4]]
       2 ok txn [["r","a",null],["w","a",2],["w","b",3],["w","b",6]]
       2 invoke txn [["r","a",null],["r","b",null],["w","b",7],["w","a",8]]
       2 ok txn [["r","a",4],["r","b",6],["w","b",7],["w","a",8]]`,
    );
    expect(found).toEqual([true]);
  });

  test("by reads whose writers are certain, although no writers of another will do", () => {
    // Who appended the 1 that event 6 read is not known, and nobody can have: it read two versions.
    const text = `0: aa1 rb[]
      1: ra[] ab2 aa3
      2: aa1
      3: ra[1] ra[1,3] aa3`;
    const read = { from: 2, to: 6, kind: "wr", key: "a" } as const;
    const cycle: readonly ClaimedEdge[] = [
      { from: 0, to: 2, kind: "rw", key: "b" },
      read,
      { from: 6, to: 0, kind: "ww", key: "a", because: [read] },
    ];
    const flaw = (some: string): string | undefined =>
      verifyCycle(transactionsOf(transactionHistory(some)), levelOf("repeatable-read"), cycle);
    expect(flaw(text)).toBeUndefined();
    // Had it not built on the initial list, the one that it missed may have come before it.
    expect(flaw(text.replace("ra[] ", ""))).toMatch(/no known order/);
  });

  test("by what was read of its own key, although the list tells the opposite", () => {
    // Event 4 saw all that event 0 appended, and so came before event 2, which it had to come after.
    const text = `1 begins: aa1 aa2 rb
      2 begins: ab1
      0 begins: aa1 rb ab2
      2 ends: ab1
      3: ra[1,2]
      1 ends: aa1 aa2 rb[]
      0 ends: aa1 rb[] ab2`;
    const read = { from: -1, to: 2, kind: "wr", key: "b" } as const;
    const path: readonly ClaimedEdge[] = [
      { from: 2, to: 1, kind: "ww", key: "b", because: [read] },
      { from: 1, to: 4, kind: "rt" },
    ];
    const cycle: readonly ClaimedEdge[] = [
      { from: 0, to: 2, kind: "rw", key: "b" },
      { from: 2, to: 0, kind: "ww", key: "a", because: path },
    ];
    const transactions = transactionsOf(transactionHistory(text));
    expect(verifyCycle(transactions, levelOf("strong-consistent-view"), cycle)).toBeUndefined();
    expect(verifyCycle(transactions, levelOf("strong-read-atomic"), cycle)).toBeDefined();
  });

  test("with all the reads that lead up to it", () => {
    const { anomalies } = checkIsolation(
      history(`2 invoke txn [["append","a",1],["r","b",null]]
       0 invoke txn [["r","a",null],["append","b",2],["append","a",3],["r","a",null]]
       2 ok txn [["append","a",1],["r","b",[]]]
       3 invoke txn [["append","a",1]]
       1 invoke txn [["r","a",null],["r","a",null],["append","a",3]]
       0 ok txn [["r","a",[]],["append","b",2],["append","a",3],["r","a",[1,3]]]
       1 ok txn [["r","a",[1]],["r","a",[1,3]],["append","a",3]]
       3 ok txn [["append","a",1]]`),
      { level: "repeatable-read" },
    );
    const read = { kind: "wr", because: "T3 read a = [1 3], of which T2 appended the last" };
    const initial = { from: -1, to: 1, kind: "wr" };
    const cycle = [{ kind: "rw" }, read, { kind: "ww", reasons: [initial, read] }];
    expect(anomalies.map(({ evidence }) => evidence)).toMatchObject([{ cycle, verified: true }]);
  });

  test("not by what contradicts itself without it", () => {
    const lostUpdate = `0 invoke txn [["r","x",null],["w","x",1]]
      1 invoke txn [["r","x",null],["w","x",2]]
      0 ok txn [["r","x",null],["w","x",1]]
      1 ok txn [["r","x",null],["w","x",2]]`;
    const cycle = [
      { from: 0, to: 1, kind: "ww", key: "x" },
      { from: 1, to: 0, kind: "rw", key: "x" },
    ] as const;
    expect(flawOf("serializable", cycle, lostUpdate)).toMatch(/no known order/);
  });

  test("not by one of several who may have written what was read", () => {
    const cycle = [
      { from: 2, to: 4, kind: "so" },
      { from: 4, to: 2, kind: "rw", key: "x" },
    ] as const;
    const text = (second: number): string => `0 invoke txn [["w","x",1,1]]
      0 ok txn [["w","x",1,1]]
      1 invoke txn [["w","x",2,2]]
      1 ok txn [["w","x",2,2]]
      1 invoke txn [["r","x",null]]
      2 invoke txn [["w","x",${second},3]]
      2 ok txn [["w","x",${second},3]]
      1 ok txn [["r","x",1]]`;
    expect(flawOf("strong-session-causal-consistency", cycle, text(3))).toBeUndefined();
    expect(flawOf("strong-session-causal-consistency", cycle, text(1))).toBeDefined();
  });
});

test("a list tells where the elements stand that one transaction appended twice", () => {
  const cycle = [
    { from: 0, to: 2, kind: "ww", key: "a" },
    { from: 2, to: 0, kind: "rw", key: "a" },
  ] as const;
  const flaw = (list: string): string | undefined =>
    verifyCycle(
      transactionsOf(transactionHistory(`0: aa1 aa3 aa1\n1: ra[] aa3\n2: ra${list}`)),
      levelOf("cursor-stability"),
      cycle,
    );
  // All of its own are there, so that the 3 is its own, and the other's came later.
  expect(flaw("[1,3,1]")).toBeUndefined();
  expect(flaw("[3,1,3,1]")).toMatch(/no known order/);
});

describe("transactions without an order", () => {
  test("may have one where versions that were told are not heeded", () => {
    const text = `0 invoke txn [["w","x",1,1],["r","y",null]]
      1 invoke txn [["w","x",2,2],["w","y",5,1]]
      0 ok txn [["w","x",1,1],["r","y",5,1]]
      1 ok txn [["w","x",2,2],["w","y",5,1]]`;
    expect(core("serializable", [0, 1], text)).toBe(true);
    expect(core("view-serializable", [0, 1], text)).toBe(false);
  });

  test("may have read from another who wrote the same", () => {
    const text = `0 invoke txn [["r","x",null]]
      1 invoke txn [["w","x",1]]
      1 ok txn [["w","x",1]]
      0 ok txn [["r","x",1]]
      0 invoke txn [["w","x",1]]
      0 ok txn [["w","x",1]]`;
    expect(core("strong-session-read-committed", [0, 4], text)).toBe(false);
    expect(
      core(
        "strong-session-read-committed",
        [0, 4],
        text.replaceAll('1 ok txn [["w","x",1]]', '1 fail txn [["w","x",1]]'),
      ),
    ).toBe(true);
  });

  test("may have missed a row by predicate because it was not there yet", () => {
    const text = `0 invoke txn [["rp",["=",5],null]]
      0 ok txn [["rp",["=",5],{}]]
      0 invoke txn [["insert",3,5]]
      0 ok txn [["insert",3,5]]
      1 invoke txn [["delete",3]]
      1 ok txn [["delete",3]]`;
    expect(core("strong-session-serializable", [0, 2, 4], text)).toBe(false);
  });

  test("need not count one of unknown outcome whom nobody observed", () => {
    const text = (outcome: string): string => `0 invoke txn [["w","y",5,2]]
      0 ok txn [["w","y",5,2]]
      1 invoke txn [["w","x",1,2],["w","y",1,1]]
      1 ${outcome} txn [["w","x",1,2],["w","y",1,1]]
      0 invoke txn [["w","x",5,1]]
      0 ok txn [["w","x",5,1]]`;
    expect(core("strong-session-read-committed", [0, 2, 4], text("ok"))).toBe(true);
    expect(core("strong-session-read-committed", [0, 2, 4], text("info"))).not.toBe(true);
  });

  test("are those whose commits go against real time, for ANSI snapshot isolation", () => {
    const text = `0 invoke txn [["append","x",1]]
      0 ok txn [["append","x",1]]
      1 invoke txn [["append","x",2]]
      1 ok txn [["append","x",2]]
      2 invoke txn [["r","x",null]]
      2 ok txn [["r","x",[2,1]]]`;
    expect(core("ansi-snapshot-isolation", [0, 2, 4], text)).toBe(true);
    expect(core("snapshot-isolation", [0, 2, 4], text)).toBe(false);
  });

  test("are not known of where there is too much to try", () => {
    const writers = Array.from({ length: 30 }, (_, i) => i);
    const text = [
      ...writers.map((i) => `${i} invoke txn [["w","x",${i + 1}]]`),
      ...writers.map((i) => `${i} ok txn [["w","x",${i + 1}]]`),
    ].join("\n");
    expect(core("read-committed", writers, text)).toBe("open");
  });
});
