import { expect, it } from "vitest";
import { Relation } from "./relation.ts";

/** The closure of a path through these, as the pairs that it relates. */
function closureOf(path: readonly number[], size: number): string[] {
  const relation = new Relation(size);
  for (const [i, from] of path.slice(0, -1).entries()) relation.add(from, path[i + 1]!);
  const closed = relation.closure();
  const numbers = Array.from({ length: size }, (_, i) => i);
  return numbers.flatMap((a) => numbers.flatMap((b) => (closed.has(a, b) ? [`${a}-${b}`] : [])));
}

it.each([
  ["up", [0, 1, 2, 3]],
  ["down", [3, 2, 1, 0]],
  ["back and forth", [1, 3, 0, 2]],
  ["across words", [40, 0, 70, 33]],
])("a path that leads %s relates each to all after it", (_, path) => {
  const expected = path.flatMap((a, i) => path.slice(i + 1).map((b) => `${a}-${b}`));
  expect(closureOf(path, 80)).toEqual(expected.toSorted((a, b) => order(a) - order(b)));
});

function order(pair: string): number {
  const [a = 0, b = 0] = pair.split("-").map(Number);
  return a * 100 + b;
}

it("a circle is not acyclic, wherever it begins", () => {
  const relation = new Relation(3);
  relation.add(2, 0);
  relation.add(0, 1);
  expect(relation.isAcyclic()).toBe(true);
  relation.add(1, 2);
  expect(relation.isAcyclic()).toBe(false);
});
