import type { Json } from "../../../histories/json.ts";
import type { Invocation } from "../../contracts/client.ts";
import type { SqlSession } from "./session.ts";

/** Statements of one transaction. */
export type Statements = Pick<SqlSession, "run">;

/** Does `body` in a transaction, and commits it. */
export type Transact = <Result>(body: (sql: Statements) => Promise<Result>) => Promise<Result>;

/** What a client's operation does. */
export interface SqlOperation {
  /** Whether it writes nothing. */
  readonly readOnly: boolean;
  /** Returns the operation's result; throws a `Refusal` to roll back. */
  perform(transact: Transact): Promise<Json>;
}

/** Why an operation does not do what was asked. */
export class Refusal extends Error {}

/** An operation that is not of the workload. */
export function unfit({ f, key, value }: Invocation, expected: string): TypeError {
  const about = key === undefined ? "" : ` of key ${JSON.stringify(key)}`;
  return new TypeError(`expected ${expected}, found ${f}${about} with ${JSON.stringify(value)}`);
}
