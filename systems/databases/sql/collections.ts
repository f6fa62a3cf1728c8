import type { Invocation } from "../../contracts/client.ts";
import type { SqlDialect } from "./dialect.ts";
import { readNumber } from "./micro-operations.ts";
import { Refusal, unfit, type SqlOperation } from "./operation.ts";
import { wholeNumberIn } from "./session.ts";

/** `add` of an element to a set, a row that is inserted, and `read` of all of them. */
export function onOneSet(invocation: Invocation): SqlOperation {
  const { f, value } = invocation;
  if (f === "read")
    return {
      readOnly: true,
      perform: (transact) =>
        transact(async (sql) => {
          const { rows } = await sql.run("SELECT v FROM members");
          return rows.map((row) => wholeNumberIn(row, "v"));
        }),
    };
  if (f !== "add" || typeof value !== "number") throw unfit(invocation, "add of a number, or read");
  return {
    readOnly: false,
    perform: (transact) =>
      transact(async (sql) => {
        await sql.run("INSERT INTO members (v) VALUES (?)", [value]);
        return value;
      }),
  };
}

/** The name of the one counter. */
const counter = "all";

/**
 * `add` to a counter, and `read` of it. An addition is one statement, which works out the sum from the row that it locks, so that none is lost at any isolation level; one that
 * read the counter, and then wrote what it had worked out, would lose others' at read committed.
 */
export function onOneCounter(dialect: SqlDialect): (invocation: Invocation) => SqlOperation {
  const addition = dialect.upsert("counters", (old, given) => `${old} + ${given}`);
  return (invocation) => {
    const { f, value } = invocation;
    if (f === "read")
      return {
        readOnly: true,
        perform: (transact) => transact(async (sql) => (await readNumber(sql, "counters", counter)) ?? 0),
      };
    if (f !== "add" || typeof value !== "number") throw unfit(invocation, "add of a number, or read");
    return {
      readOnly: false,
      perform: (transact) =>
        transact(async (sql) => {
          await sql.run(addition, [counter, value]);
          return value;
        }),
    };
  };
}

/**
 * `generate` of an id: the number that the server gives to a row that is inserted. A sequence that is asked without a row may give a number again after
 * a crash, where nobody has waited for the disk.
 */
export function onIds(invocation: Invocation): SqlOperation {
  if (invocation.f !== "generate") throw unfit(invocation, "generate");
  return {
    readOnly: false,
    perform: (transact) =>
      transact(async (sql) => {
        const [row = {}] = (await sql.run("INSERT INTO ids (v) VALUES (0) RETURNING id")).rows;
        return wholeNumberIn(row, "id");
      }),
  };
}

/**
 * `enqueue` of a message, a row that is inserted, and `dequeue`, which locks the first row that nobody else has locked, and deletes it. A row that somebody
 * else has locked comes back if that transaction does not commit: then the queue is not known to be empty.
 */
export function onOneQueue({ skippingLocked }: SqlDialect): (invocation: Invocation) => SqlOperation {
  const first = `SELECT id, v FROM messages ORDER BY id LIMIT 1${skippingLocked}`;
  return (invocation) => {
    const { f, value } = invocation;
    if (f === "enqueue" && typeof value === "number")
      return {
        readOnly: false,
        perform: (transact) =>
          transact(async (sql) => {
            await sql.run("INSERT INTO messages (v) VALUES (?)", [value]);
            return value;
          }),
      };
    if (f !== "dequeue") throw unfit(invocation, "enqueue of a number, or dequeue");
    return {
      readOnly: false,
      perform: (transact) =>
        transact(async (sql) => {
          const [row] = (await sql.run(first)).rows;
          if (row === undefined) {
            const { rows } = await sql.run("SELECT id FROM messages LIMIT 1");
            if (rows.length > 0) throw new Refusal("others are taking out what is left");
            return null;
          }
          const { count } = await sql.run("DELETE FROM messages WHERE id = ?", [wholeNumberIn(row, "id")]);
          if (count !== 1) throw new Refusal("somebody else has taken it out");
          return wholeNumberIn(row, "v");
        }),
    };
  };
}
