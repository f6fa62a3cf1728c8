import { describe, expect, test } from "vitest";

import {
  epaxosFastQuorum,
  fastQuorum,
  flexibleQuorum,
  inconsistentReplicationFastQuorum,
  leastIntersection,
  nodesNeeded,
  quorumSizes,
  quorumsOf,
} from "./quorums.ts";

const upToTen = Array.from({ length: 10 }, (_, i) => i + 1);
const upToEight = upToTen.slice(0, 8);
const rangeTo = (last: number): number[] => Array.from({ length: last + 1 }, (_, i) => i);

describe("formulas, held against every quorum there is", () => {
  test.each(upToTen)("majorities of %i nodes share a node, and smaller quorums do not", (nodes) => {
    const { majority } = quorumSizes(nodes);
    const meeting = (size: number): number =>
      leastIntersection(quorumsOf(nodes, size), quorumsOf(nodes, size));
    expect(meeting(majority)).toBeGreaterThanOrEqual(1);
    if (majority > 1) expect(meeting(majority - 1)).toBe(0);
  });

  test.each(upToTen)("flexible quorums of %i nodes meet each other, and smaller ones do not", (nodes) => {
    for (const first of rangeTo(nodes).slice(1)) {
      const second = flexibleQuorum(nodes, first);
      expect(leastIntersection(quorumsOf(nodes, first), quorumsOf(nodes, second))).toBe(1);
      expect(leastIntersection(quorumsOf(nodes, first), quorumsOf(nodes, second - 1))).toBe(0);
    }
  });

  test.each(upToEight)("fast quorums of %i nodes: two of them and a classic one share a node", (nodes) => {
    const { majority, fast, fastAlike } = quorumSizes(nodes);
    const meeting = (classic: number, size: number): number =>
      leastIntersection(quorumsOf(nodes, size), quorumsOf(nodes, size), quorumsOf(nodes, classic));
    expect(meeting(majority, fast)).toBeGreaterThanOrEqual(1);
    if (fast > majority) expect(meeting(majority, fast - 1)).toBe(0);
    expect(meeting(fastAlike, fastAlike)).toBeGreaterThanOrEqual(1);
    expect(meeting(fastAlike - 1, fastAlike - 1)).toBe(0);
  });

  test.each(upToTen)("Byzantine and masking quorums of %i nodes outvote those that lie", (nodes) => {
    for (const faults of rangeTo(nodes - 1)) {
      const { byzantine, masking } = quorumSizes(nodes, faults);
      const meeting = (size: number): number =>
        leastIntersection(quorumsOf(nodes, Math.min(size, nodes)), quorumsOf(nodes, Math.min(size, nodes)));
      if (byzantine <= nodes) expect(meeting(byzantine)).toBeGreaterThanOrEqual(faults + 1);
      expect(2 * (byzantine - 1) - nodes).toBeLessThan(faults + 1);
      if (masking <= nodes) expect(meeting(masking)).toBeGreaterThanOrEqual(2 * faults + 1);
      // A quorum answers although all that may fail are silent, exactly from so many nodes on.
      expect(byzantine <= nodes - faults).toBe(nodes >= nodesNeeded.byzantine(faults));
      expect(masking <= nodes - faults).toBe(nodes >= nodesNeeded.masking(faults));
    }
  });

  test("a majority answers although f are silent exactly from 2f + 1 nodes on; of f + 1 copies one is left", () => {
    for (const nodes of upToTen) {
      for (const faults of rangeTo(nodes - 1)) {
        const { majority, storage } = quorumSizes(nodes, faults);
        expect(majority <= nodes - faults).toBe(nodes >= nodesNeeded.crash(faults));
        expect(storage - faults).toBe(1);
      }
    }
  });
});

describe("sizes as they are published", () => {
  test.each([
    [3, 2],
    [4, 3],
    [5, 3],
    [6, 4],
    [7, 4],
  ])("majority of %i: %i", (nodes, size) => expect(quorumSizes(nodes).majority).toBe(size));

  test.each([
    [3, 2, 3],
    [4, 3, 3],
    [5, 3, 4],
    [6, 4, 5],
    [7, 4, 6],
    [8, 5, 6],
    [9, 5, 7],
  ])("Fast Paxos of %i: classic %i, fast %i", (nodes, classic, fast) => {
    expect(quorumSizes(nodes).majority).toBe(classic);
    expect(fastQuorum(nodes, classic)).toBe(fast);
  });

  test.each([
    [4, 3],
    [5, 4],
    [7, 5],
  ])("classic and fast alike of %i: %i", (nodes, size) => expect(quorumSizes(nodes).fastAlike).toBe(size));

  test.each([
    [1, 2],
    [2, 3],
    [3, 5],
    [4, 6],
  ])("EPaxos that bears %i crashes: %i with its leader", (faults, size) =>
    expect(epaxosFastQuorum(faults)).toBe(size),
  );

  test.each([
    [1, 3],
    [2, 4],
    [3, 6],
  ])("inconsistent replication that bears %i crashes: %i", (faults, size) =>
    expect(inconsistentReplicationFastQuorum(faults)).toBe(size),
  );

  test.each([1, 2, 3])("of 3f + 1 nodes 2f + 1 outvote %i that lie", (faults) =>
    expect(quorumSizes(nodesNeeded.byzantine(faults), faults).byzantine).toBe(2 * faults + 1),
  );
});

describe("what goes wrong with smaller ones", () => {
  test("half of the nodes: two halves of four share nobody", () => {
    expect(leastIntersection(quorumsOf(4, 2), quorumsOf(4, 2))).toBe(0);
  });
  test("majorities of those that are up: both sides of a partition have one", () => {
    const [left, right] = [0b00011, 0b11100];
    const majorityOf = (side: number): number[] =>
      quorumsOf(5, 2).filter((quorum) => (quorum & side) === quorum);
    expect(leastIntersection(majorityOf(left), majorityOf(right))).toBe(0);
  });
  test("majorities where one of four may lie: two of them may share only that one", () => {
    expect(leastIntersection(quorumsOf(4, 3), quorumsOf(4, 3))).toBe(2);
    expect(leastIntersection(quorumsOf(5, 3), quorumsOf(5, 3))).toBe(1);
  });
});
