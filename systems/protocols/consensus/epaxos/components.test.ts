import { describe, expect, test } from "vitest";

import { chance } from "../../../chance.ts";
import { componentsFrom } from "./components.ts";

type Graph = readonly (readonly number[])[];

function reaches(graph: Graph, from: number): Set<number> {
  const seen = new Set([from]);
  for (const vertex of seen) for (const next of graph[vertex] ?? []) seen.add(next);
  return seen;
}

describe("strongly connected components", () => {
  test("come after all that they lead to, and are those of mutual reachability", () => {
    const random = chance(1);
    for (let round = 0; round < 500; round++) {
      const size = 1 + random(8);
      const graph: Graph = Array.from({ length: size }, () =>
        Array.from({ length: random(4) }, () => random(size)),
      );
      const components = [...componentsFrom(0, (vertex) => graph[vertex])];
      expect(new Set(components.flat())).toEqual(reaches(graph, 0));
      expect(components.flat()).toHaveLength(reaches(graph, 0).size);
      const done = new Set<number>();
      for (const component of components) {
        for (const vertex of component) done.add(vertex);
        for (const vertex of component) {
          for (const next of graph[vertex] ?? []) expect(done.has(next)).toBe(true);
          for (const other of reaches(graph, 0)) {
            const mutual = reaches(graph, vertex).has(other) && reaches(graph, other).has(vertex);
            expect(component.includes(other)).toBe(mutual);
          }
        }
      }
    }
  });

  test("end at what is not known, with those that are complete", () => {
    const graph = new Map<string, readonly string[]>([
      ["a", ["b", "c"]],
      ["b", []],
      ["c", ["unknown"]],
    ]);
    expect([...componentsFrom("a", (vertex) => graph.get(vertex))]).toEqual([["b"]]);
    expect([...componentsFrom("unknown", (vertex) => graph.get(vertex))]).toEqual([]);
  });

  test("of a chain of a hundred thousand take no recursion", () => {
    let count = 0;
    for (const [vertex] of componentsFrom(0, (v) => (v < 100_000 ? [v + 1] : []))) {
      if (vertex === 100_000 - count) count++;
    }
    expect(count).toBe(100_001);
  });
});
