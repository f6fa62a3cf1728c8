import { canonical, isJsonArray, type Json } from "../../../histories/json.ts";
import type { Invocation } from "../../contracts/client.ts";
import type { SqlDialect } from "./dialect.ts";
import { Refusal, unfit, type SqlOperation, type Statements } from "./operation.ts";
import { textIn, wholeNumberIn } from "./session.ts";

/** Does a micro-operation `[f, subject, argument]` and gives it with its result; undefined if it is unknown. */
type MicroOperation = (sql: Statements, f: Json, subject: Json, argument: Json) => Promise<Json | undefined>;

/** Transactions of reads and writes of registers. */
export const onRegisters = (dialect: SqlDialect): ((invocation: Invocation) => SqlOperation) => {
  const write = dialect.upsert("registers", (_, given) => given);
  return transactionOf(async (sql, f, subject, argument) => {
    const key = canonical(subject);
    if (f === "r") return [f, subject, await readNumber(sql, "registers", key)];
    if (f !== "w" || typeof argument !== "number") return undefined;
    await sql.run(write, [key, argument]);
    return [f, subject, argument];
  });
};

/** Transactions of reads of whole lists and appends to them. A list is text, its elements between commas. */
export const onLists = (dialect: SqlDialect): ((invocation: Invocation) => SqlOperation) => {
  const append = dialect.upsert("lists", (old, given) =>
    dialect.concatenated(dialect.concatenated(old, "','"), given),
  );
  return transactionOf(async (sql, f, subject, argument) => {
    const key = canonical(subject);
    if (f === "r") return [f, subject, await readList(sql, key)];
    if (f !== "append" || typeof argument !== "number") return undefined;
    await sql.run(append, [key, String(argument)]);
    return [f, subject, argument];
  });
};

/** Transactions over rows that come and go, read one by one or by predicate. */
export const onRows = transactionOf(async (sql, f, subject, argument) => {
  if (f === "rp") {
    const where = predicateInSql(subject);
    if (where === undefined) return undefined;
    const { rows } = await sql.run(`SELECT k, v FROM predicate_rows WHERE ${where}`);
    return [f, subject, Object.fromEntries(rows.map((row) => [textIn(row, "k"), wholeNumberIn(row, "v")]))];
  }
  const key = canonical(subject);
  switch (f) {
    case "r":
      return [f, subject, await readNumber(sql, "predicate_rows", key)];
    case "insert":
      if (typeof argument !== "number") return undefined;
      await sql.run("INSERT INTO predicate_rows (k, v) VALUES (?, ?)", [key, argument]);
      return [f, subject, argument];
    case "w": {
      if (typeof argument !== "number") return undefined;
      const { count } = await sql.run("UPDATE predicate_rows SET v = ? WHERE k = ?", [argument, key]);
      if (count === 0) throw new Refusal(`row ${key} is not there`);
      return [f, subject, argument];
    }
    case "delete": {
      const { count } = await sql.run("DELETE FROM predicate_rows WHERE k = ?", [key]);
      if (count === 0) throw new Refusal(`row ${key} is not there`);
      return [f, subject];
    }
    default:
      return undefined;
  }
});

/** The transactions of which `perform` does the micro-operations, one statement or more each. */
function transactionOf(perform: MicroOperation): (invocation: Invocation) => SqlOperation {
  return (invocation) => {
    const { value } = invocation;
    if (!isJsonArray(value)) throw unfit(invocation, "[[f, key, value], …]");
    return {
      readOnly: value.every((each) => isJsonArray(each) && (each[0] === "r" || each[0] === "rp")),
      perform: (transact) =>
        transact(async (sql) => {
          const done: Json[] = [];
          for (const each of value) {
            const [f = null, subject = null, argument = null] = isJsonArray(each) ? each : [];
            const result = await perform(sql, f, subject, argument);
            if (result === undefined) throw unfit(invocation, "micro-operations of the workload");
            done.push(result);
          }
          return done;
        }),
    };
  };
}

/** The number under a key; null if there is none. */
export async function readNumber(
  sql: Statements,
  table: string,
  key: string | number,
): Promise<number | null> {
  const [row] = (await sql.run(`SELECT v FROM ${table} WHERE k = ?`, [key])).rows;
  return row === undefined ? null : wholeNumberIn(row, "v");
}

async function readList(sql: Statements, key: string): Promise<number[] | null> {
  const [row] = (await sql.run("SELECT v FROM lists WHERE k = ?", [key])).rows;
  return row === undefined ? null : textIn(row, "v").split(",").map(Number);
}

/** "true", ["=", value] or ["mod", divisor, remainder] as a condition. */
function predicateInSql(predicate: Json): string | undefined {
  if (predicate === "true") return "1 = 1";
  const [name = null, first = null, second = null] = isJsonArray(predicate) ? predicate : [];
  if (!isWhole(first)) return undefined;
  if (name === "=") return `v = ${first}`;
  return name === "mod" && isWhole(second) ? `v % ${first} = ${second}` : undefined;
}

function isWhole(value: Json): value is number {
  return Number.isSafeInteger(value);
}
