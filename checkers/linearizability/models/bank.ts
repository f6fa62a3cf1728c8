import { canonical, inWords, sameValue, type Json } from "../../../histories/json.ts";
import { Refused, unknownOutput, type Input, type Model, type Output } from "../model.ts";
import { byText, entriesOf, memberOf } from "./shapes.ts";

/** The balances, as [account, balance], sorted by the account's canonical text. */
export type Balances = readonly (readonly [account: Json, balance: number])[];

/** As in Jepsen: eight accounts, all money in the first. */
const usual: Balances = Array.from({ length: 8 }, (_, account) => [account, account === 0 ? 100 : 0]);

/** Accounts between which money is transferred, none of which goes below zero; reads see all at one moment. */
export function bank(initial: Balances = usual): Model<Balances> {
  return make("bank", "accounts that never go below zero: transfer, read (all balances)", initial, false);
}

/** The same with accounts that may be overdrawn. */
export function bankWithOverdraft(initial: Balances = usual): Model<Balances> {
  return make(
    "bank-with-overdraft",
    "accounts that may be overdrawn: transfer, read (all balances)",
    initial,
    true,
  );
}

function make(name: string, summary: string, initial: Balances, overdraft: boolean): Model<Balances> {
  return {
    name,
    summary,
    operations: [
      {
        f: "transfer",
        argument: "{from: account, to: account, amount: number}",
        result: overdraft ? "ignored" : "ignored; without enough money it is recorded as fail",
        meaning: "moves money from one account to another",
      },
      {
        f: "read",
        argument: "null",
        result: "{account: balance, …}, all accounts",
        meaning: "returns all balances",
      },
    ],
    initial,
    changes: ({ f }) => f === "transfer",
    observes: ({ f }) => f === "read" || !overdraft,
    malformed(input, output) {
      if (input.f === "transfer")
        return transferOf(input) === undefined ? "{from: account, to: account, amount: number}" : undefined;
      return output === unknownOutput || balancesOf(output) !== undefined
        ? undefined
        : "an object of account: balance";
    },
    step(state, input, output) {
      if (input.f === "read") {
        const reason = output === unknownOutput ? undefined : misread(state, output);
        return reason === undefined ? state : new Refused(reason);
      }
      const { from, to, amount } = transferOf(input) ?? { from: null, to: null, amount: 0 };
      const missing = [from, to].find((account) => balanceOf(state, account) === undefined);
      if (missing !== undefined) return new Refused(`there was no account ${nameOf(missing)}`);
      // A negative amount moves money the other way.
      const [payer, due] = amount < 0 ? [to, -amount] : [from, amount];
      const held = balanceOf(state, payer) ?? 0;
      if (held < due && !overdraft)
        return new Refused(`account ${nameOf(payer)} held ${held}, less than ${due}`);
      return added(added(state, from, -amount), to, amount);
    },
    describe: (state) =>
      `{${state.map(([account, balance]) => `${nameOf(account)}: ${balance}`).join(", ")}}`,
    tell(input, output) {
      if (input.f === "read")
        return output === unknownOutput
          ? "read the balances"
          : `read ${tellBalances(balancesOf(output) ?? [])}`;
      const { from, to, amount } = transferOf(input) ?? { from: null, to: null, amount: 0 };
      return `transferred ${amount} from ${nameOf(from)} to ${nameOf(to)}`;
    },
    allowed: (state, { f }) =>
      f === "read" ? [Object.fromEntries(state.map(([account, balance]) => [nameOf(account), balance]))] : [],
  };
}

/** The balances that a map stands for; `undefined`: it is none. JSON has account 0 as "0", EDN as 0: the same here. */
export function balancesOf(value: Json): Balances | undefined {
  const balances: [Json, number][] = [];
  for (const [account, balance] of entriesOf(value) ?? [[null, null]]) {
    if (typeof balance !== "number") return undefined;
    balances.push([asAccount(account), balance]);
  }
  return balances.toSorted(([a], [b]) => byText(a, b));
}

export function asAccount(account: Json): Json {
  const name = memberOf(account, "#keyword") ?? account;
  return typeof name === "string" && String(Number(name)) === name ? Number(name) : name;
}

function nameOf(account: Json): string {
  return typeof account === "string" ? account : inWords(account);
}

function transferOf({ value }: Input): { from: Json; to: Json; amount: number } | undefined {
  const from = memberOf(value, "from");
  const to = memberOf(value, "to");
  const amount = memberOf(value, "amount");
  if (from === undefined || to === undefined || typeof amount !== "number") return undefined;
  return { from: asAccount(from), to: asAccount(to), amount };
}

function balanceOf(balances: Balances, account: Json): number | undefined {
  return balances.find(([name]) => sameValue(name, account))?.[1];
}

function added(balances: Balances, account: Json, amount: number): Balances {
  return balances.map(([name, balance]) => [name, sameValue(name, account) ? balance + amount : balance]);
}

function misread(state: Balances, output: Json & Output): string | undefined {
  const read = balancesOf(output) ?? [];
  for (const [account, balance] of state) {
    const found = balanceOf(read, account);
    if (found === undefined) return `account ${nameOf(account)}, of ${balance}, was not read`;
    if (found !== balance) return `account ${nameOf(account)} held ${balance}, not ${found}`;
  }
  const extra = read.find(([account]) => balanceOf(state, account) === undefined);
  return extra === undefined ? undefined : `there was no account ${nameOf(extra[0])}`;
}

function tellBalances(balances: Balances): string {
  return canonical(Object.fromEntries(balances.map(([account, balance]) => [nameOf(account), balance])));
}
