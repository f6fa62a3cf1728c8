import { expect, test } from "vitest";
import { transactionHistory } from "../../isolation/testing/notation.ts";
import { published } from "../../isolation/testing/published.ts";
import { transactionsOf } from "../../isolation/transactions/transactions-of.ts";
import { verifyExecution } from "./execution.ts";

test("a reader that contradicts the only order of the updates is found by their anti-dependencies", () => {
  const { text } = published.find(({ name }) => name === "read-only anomaly")!;
  const transactions = transactionsOf(transactionHistory(text));
  const [a, b, c] = [transactions.begin[0]!, transactions.begin[1]!, transactions.begin[2]!];
  const orders = [
    [a, b, c],
    [a, c, b],
    [b, a, c],
    [b, c, a],
    [c, a, b],
    [c, b, a],
  ];
  for (const commits of orders) {
    const level = { name: "update-serializable", strength: "plain" } as const;
    expect(verifyExecution(transactions, level, { commits }), String(commits)).toBeDefined();
  }
});
