import { expect, test } from "vitest";
import { transactionHistory } from "../../isolation/testing/notation.ts";
import { transactionsOf } from "../../isolation/transactions/transactions-of.ts";
import { verifyExecution } from "./execution.ts";

test("commits go by the versions that the system told, but for view serializability", () => {
  const transactions = transactionsOf(
    transactionHistory("0 begins: wx1\n1 begins: wx2\n0 ends: wx1@2\n1 ends: wx2@1"),
  );
  const verdict = (
    name: "serializable" | "view-serializable",
    commits: readonly number[],
  ): string | undefined => verifyExecution(transactions, { name, strength: "plain" }, { commits });
  expect(verdict("serializable", [1, 0])).toBeUndefined();
  expect(verdict("serializable", [0, 1])).toMatch(/made version 1, yet commits after version 2/);
  expect(verdict("view-serializable", [0, 1])).toBeUndefined();
});
