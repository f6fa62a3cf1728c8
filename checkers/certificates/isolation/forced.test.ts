import { expect, test } from "vitest";
import { checkIsolation } from "../../isolation/isolation.ts";
import { history } from "../../../histories/testing/notation.ts";

/** Verdicts of one level, and whether each cycle and core of theirs was verified. */
function verified(text: string, level: string): unknown[] {
  return checkIsolation(history(text), { level }).anomalies.flatMap(({ evidence }) =>
    evidence !== undefined && "verified" in evidence ? [evidence["verified"]] : [],
  );
}

test("an anti-dependency that was inferred counts at the first read that it may be of", () => {
  // Q read b of the second before it read b of the third: so the third wrote later, and not before Q in a.
  const found = verified(
    `1 invoke txn [["r","b",null],["w","b",4],["w","a",8]]
     3 invoke txn [["r","b",null],["w","b",7]]
     2 invoke txn [["w","a",9],["r","b",null],["r","b",null]]
     3 ok txn [["r","b",null],["w","b",7]]
     2 ok txn [["w","a",9],["r","b",7],["r","b",4]]`,
    "monotonic-view",
  );
  expect(found).not.toEqual([]);
  expect(new Set(found)).toEqual(new Set([true]));
});
