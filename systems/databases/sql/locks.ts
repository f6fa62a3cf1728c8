import { canonical } from "../../../histories/json.ts";
import type { Invocation } from "../../contracts/client.ts";
import { Refusal, unfit, type SqlOperation } from "./operation.ts";
import { wholeNumberIn } from "./session.ts";

/** `acquire` and `release` of a lock, a row that says whether it is held, and by which token; who releases it names that. */
export function onLocks(invocation: Invocation): SqlOperation {
  const { f, key = null, value } = invocation;
  const name = canonical(key);
  if (f === "acquire")
    return {
      readOnly: false,
      perform: (transact) =>
        transact(async (sql) => {
          const { count } = await sql.run(
            "UPDATE locks SET held = 1, token = token + 1 WHERE k = ? AND held = 0",
            [name],
          );
          if (count === 0) {
            const { rows } = await sql.run("SELECT held FROM locks WHERE k = ?", [name]);
            if (rows.length > 0) throw new Refusal("somebody holds it");
            // Of two who find no row one is refused the second of its key.
            await sql.run("INSERT INTO locks (k, held, token) VALUES (?, 1, 1)", [name]);
          }
          const [row = {}] = (await sql.run("SELECT token FROM locks WHERE k = ?", [name])).rows;
          return wholeNumberIn(row, "token");
        }),
    };
  if (f !== "release" || typeof value !== "number") throw unfit(invocation, "acquire, or release of a token");
  return {
    readOnly: false,
    perform: (transact) =>
      transact(async (sql) => {
        const { count } = await sql.run("UPDATE locks SET held = 0 WHERE k = ? AND held = 1 AND token = ?", [
          name,
          value,
        ]);
        if (count === 0) throw new Refusal(`it is not held by ${value}`);
        return value;
      }),
  };
}
