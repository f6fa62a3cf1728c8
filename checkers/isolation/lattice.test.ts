import { describe, expect, it } from "vitest";

import { history } from "../../histories/testing/notation.ts";
import { findingNames } from "./anomalies.ts";
import {
  directlyImplied,
  equivalent,
  implies,
  isBrokenBy,
  levelNumber,
  levels,
  strongest,
  weakest,
  withoutEquals,
} from "./lattice.ts";
import { levelNames, type Level, type LevelName } from "./levels.ts";
import { levelText } from "./formalisms/plain.ts";
import { nameOf, parseLevelName } from "./names.ts";
import { separations } from "./testing/separations.ts";

const level = (name: string): Level => {
  const asked = parseLevelName(name);
  if (!("level" in asked)) throw new Error(`${name} is no level`);
  return asked.level;
};
const holds = (a: string, b: string): boolean => implies(level(a), level(b));

describe("the lattice of levels", () => {
  it("has every level in three strengths, numbered by place", () => {
    expect(levels).toHaveLength(3 * levelNames.length);
    levels.forEach((one, i) => expect(levelNumber(one)).toBe(i));
  });

  it("has strict serializability above everything", () => {
    for (const other of levels) expect(implies(level("strict-serializable"), other)).toBe(true);
  });

  it("is transitive, and every level implies itself", () => {
    for (const a of levels) {
      expect(implies(a, a)).toBe(true);
      for (const b of levels)
        for (const c of levels) if (implies(a, b) && implies(b, c)) expect(implies(a, c)).toBe(true);
    }
  });

  it("has equal levels only where their rules are equal", () => {
    const pairs = levels.flatMap((a, i) =>
      levels.slice(i + 1).flatMap((b) => (equivalent(a, b) ? [`${a.name} ${a.strength}=${b.name}`] : [])),
    );
    expect(pairs.toSorted()).toEqual(
      [
        ...["plain", "strong-session", "strong"].flatMap((strength) => [
          `monotonic-view ${strength}=monotonic-snapshot-read`,
          `consistent-view ${strength}=forward-consistent-view`,
        ]),
        "ansi-snapshot-isolation strong=snapshot-isolation",
      ].toSorted(),
    );
  });

  it.each([
    ["serializable", "snapshot-isolation"],
    ["serializable", "view-serializable"],
    ["snapshot-isolation", "prefix"],
    ["strong-snapshot-isolation", "ansi-snapshot-isolation"],
    ["strong-snapshot-isolation", "session-snapshot-isolation"],
    ["parallel-snapshot-isolation", "update-atomic"],
    ["update-atomic", "cursor-stability"],
    ["update-serializable", "consistent-view"],
    ["strong-read-committed", "strong-session-read-uncommitted"],
  ])("%s implies %s, not the other way round", (a, b) => {
    expect(holds(a, b)).toBe(true);
    expect(holds(b, a)).toBe(false);
  });

  it.each([
    ["repeatable-read", "snapshot-isolation"],
    ["parallel-snapshot-isolation", "prefix-consistency"],
    ["update-atomic", "causal-consistency"],
    ["consistent-view", "read-atomic"],
    ["update-serializable", "snapshot-isolation"],
    ["serializable", "strong-session-read-committed"],
    ["strong-session-serializable", "ansi-snapshot-isolation"],
    ["view-serializable", "read-uncommitted"],
  ])("%s and %s say nothing of one another", (a, b) => {
    expect(holds(a, b)).toBe(false);
    expect(holds(b, a)).toBe(false);
  });

  it("implies nothing directly that does not follow", () => {
    for (const a of levels) for (const b of directlyImplied(a)) expect(implies(a, b)).toBe(true);
  });

  it("picks the strongest and the weakest of some", () => {
    const some = ["serializable", "snapshot-isolation", "read-committed", "strong-read-committed"].map(level);
    expect(strongest(some)).toEqual([level("serializable"), level("strong-read-committed")]);
    expect(weakest(some)).toEqual([level("read-committed")]);
  });
});

describe("the orders that strengths heed", () => {
  it("are transitive, which update-atomic → cursor-stability rests on: unknown outcomes end their session", () => {
    const again = '0 invoke txn [["w","x",1]]\n0 info txn [["w","x",1]]\n0 invoke txn [["w","y",1]]';
    expect(() => history(again)).toThrow(/not to act again after its info/);
  });
});

describe("what a finding breaks", () => {
  it("breaks the levels that docs/isolation.md names, and all above", () => {
    expect(isBrokenBy(level("read-uncommitted"), { type: "G1a" })).toBe(false);
    expect(isBrokenBy(level("read-committed"), { type: "G1a" })).toBe(true);
    expect(isBrokenBy(level("strict-serializable"), { type: "G1a" })).toBe(true);
    expect(isBrokenBy(level("1SR"), { type: "G1a" })).toBe(true);
    expect(isBrokenBy(level("consistent-view"), { type: "internal" })).toBe(false);
    expect(isBrokenBy(level("snapshot-isolation"), { type: "internal" })).toBe(true);
    expect(isBrokenBy(level("read-committed-biswas-enea"), { type: "internal" })).toBe(false);
    expect(isBrokenBy(level("read-committed-biswas-enea"), { type: "internal", ofOwnWrite: true })).toBe(
      true,
    );
    expect(isBrokenBy(level("causal-consistency"), { type: "lost-update" })).toBe(false);
    expect(isBrokenBy(level("repeatable-read"), { type: "lost-update" })).toBe(true);
    expect(isBrokenBy(level("snapshot-isolation"), { type: "predicate-read-miss" })).toBe(false);
  });

  it("leaves no finding without a level, and breaks strict serializability by each", () => {
    for (const type of findingNames) expect(isBrokenBy(level("strict-serializable"), { type })).toBe(true);
  });
});

describe("the lattice and the definitions", () => {
  // What is recorded has no predicates, by which repeatable read is less than serializable, and no versions told by the
  // system, by which view-serializable is.
  const looserThanRecorded = new Set(["repeatable-read", "view-serializable"]);

  it("has each implication that small histories never violate, and no other", () => {
    for (const a of levels)
      for (const b of levels) {
        const separated = separations.some(
          ({ holds: held }) => held.has(levelText(a)) && !held.has(levelText(b)),
        );
        if (looserThanRecorded.has(a.name) && !separated) continue;
        expect({ a: nameOf(a), b: nameOf(b), implied: implies(a, b) }).toEqual({
          a: nameOf(a),
          b: nameOf(b),
          implied: !separated,
        });
      }
  });
});

describe("levels that are the same set of histories", () => {
  it("are told once, by the better known name, in the strengths where they are the same", () => {
    const strong = (name: LevelName): Level => ({ name, strength: "strong" });
    const plain = (name: LevelName): Level => ({ name, strength: "plain" });
    expect(
      withoutEquals([strong("ansi-snapshot-isolation"), strong("snapshot-isolation"), plain("serializable")]),
    ).toEqual([strong("snapshot-isolation"), plain("serializable")]);
    expect(withoutEquals([plain("monotonic-snapshot-read"), plain("monotonic-view")])).toEqual([
      plain("monotonic-view"),
    ]);
    expect(withoutEquals([plain("ansi-snapshot-isolation"), plain("snapshot-isolation")])).toHaveLength(2);
  });
});
