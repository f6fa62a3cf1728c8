import { canonical, isJsonArray, isJsonObject, type Json } from "../../../histories/json.ts";
import type { Invocation } from "../../contracts/client.ts";
import { onIds, onOneCounter, onOneQueue, onOneSet } from "./collections.ts";
import type { SqlDialect } from "./dialect.ts";
import { onLocks } from "./locks.ts";
import { onLists, onRegisters, onRows, readNumber } from "./micro-operations.ts";
import { Refusal, unfit, type SqlOperation, type Statements } from "./operation.ts";
import { wholeNumberIn } from "./session.ts";

/** What the operations of a workload do, by its name. */
type Program = (dialect: SqlDialect) => (invocation: Invocation) => SqlOperation;

const programs: Readonly<Record<string, Program>> = {
  "list-append": onLists,
  "rw-register": onRegisters,
  register: onOneRegister,
  bank: () => onAccounts,
  "write-skew": () => insertIfNone,
  "long-fork": onRegisters,
  predicate: () => (invocation) =>
    invocation.f === "init" ? insertTogether(invocation, "predicate_rows", refuse) : onRows(invocation),
  "causal-reverse": () => insertOrReadAll,
  sequential: () => partByPart,
  "dirty-read": onAllRows,
  set: () => onOneSet,
  counter: onOneCounter,
  "unique-ids": () => onIds,
  queue: onOneQueue,
  lock: () => onLocks,
};

/** The workloads that databases which speak SQL serve. */
export const sqlWorkloads = Object.keys(programs);

/** What the operations of a workload do. Throws a `TypeError` for a workload that is not served. */
export function programOf(workload: string, dialect: SqlDialect): (invocation: Invocation) => SqlOperation {
  const program = Object.hasOwn(programs, workload) ? programs[workload] : undefined;
  if (program === undefined)
    throw new TypeError(`expected one of the workloads ${sqlWorkloads.join(", ")}, found ${workload}`);
  return program(dialect);
}

/** `read`, `write` and `cas` of a register, a statement each. */
function onOneRegister(dialect: SqlDialect): (invocation: Invocation) => SqlOperation {
  const write = dialect.upsert("registers", (_, given) => given);
  return (invocation) => {
    const { f, key = null, value } = invocation;
    const name = canonical(key);
    if (f === "read")
      return { readOnly: true, perform: (transact) => transact((sql) => readNumber(sql, "registers", name)) };
    if (f === "write" && typeof value === "number")
      return {
        readOnly: false,
        perform: (transact) =>
          transact(async (sql) => {
            await sql.run(write, [name, value]);
            return value;
          }),
      };
    const [from, to] = isJsonArray(value) ? value : [];
    if (f !== "cas" || typeof from !== "number" || typeof to !== "number")
      throw unfit(invocation, "read, write of a number, or cas of [from, to]");
    return {
      readOnly: false,
      perform: (transact) =>
        transact(async (sql) => {
          const { count } = await sql.run("UPDATE registers SET v = ? WHERE k = ? AND v = ?", [
            to,
            name,
            from,
          ]);
          if (count === 0) throw new Refusal(`the value is not ${from}`);
          return value;
        }),
    };
  };
}

/** `init`, `read` and `transfer` of the bank. A transfer reads both balances, and then writes what it has worked out. */
function onAccounts(invocation: Invocation): SqlOperation {
  const { f, value } = invocation;
  // Whoever opens the accounts again finds them open.
  if (f === "init") return insertTogether(invocation, "accounts", () => value);
  if (f === "read")
    return {
      readOnly: true,
      perform: (transact) =>
        transact(async (sql) => {
          const { rows } = await sql.run("SELECT k, v FROM accounts ORDER BY k");
          return Object.fromEntries(rows.map((row) => [String(row["k"]), wholeNumberIn(row, "v")]));
        }),
    };
  const { from = null, to = null, amount = null } = isJsonObject(value) ? value : {};
  if (f !== "transfer" || from === null || to === null || typeof amount !== "number")
    throw unfit(invocation, "init, read, or transfer of {from, to, amount}");
  return {
    readOnly: false,
    perform: (transact) =>
      transact(async (sql) => {
        const [payer, payee] = [accountOf(from), accountOf(to)];
        const held = (await readNumber(sql, "accounts", payer)) ?? 0;
        if (held < amount) throw new Refusal(`account ${payer} holds ${held}`);
        const before = (await readNumber(sql, "accounts", payee)) ?? 0;
        const set = "UPDATE accounts SET v = ? WHERE k = ?";
        await sql.run(set, [held - amount, payer]);
        await sql.run(set, [before + amount, payee]);
        return value;
      }),
  };
}

