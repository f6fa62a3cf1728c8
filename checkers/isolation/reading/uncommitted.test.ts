import { describe, expect, test } from "vitest";

import { history } from "../../../histories/testing/notation.ts";
import { checkIsolation } from "../isolation.ts";

/** Transactions that each append 1 to some lists and a number of its own to "z", of which a reader tells the order. */
function judge(lists: readonly string[], order: readonly number[]): ReturnType<typeof checkIsolation> {
  const appends = order.map((_, i) =>
    JSON.stringify([...lists.map((key) => ["append", key, 1]), ["append", "z", i + 1]]),
  );
  const ones = order.map(() => 1);
  const reads = [...lists.map((key) => ["r", key, ones]), ["r", "z", order]];
  return checkIsolation(
    history(
      [
        ...appends.map((text, process) => `${process} invoke txn ${text}`),
        ...appends.map((text, process) => `${process} ok txn ${text}`),
        `${order.length} invoke txn ${JSON.stringify(reads.map(([r, key]) => [r, key, null]))}`,
        `${order.length} ok txn ${JSON.stringify(reads)}`,
      ].join("\n"),
    ),
    { level: "read-uncommitted" },
  );
}

describe("read uncommitted where equal elements were appended", () => {
  test("holds if one of the orders that they leave open will do", () => {
    expect(judge(["a"], [2, 3, 1]).valid).toBe(true);
    expect(judge(["a", "b"], [2, 3, 1]).valid).toBe(true);
  });

  test("is not said to be violated where a list has too many orders to try", () => {
    const { valid, reason } = judge(["a"], [4, 2, 6, 1, 5, 3]);
    expect(valid).toBe("unknown");
    expect(reason).toMatch(/equal elements of "a"/);
  });

  test("is not said to be violated where all lists together have too many", () => {
    const { valid, reason } = judge(["a", "b", "c", "d"], [2, 3, 1]);
    expect(valid).toBe("unknown");
    expect(reason).toMatch(/equal elements of lists/);
  });
});
