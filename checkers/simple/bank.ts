import type { History } from "../../histories/history.ts";
import { canonical, inWords, type Json } from "../../histories/json.ts";
import type { Checker } from "../checker.ts";
import { asAccount } from "../linearizability/models/bank.ts";
import { entriesOf } from "../linearizability/models/shapes.ts";
import type { Verdict } from "../verdict.ts";
import { attempts, malformed, Named, named, type Attempt } from "./attempts.ts";
import { Contradictions, otherFunctions } from "./contradictions.ts";

export interface BankOptions {
  /** What all accounts hold together; left out: what they were opened with, or else what most reads say. */
  readonly totalAmount?: number;
  /** Whether accounts may be overdrawn; not unless it is true. */
  readonly negativeBalances?: boolean;
}

/** A read of all accounts. */
interface BankRead {
  readonly attempt: Attempt;
  /** Account → balance; null for one that was there and had none. */
  readonly balances: ReadonlyMap<string, number | null>;
  readonly total: number;
}

const summary = "every read of all accounts sees the same total, and none below zero";

/**
 * A bank: `transfer` {from, to, amount} moves money between accounts, `read` gives {account: balance, …}, and `init`, where
 * there is one, opens the accounts. As Jepsen's: anomalies are `wrong-total`, `negative-value`, `nil-balance` and `unexpected-key`,
 * and `missing-key` where `init` says which accounts there are.
 */
export function bank(options: BankOptions = {}): Checker {
  return { name: "bank", summary, check: (history) => checkBank(history, options) };
}

function checkBank(history: History, { totalAmount, negativeBalances = false }: BankOptions): Verdict {
  const reads: BankRead[] = [];
  const others = new Set<string>();
  let opened:
    { readonly attempt: Attempt; readonly balances: ReadonlyMap<string, number | null> } | undefined;
  let transfers = 0;
  for (const attempt of attempts(history)) {
    if (attempt.f === "read") {
      if (attempt.outcome !== "ok") continue;
      // Whoever reads before the accounts are open sees none.
      if (attempt.result === null) continue;
      const balances = balancesOf(attempt, attempt.result);
      let total = 0;
      for (const balance of balances.values()) total += balance ?? 0;
      reads.push({ attempt, balances, total });
    } else if (attempt.f === "transfer") {
      if (attempt.outcome !== "fail") transfers++;
    } else if (attempt.f === "init") {
      if (attempt.outcome !== "fail") opened ??= { attempt, balances: balancesOf(attempt, attempt.argument) };
    } else others.add(attempt.f);
  }
  const seen =
    opened === undefined
      ? reads
      : reads.filter(({ balances, attempt }) => balances.size > 0 || attempt.index > opened.attempt.end);
  const found = new Contradictions();
  for (const read of seen) {
    if (opened !== undefined) judgeAccounts(read, opened.balances, found);
    judgeBalances(read, negativeBalances, found);
  }
  const opening = opened === undefined ? undefined : sum(opened.balances.values());
  judgeTotals(seen, totalAmount ?? opening, found);
  const open =
    seen.length === 0
      ? "no evidence: no read of the accounts succeeded"
      : transfers === 0
        ? "no evidence: no transfer can have succeeded"
        : undefined;
  return found.verdict("bank", { reads: seen.length, transfers }, open, otherFunctions(others));
}

function balancesOf(attempt: Attempt, value: Json): Map<string, number | null> {
  const balances = new Map<string, number | null>();
  for (const [account, balance] of entriesOf(value) ?? [[null, "?"]]) {
    if (balance !== null && typeof balance !== "number")
      throw malformed(attempt, "{account: balance, …} with numbers as balances", value);
    balances.set(canonical(asAccount(account)), balance);
  }
  return balances;
}

function judgeAccounts(
  { attempt, balances }: BankRead,
  opened: ReadonlyMap<string, unknown>,
  found: Contradictions,
): void {
  const unexpected = [...balances.keys()].filter((account) => !opened.has(account));
  if (unexpected.length > 0)
    found.add(
      "unexpected-key",
      [attempt.index],
      () => `${Named(attempt)} read ${accounts(unexpected)}, which nobody opened.`,
    );
  const missing = [...opened.keys()].filter((account) => !balances.has(account));
  if (missing.length > 0)
    found.add(
      "missing-key",
      [attempt.index],
      () => `${Named(attempt)} did not find ${accounts(missing)}, though nobody closes accounts.`,
    );
}

function judgeBalances({ attempt, balances }: BankRead, overdrafts: boolean, found: Contradictions): void {
  const none = [...balances].filter(([, balance]) => balance === null).map(([account]) => account);
  if (none.length > 0)
    found.add(
      "nil-balance",
      [attempt.index],
      () => `${Named(attempt)} read no balance of ${accounts(none)}.`,
    );
  const below = overdrafts ? [] : [...balances].filter(([, balance]) => balance !== null && balance < 0);
  if (below.length > 0)
    found.add("negative-value", [attempt.index], () => {
      const told = below.map(([account, balance]) => `${balance} in account ${nameOf(account)}`).join(", ");
      return `${Named(attempt)} read ${told}, though no account may be overdrawn.`;
    });
}

/** Every read must see the total; where nobody says it, the one that most reads saw, since transfers do not change it. */
function judgeTotals(reads: readonly BankRead[], known: number | undefined, found: Contradictions): void {
  const usual = known === undefined ? mostFrequent(reads) : undefined;
  const total = known ?? usual?.total;
  for (const { attempt, balances, total: read } of reads) {
    if (read === total) continue;
    found.add("wrong-total", [attempt.index, ...(usual === undefined ? [] : [usual.attempt.index])], () => {
      const shown = [...balances]
        .map(([account, balance]) => `${nameOf(account)}: ${balance ?? "nil"}`)
        .join(", ");
      const because =
        usual === undefined
          ? `the accounts hold ${total} together, and transfers do not change that`
          : `${named(usual.attempt)} read ${total}, and transfers do not change the total`;
      return `${Named(attempt)} read balances that add up to ${read}, but ${because}: {${shown}}.`;
    });
  }
}

/** The first of the reads whose total is the most frequent. */
function mostFrequent(reads: readonly BankRead[]): BankRead | undefined {
  const first = new Map<number, { readonly read: BankRead; count: number }>();
  for (const read of reads) {
    const same = first.get(read.total);
    if (same === undefined) first.set(read.total, { read, count: 1 });
    else same.count++;
  }
  let best: { readonly read: BankRead; readonly count: number } | undefined;
  for (const each of first.values()) if (best === undefined || each.count > best.count) best = each;
  return best?.read;
}

function sum(balances: Iterable<number | null>): number {
  let total = 0;
  for (const balance of balances) total += balance ?? 0;
  return total;
}

function accounts(texts: readonly string[]): string {
  return `${texts.length === 1 ? "account" : "accounts"} ${texts.map(nameOf).join(", ")}`;
}

/** An account by the canonical text of its name. */
function nameOf(text: string): string {
  const name = JSON.parse(text) as Json;
  return typeof name === "string" ? name : inWords(name);
}
