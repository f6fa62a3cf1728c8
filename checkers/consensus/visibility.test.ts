import { describe, expect, test } from "vitest";

import type { JsonObject } from "../../histories/json.ts";
import { watch, type Scene } from "./testing.ts";
import { visibility } from "./visibility.ts";

const writes = (key: string, ...deps: string[]): JsonObject => ({ deps, reads: [], writes: [key] });
const reads = (key: string, ...deps: string[]): JsonObject => ({ deps, reads: [key], writes: [] });
const nothing: JsonObject = { deps: [], reads: [], writes: [] };

/** What node n1 shows, one view after the other. */
function judged(...views: readonly Record<string, JsonObject>[]): string | undefined {
  const scenes = views.map((decided): Scene => ({ node: "n1", view: { decided } }));
  return watch(visibility, scenes)?.explanation;
}

describe("visibility", () => {
  test("holds if of two commands that interfere one depends on the other", () => {
    expect(judged({ a: writes("x") }, { a: writes("x"), b: writes("x", "a") })).toBeUndefined();
    expect(judged({ a: writes("x", "b") }, { a: writes("x", "b"), b: writes("x") })).toBeUndefined();
    expect(judged({ a: writes("x", "b"), b: writes("x", "a") })).toBeUndefined();
  });

  test("is broken if neither does, whoever shows them and when", () => {
    const broken = "b and a are decided and interfere on x, but neither depends on the other.";
    expect(judged({ a: writes("x"), b: writes("x") })).toBe(broken);
    expect(judged({ a: writes("x") }, { a: writes("x"), b: reads("x") })).toBe(broken);
    const views: Scene[] = [
      { node: "n1", view: { decided: { a: writes("x") } } },
      { node: "n2", view: { decided: { b: writes("x") } } },
    ];
    expect(watch(visibility, views)?.explanation).toBe(broken);
  });

  test("may hold by way of others, and is judged when all these are decided", () => {
    const [a, b, c] = [writes("x"), writes("x", "a"), writes("x", "b")];
    expect(judged({ a, c }, { a, b, c })).toBeUndefined();
    expect(judged({ a, c })).toBeUndefined();
    expect(judged({ a, c }, { a, b: writes("y"), c })).toMatch(/c and a/);
    expect(judged({ a, c }, { a, b: nothing, c })).toMatch(/c and a/);
  });

  test("asks nothing of commands that do not interfere", () => {
    expect(
      judged({ a: writes("x"), b: writes("y"), c: reads("z"), d: reads("z"), e: nothing }),
    ).toBeUndefined();
  });
});
