import { describe, expect, test } from "vitest";
import { history } from "../../histories/testing/notation.ts";
import { stats } from "./stats.ts";
import { unhandledExceptions } from "./unhandled-exceptions.ts";

describe("stats", () => {
  test("counts outcomes by function; an operation without completion is info", () => {
    const verdict = stats.check(
      history(`
        0 invoke read
        1 invoke write 1
        nemesis info kill
        0 ok read 1
        1 fail write 1
        1 invoke write 2
        2 invoke read
        3 invoke read
        1 ok write 2
        2 info read
      `),
    );
    expect(verdict.valid).toBe(true);
    expect(verdict.details).toEqual({
      read: { ok: 1, fail: 0, info: 2 },
      write: { ok: 1, fail: 1, info: 0 },
    });
    expect(verdict.statistics).toEqual({ operations: 5, ok: 2, fail: 1, info: 2 });
  });

  test("is unknown when some function never succeeded", () => {
    expect(
      stats.check(
        history("0 invoke read\n0 ok read 1\n0 invoke write 1\n0 fail write 1\n0 invoke cas [1, 2]"),
      ),
    ).toMatchObject({ valid: "unknown", reason: "no evidence: no write, no cas ever succeeded" });
  });

  test("notes what ended unknown more often than not, since that may excuse anything", () => {
    const notesOf = (text: string): unknown => stats.check(history(text)).notes;
    const twoLost = "0 ok write 1\n0 info write 2\n1 info write 3\n2 ok read 1";
    expect(notesOf(twoLost)).toEqual([
      expect.stringMatching(/^More of write ended unknown \(2\) than ok \(1\)/),
    ]);
    expect(stats.check(history(twoLost)).valid).toBe(true);
    expect(notesOf(`${twoLost}\n3 ok write 4`)).toBeUndefined();
  });

  test("is unknown when no client did anything", () => {
    expect(stats.check(history("nemesis info kill"))).toMatchObject({
      valid: "unknown",
      reason: "no evidence: no client did anything",
    });
  });

  test("counts the completions of a history that has nothing else", () => {
    expect(stats.check(history("0 ok read 1\n0 fail read")).statistics).toMatchObject({ ok: 1, fail: 1 });
  });
});

test("unhandled exceptions are grouped by class, the most frequent first", () => {
  const verdict = unhandledExceptions.check(
    history(`
      0 invoke read
      1 invoke write 1
      2 invoke read
      3 invoke read
      4 invoke read
      nemesis info kill error="not permitted"
      0 info read error="timeout: after 5 s"
      1 info write 1 error={"type":"ECONNRESET","message":"read"}
      2 info read error={"code":"ECONNRESET"}
      3 info read error=["ECONNRESET",{"node":"n1"}]
      4 fail read error="refused"
    `),
  );
  expect(verdict.valid).toBe(true);
  expect(verdict.details).toEqual([
    {
      class: "ECONNRESET",
      count: 3,
      functions: ["write", "read"],
      first: 7,
      example: { type: "ECONNRESET", message: "read" },
    },
    { class: "timeout", count: 1, functions: ["read"], first: 6, example: "timeout: after 5 s" },
  ]);
  expect(verdict.statistics).toEqual({ classes: 2, errors: 4 });
});
