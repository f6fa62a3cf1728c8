import { canonical, isJsonArray, isJsonObject, type Json } from "../../../histories/json.ts";
import type { Invocation } from "../../contracts/client.ts";
import { insertAll, insertFirst, onKeys, onRows } from "./micro-operations.ts";
import { onCounter, onIds, onLog, onQueue, onSet } from "./objects.ts";
import { Refusal, unfit, type Operation } from "./program.ts";

/** The workloads that a store serves, each with what its operations do. */
const workloads: Readonly<Record<string, (invocation: Invocation) => Operation>> = {
  "list-append": onKeys,
  "rw-register": onKeys,
  predicate: (invocation) => (invocation.f === "init" ? insertFirst(invocation) : onRows(invocation)),
  bank: onAccounts,
  "long-fork": onKeys,
  "write-skew": insertIfNone,
  "causal-reverse": insertOrReadAll,
  sequential: partByPart,
  "dirty-read": onAllRows,
  set: onSet,
  queue: onQueue,
  log: onLog,
  counter: onCounter,
  "unique-ids": onIds,
};

export const servedWorkloads = Object.keys(workloads);

/** Those whose operations act on one object each. */
export const objectWorkloads: readonly string[] = ["set", "queue", "log", "counter", "unique-ids"];

/** What an operation of a workload does; throws a `TypeError` for one that is none of it. */
export function operationOf(workload: string, invocation: Invocation): Operation {
  const found = Object.hasOwn(workloads, workload) ? workloads[workload] : undefined;
  if (found === undefined)
    throw new TypeError(`expected one of the workloads ${servedWorkloads.join(", ")}, found ${workload}`);
  return found(invocation);
}

const accounts = "account/";

/** `init`, `read` and `transfer` of the bank. Accounts are read one by one. */
function onAccounts(invocation: Invocation): Operation {
  const { f, value } = invocation;
  // Whoever opens the accounts again finds them open.
  if (f === "init") return insertAll(invocation, accounts, () => undefined);
  if (f === "read")
    return {
      readOnly: true,
      *program(access) {
        const balances: Record<string, Json> = {};
        for (const [account] of access.scan(accounts)) {
          yield "step";
          balances[account.slice(accounts.length)] = access.read(account);
        }
        return balances;
      },
    };
  const { from = null, to = null, amount = null } = isJsonObject(value) ? value : {};
  if (f !== "transfer" || from === null || to === null || typeof amount !== "number")
    throw unfit(invocation, "init, read, or transfer of {from, to, amount}");
  return {
    readOnly: false,
    *program(access) {
      const [payer, payee] = [accountOf(from), accountOf(to)];
      yield "step";
      const held = Number(access.read(payer) ?? 0);
      if (held < amount) throw new Refusal(`account ${payer} holds ${held}`);
      yield "step";
      const before = Number(access.read(payee) ?? 0);
      yield "step";
      access.set(payer, held - amount);
      yield "step";
      access.set(payee, before + amount);
      return value;
    },
  };
}

/** Accounts are opened by the names of an object's members, which are text. */
function accountOf(name: Json): string {
  return accounts + (typeof name === "string" ? name : canonical(name));
}

/** `insert` of [a, null] or [null, b], only if nothing was inserted under the key. */
function insertIfNone(invocation: Invocation): Operation {
  const { f, key = null, value } = invocation;
  const [a = null, b = null] = isJsonArray(value) ? value : [];
  if (f !== "insert" || (a === null) === (b === null))
    throw unfit(invocation, "insert of [a, null] or [null, b]");
  return {
    readOnly: false,
    *program(access) {
      const prefix = `pair/${canonical(key)}/`;
      yield "step";
      if (access.scan(prefix).length > 0) throw new Refusal("there is one already");
      yield "step";
      access.set(prefix + (a === null ? `b/${canonical(b)}` : `a/${canonical(a)}`), a ?? b);
      return value;
    },
  };
}

/** `write` of a value under a key, which reads nothing, and `read` of all of them. */
function insertOrReadAll(invocation: Invocation): Operation {
  const { f, key = null, value } = invocation;
  const prefix = `value/${canonical(key)}/`;
  if (f === "write")
    return {
      readOnly: false,
      *program(access) {
        yield "step";
        access.set(prefix + canonical(value), value);
        return value;
      },
    };
  if (f !== "read") throw unfit(invocation, "write or read");
  return {
    readOnly: true,
    *program(access) {
      yield "step";
      return access.scan(prefix).map(([, found]) => found);
    },
  };
}

/** How many parts a key has. */
const parts = 5;

/** `write` of a key, its parts in order, and `read` of it, its parts backwards, each in a transaction of its own. */
function partByPart(invocation: Invocation): Operation {
  const { f, value } = invocation;
  if (f !== "write" && f !== "read") throw unfit(invocation, "write or read");
  const part = (i: number): string => `${canonical(value)}_${i}`;
  return {
    readOnly: f === "read",
    *program(access) {
      const found: Json[] = [];
      for (let i = 0; i < parts; i++) {
        if (i > 0) yield "commit";
        yield "step";
        if (f === "write") access.set(`part/${part(i)}`, part(i));
        else found.push(access.read(`part/${part(parts - 1 - i)}`));
      }
      return f === "write" ? value : [value, found];
    },
  };
}

/** How many rows are written and read together. */
const rowCount = 4;

/** `write` of a value to all rows, and `read` of all rows. */
function onAllRows(invocation: Invocation): Operation {
  const { f, value } = invocation;
  if (f !== "write" && f !== "read") throw unfit(invocation, "write or read");
  return {
    readOnly: f === "read",
    *program(access) {
      const found: Json[] = [];
      for (let i = 0; i < rowCount; i++) {
        yield "step";
        if (f === "write") access.set(`all/${i}`, value);
        else found.push(access.read(`all/${i}`));
      }
      return f === "write" ? value : found;
    },
  };
}
