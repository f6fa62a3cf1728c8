import { expect, it } from "vitest";
import { Relation } from "./relation.ts";

it.each([
  ["up", [0, 1, 2, 3]],
  ["down", [3, 2, 1, 0]],
  ["back and forth", [1, 3, 0, 2]],
])("the closure of a path that leads %s relates each to all after it", (_, path) => {
  const relation = new Relation(4);
  for (const [i, from] of path.slice(0, -1).entries()) relation.add(from, path[i + 1]!);
  const closed = relation.closure();
  for (const [i, a] of path.entries())
    for (const [j, b] of path.entries()) expect(closed.has(a, b), `${a} to ${b}`).toBe(i < j);
});
