import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  accountsInOrder,
  committedInOrder,
  explainsInOrder,
  explainsUncommitted,
} from "../../isolation/formalisms/adya/in-order.ts";
import { hasTwoTraces } from "../../isolation/formalisms/adya/uncommitted.ts";
import type { Account } from "../../isolation/formalisms/adya/accounts.ts";
import {
  everyLevel,
  levelText,
  type PlainHistory,
  type PlainTransaction,
} from "../../isolation/formalisms/plain.ts";
import type { Level } from "../../isolation/levels.ts";
import { historyOf } from "../../isolation/testing/history-of.ts";
import { randomHistories } from "../../isolation/testing/random.ts";
import type { Transactions } from "../../isolation/transactions.ts";
import { transactionsOf } from "../../isolation/transactions/transactions-of.ts";
import { verifyExecution } from "./execution.ts";

const Runs = Number(process.env["RASHOMON_FUZZ_RUNS"] ?? 150);
const LongTime = 3_600_000;
const snapshotLevels = new Set(["prefix-consistency", "snapshot-isolation", "ansi-snapshot-isolation"]);

/** Which undetermined transactions commit, the order of commits, and the snapshots: a choice by numbers. */
const orderings = fc.record({
  chosen: fc.nat(7),
  swaps: fc.array(fc.tuple(fc.nat(5), fc.nat(5)), { maxLength: 3 }),
  snapshots: fc.array(fc.nat(7), { minLength: 7, maxLength: 7 }),
});

describe("the verifier of executions", () => {
  test(
    "accepts of random orders of commits exactly those that the definitions accept",
    () => {
      const counts = new Map<string, { accepted: number; rejected: number }>();
      fc.assert(
        fc.property(
          randomHistories({ untimed: true }),
          fc.array(orderings, { minLength: 3, maxLength: 3 }),
          (history, choices) => {
            const transactions = transactionsOf(historyOf(history));
            for (const { chosen, swaps, snapshots } of choices) {
              const order = ordered(history, chosen, swaps);
              const commits = order.map(({ begin }) => begin);
              const committed = committedInOrder(history, order);
              const accounts = accountsInOrder(committed);
              for (const level of everyLevel) {
                if (level.name === "read-uncommitted" && hasTwoTraces(history)) continue;
                const expected =
                  level.name === "read-uncommitted"
                    ? explainsUncommitted(history, level, committed)
                    : accounts.some((account) => explainsInOrder(history, level, account));
                const problem = verdictOn(transactions, level, commits, accounts);
                expect(
                  {
                    level: levelText(level),
                    accepted: problem === undefined,
                    problem: expected ? problem : "",
                  },
                  JSON.stringify({ history, commits }),
                ).toEqual({
                  level: levelText(level),
                  accepted: expected,
                  problem: expected ? undefined : "",
                });
                count(counts, level, expected);
                if (!snapshotLevels.has(level.name)) continue;
                const told = snapshots.slice(0, order.length);
                const suits = accounts.some((account) =>
                  explainsInOrder(history, level, account, [0, ...told.map((snapshot) => snapshot + 1)]),
                );
                expect(
                  verifyExecution(transactions, level, { commits, snapshots: told }) === undefined,
                  JSON.stringify({ level, history, commits, told }),
                ).toBe(suits);
              }
            }
          },
        ),
        { numRuns: Runs },
      );
      for (const [level, { accepted, rejected }] of counts) {
        expect(accepted, level).toBeGreaterThan(Runs * 0.3);
        expect(rejected, level).toBeGreaterThan(Runs * 0.03);
      }
    },
    LongTime,
  );
});

/** What the verifier says where the claim tells sources, for each account in turn; where values are unique there is one. */
function verdictOn(
  transactions: Transactions,
  level: Level,
  commits: readonly number[],
  accounts: readonly Account[],
): string | undefined {
  const plain = verifyExecution(transactions, level, { commits });
  if (accounts.length < 2 || plain === undefined) return plain;
  const told = accounts.map((account) =>
    verifyExecution(transactions, level, { commits, sources: sourcesOf(transactions, account) }),
  );
  return told.includes(undefined) ? undefined : plain;
}

function sourcesOf(transactions: Transactions, { reads, nodes }: Account): Map<number, number> {
  const { begin, first } = transactions;
  return new Map(
    reads.map(({ reader, place, writer }) => [
      first[begin.indexOf(nodes[reader]!.begin)]! + place,
      nodes[writer]?.begin ?? -1,
    ]),
  );
}

function ordered(
  { transactions }: PlainHistory,
  chosen: number,
  swaps: readonly (readonly [number, number])[],
): PlainTransaction[] {
  let undetermined = 0;
  const order = transactions
    .filter(
      ({ status }) =>
        status === "committed" || (status === "undetermined" && ((chosen >> undetermined++) & 1) === 1),
    )
    .toSorted((a, b) => (a.end === Infinity ? a.begin : a.end) - (b.end === Infinity ? b.begin : b.end));
  for (const [a, b] of swaps) {
    const first = order[a];
    const second = order[b];
    if (first === undefined || second === undefined) continue;
    order[a] = second;
    order[b] = first;
  }
  return order;
}

function count(
  counts: Map<string, { accepted: number; rejected: number }>,
  level: Level,
  accepted: boolean,
): void {
  const known = counts.get(levelText(level)) ?? { accepted: 0, rejected: 0 };
  known[accepted ? "accepted" : "rejected"]++;
  counts.set(levelText(level), known);
}