/** Accounts are opened by the names of an object's members, which are text. */
function accountOf(name: Json): string {
  return typeof name === "string" ? name : canonical(name);
}

/** `insert` of [a, null] or [null, b], each into its table, only if neither has a row of the key. */
function insertIfNone(invocation: Invocation): SqlOperation {
  const { f, key = null, value } = invocation;
  const [a = null, b = null] = isJsonArray(value) ? value : [];
  const [table, id] = a === null ? ["pairs_b", b] : ["pairs_a", a];
  if (f !== "insert" || (a !== null && b !== null) || typeof id !== "number")
    throw unfit(invocation, "insert of [a, null] or [null, b]");
  return {
    readOnly: false,
    perform: (transact) =>
      transact(async (sql) => {
        const name = canonical(key);
        for (const each of ["pairs_a", "pairs_b"]) {
          const { rows } = await sql.run(`SELECT id FROM ${each} WHERE k = ?`, [name]);
          if (rows.length > 0) throw new Refusal("there is one already");
        }
        await sql.run(`INSERT INTO ${table} (id, k) VALUES (?, ?)`, [id, name]);
        return value;
      }),
  };
}

/** `write` of a value under a key, which reads nothing, and `read` of all of them. */
function insertOrReadAll(invocation: Invocation): SqlOperation {
  const { f, key = null, value } = invocation;
  const name = canonical(key);
  if (f === "write" && typeof value === "number")
    return {
      readOnly: false,
      perform: (transact) =>
        transact(async (sql) => {
          await sql.run("INSERT INTO elements (k, v) VALUES (?, ?)", [name, value]);
          return value;
        }),
    };
  if (f !== "read") throw unfit(invocation, "write of a number, or read");
  return {
    readOnly: true,
    perform: (transact) =>
      transact(async (sql) => {
        const { rows } = await sql.run("SELECT v FROM elements WHERE k = ?", [name]);
        return rows.map((row) => wholeNumberIn(row, "v"));
      }),
  };
}

/** How many parts a key has. */
const parts = 5;

/** `write` of a key, its parts in order, and `read` of it, its parts backwards, each in a transaction of its own. */
function partByPart(invocation: Invocation): SqlOperation {
  const { f, value } = invocation;
  if (f !== "write" && f !== "read") throw unfit(invocation, "write or read");
  const part = (i: number): string => `${canonical(value)}_${i}`;
  const insert = (i: number) => async (sql: Statements) => {
    await sql.run("INSERT INTO parts (k) VALUES (?)", [part(i)]);
  };
  const look = (i: number) => async (sql: Statements) => {
    const { rows } = await sql.run("SELECT k FROM parts WHERE k = ?", [part(i)]);
    return rows.length > 0 ? part(i) : null;
  };
  return {
    readOnly: f === "read",
    async perform(transact) {
      const found: Json[] = [];
      for (let i = 0; i < parts; i++) {
        if (f === "write") await transact(insert(i));
        else found.push(await transact(look(parts - 1 - i)));
      }
      return f === "write" ? value : [value, found];
    },
  };
}

/** How many rows are written and read together. */
const rowCount = 4;

/** `write` of a value to all rows, and `read` of all rows, one by one. */
function onAllRows(dialect: SqlDialect): (invocation: Invocation) => SqlOperation {
  const write = dialect.upsert("shared_rows", (_, given) => given);
  return (invocation) => {
    const { f, value } = invocation;
    if (f !== "read" && (f !== "write" || typeof value !== "number"))
      throw unfit(invocation, "write of a number, or read");
    return {
      readOnly: f === "read",
      perform: (transact) =>
        transact(async (sql) => {
          const found: Json[] = [];
          for (let i = 0; i < rowCount; i++) {
            if (typeof value === "number") await sql.run(write, [i, value]);
            else found.push(await readNumber(sql, "shared_rows", i));
          }
          return f === "read" ? found : value;
        }),
    };
  };
}

/** Inserts {key: value, …} in one transaction; does something else if there are rows already. */
function insertTogether(invocation: Invocation, table: string, ifAny: () => Json): SqlOperation {
  const { value } = invocation;
  if (!isJsonObject(value)) throw unfit(invocation, "{key: value, …}");
  return {
    readOnly: false,
    perform: (transact) =>
      transact(async (sql) => {
        if ((await sql.run(`SELECT k FROM ${table}`)).rows.length > 0) return ifAny();
        for (const [key, content] of Object.entries(value)) {
          if (typeof content !== "number") throw unfit(invocation, "{key: number, …}");
          await sql.run(`INSERT INTO ${table} (k, v) VALUES (?, ?)`, [key, content]);
        }
        return value;
      }),
  };
}

function refuse(): never {
  throw new Refusal("there are rows already");
}
