import { describe, expect, test } from "vitest";

import type { Json } from "../../../../histories/json.ts";
import {
  chosenOrFree,
  majorityOrFree,
  ownFirst,
  plurality,
  rarestSeen,
  type Pick,
  type Report,
} from "./pick.ts";
import { classicRoundAbove, isFast, openingRound } from "./rounds.ts";
import { fastPaxosRules } from "./rules.ts";

const classicQuorum = (nodes: number): number => fastPaxosRules.classicQuorum(nodes);
const fastQuorum = (nodes: number): number => fastPaxosRules.fastQuorum(nodes);

/** All lists of `length` members out of `members`. */
function* lists<Member>(members: readonly Member[], length: number): Generator<Member[]> {
  for (let number = 0; number < members.length ** length; number++) {
    yield Array.from(
      { length },
      (_, i) => members[Math.floor(number / members.length ** i) % members.length]!,
    );
  }
}

/** All sets of `size` out of the numbers below `n`. */
function* subsets(n: number, size: number): Generator<number[]> {
  for (const chosen of lists([false, true], n)) {
    const set = chosen.flatMap((is, i) => (is ? [i] : []));
    if (set.length === size) yield set;
  }
}

/**
 * Tries every way in which `nodes` acceptors may have voted in a fast round and every quorum that a coordinator may hear
 * from: the number of times that it picks another value than one that is chosen, or may yet be.
 */
function mistakes(pick: Pick, nodes: number, values: readonly number[]): number {
  const sizes = { nodes, classicQuorum: classicQuorum(nodes), fastQuorum: fastQuorum(nodes) };
  let wrong = 0;
  for (const votes of lists<number | null>([null, ...values], nodes)) {
    for (const quorum of subsets(nodes, sizes.classicQuorum)) {
      const reports = quorum.map((i): Report => {
        const value = votes[i] ?? null;
        return value === null ? null : { ballot: openingRound, value };
      });
      const picked = pick(reports, "own", sizes);
      for (const value of values) {
        // Those that the coordinator has not heard from may vote yet.
        const possible = votes.filter((vote, i) => vote === value || (vote === null && !quorum.includes(i)));
        if (possible.length >= sizes.fastQuorum && picked !== value) wrong++;
      }
    }
  }
  return wrong;
}

describe("quorums", () => {
  test.each([
    [1, 1, 1],
    [3, 2, 3],
    [4, 3, 3],
    [5, 3, 4],
    [6, 4, 5],
    [7, 4, 6],
    [8, 5, 6],
    [9, 5, 7],
  ])("of %i acceptors are of %i in classic rounds and of %i in fast ones", (nodes, classic, fast) => {
    expect([classicQuorum(nodes), fastQuorum(nodes)]).toEqual([classic, fast]);
    expect(classic + 2 * fast).toBeGreaterThan(2 * nodes);
    // One less is too few.
    expect(classic + 2 * (fast - 1)).toBeLessThanOrEqual(2 * nodes);
  });
});

describe("what is picked", () => {
  test.each([3, 4, 5])("never contradicts a fast quorum of %i acceptors", (nodes) => {
    for (const pick of [chosenOrFree, majorityOrFree, plurality]) {
      expect(mistakes(pick, nodes, [1, 2])).toBe(0);
    }
    expect(mistakes(chosenOrFree, nodes, [1, 2, 3])).toBe(0);
  });

  test.each([4, 5])("does, of %i acceptors, if it is any value, or the coordinator's own", (nodes) => {
    expect(mistakes(rarestSeen, nodes, [1, 2])).toBeGreaterThan(0);
    expect(mistakes(ownFirst, nodes, [1, 2])).toBeGreaterThan(0);
  });

  test("is of the latest round only, and own if nobody has voted", () => {
    const sizes = { nodes: 4, classicQuorum: 3, fastQuorum: 3 };
    const reports: Report[] = [
      { ballot: 1, value: "a" },
      { ballot: 1, value: "a" },
      { ballot: 5, value: "b" },
    ];
    expect(chosenOrFree(reports, "own", sizes)).toBe("b");
    expect(chosenOrFree([null, null, null], "own", sizes)).toBe("own");
    expect(chosenOrFree([null, null, null], undefined, sizes)).toBeUndefined();
    const nothing: Json = null;
    expect(chosenOrFree([{ ballot: 1, value: nothing }, null, null], "own", sizes)).toBe(nothing);
  });
});

test("rounds above the fast ones belong to one node each", () => {
  for (const nodes of [1, 2, 3, 5]) {
    const seen = new Set<number>();
    for (let owner = 0; owner < nodes; owner++) {
      let round = 0;
      for (let i = 0; i < 4; i++) {
        const next = classicRoundAbove(round, owner, nodes);
        expect(next).toBeGreaterThan(round);
        expect(next - nodes).toBeLessThanOrEqual(Math.max(round, nodes));
        expect(isFast(next, nodes)).toBe(false);
        expect(seen.has(next)).toBe(false);
        seen.add(next);
        round = next;
      }
    }
  }
});
