import { canonical, isJsonArray, isJsonObject, type Json } from "../../../histories/json.ts";
import type { Invocation } from "../../contracts/client.ts";
import { Refusal, unfit } from "../sql/operation.ts";
import type { Command } from "./connection.ts";
import { numberIn } from "./objects.ts";
import type { RedisOperation } from "./operation.ts";

/** A micro-operation: the command that does it, and what its answer means. */
interface Step {
  readonly command: Command;
  readonly result: (answer: Json) => Json;
}

/** `[f, key, argument]` as a step; undefined if it is unknown. */
type MicroOperation = (f: Json, key: string, argument: Json) => Step | undefined;

/** Transactions of reads of whole lists and appends to them: LRANGE and RPUSH. */
export const onLists = transactionOf((f, key, argument) => {
  const list = `list:${key}`;
  if (f === "r") return { command: ["LRANGE", list, 0, -1], result: elements };
  if (f !== "append" || typeof argument !== "number") return undefined;
  return { command: ["RPUSH", list, argument], result: () => argument };
});

/** Transactions of reads and writes of registers: GET and SET. */
export const onRegisters = transactionOf((f, key, argument) => {
  const register = `register:${key}`;
  if (f === "r") return { command: ["GET", register], result: numberIn };
  if (f !== "w" || typeof argument !== "number") return undefined;
  return { command: ["SET", register, argument], result: () => argument };
});

/** Transactions whose micro-operations are carried out together. */
function transactionOf(step: MicroOperation): (invocation: Invocation) => RedisOperation {
  return (invocation) => {
    const { value } = invocation;
    if (!isJsonArray(value)) throw unfit(invocation, "[[f, key, value], …]");
    const parts = value.map((each) => {
      const [f = null, subject = null, argument = null] = isJsonArray(each) ? each : [];
      const known = step(f, canonical(subject), argument);
      if (known === undefined) throw unfit(invocation, "micro-operations of the workload");
      return { f, subject, ...known };
    });
    const [first] = parts;
    return {
      readOnly: parts.every(({ f }) => f === "r"),
      key: String(first?.command[1] ?? ""),
      async perform(redis) {
        const answers = await redis.together(parts.map(({ command }) => command));
        return parts.map(({ f, subject, result }, i) => [f, subject, result(answers?.[i] ?? null)]);
      },
    };
  };
}

/** The elements of a list; null if there is none. */
function elements(answer: Json): Json {
  return isJsonArray(answer) && answer.length > 0 ? answer.map(numberIn) : null;
}

/** All accounts, the members of one hash. */
const accounts = "accounts";

/** `init`, `read` and `transfer` of the bank. A transfer reads both balances, and writes what it has worked out unless they have changed meanwhile: WATCH. */
export function onAccounts(invocation: Invocation): RedisOperation {
  const { f, value } = invocation;
  const given = isJsonObject(value) ? value : {};
  if (f === "init")
    return {
      readOnly: false,
      key: accounts,
      async perform(redis) {
        // Whoever opens the accounts again finds them open.
        await redis.together(
          Object.entries(given).map(([name, balance]) => ["HSETNX", accounts, name, canonical(balance)]),
        );
        return value;
      },
    };
  if (f === "read")
    return {
      readOnly: true,
      key: accounts,
      async perform(redis) {
        const answer = await redis.ask("HGETALL", accounts);
        const flat = isJsonArray(answer) ? answer : [];
        const names = flat.filter((_, i) => i % 2 === 0);
        return Object.fromEntries(names.map((name, i) => [nameOf(name), numberIn(flat[2 * i + 1] ?? null)]));
      },
    };
  const { from = null, to = null, amount = null } = given;
  if (f !== "transfer" || from === null || to === null || typeof amount !== "number")
    throw unfit(invocation, "init, read, or transfer of {from, to, amount}");
  const [payer, payee] = [nameOf(from), nameOf(to)];
  return {
    readOnly: false,
    key: accounts,
    async perform(redis) {
      await redis.ask("WATCH", accounts);
      const answer = await redis.ask("HMGET", accounts, payer, payee);
      const [held, before] = (isJsonArray(answer) ? answer : []).map((balance) => numberIn(balance) ?? 0);
      if (held === undefined || before === undefined || held < amount) {
        await redis.ask("UNWATCH");
        throw new Refusal(`account ${payer} holds ${held ?? 0}`);
      }
      const done = await redis.together([["HSET", accounts, payer, held - amount, payee, before + amount]]);
      if (done === null) throw new Refusal("the accounts have changed meanwhile");
      return value;
    },
  };
}

/** Accounts are opened by the names of an object's members, which are text. */
function nameOf(account: Json): string {
  return typeof account === "string" ? account : canonical(account);
}
