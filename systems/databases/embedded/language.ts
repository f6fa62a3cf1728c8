import { isJsonArray, isJsonObject, type Json } from "../../../histories/json.ts";
import type { SqlResult, SqlValue } from "../sql/session.ts";
import { EngineError } from "./engine.ts";

/** A statement as a line. */
export function lineOf(statement: string, values: readonly SqlValue[]): string {
  return JSON.stringify({ statement, values });
}

/** A client's line; throws a `TypeError` for one that is none. */
export function statementOf(line: string): {
  readonly statement: string;
  readonly values: readonly SqlValue[];
} {
  const given = parsed(line);
  const { statement = null, values = null } = isJsonObject(given) ? given : {};
  if (typeof statement !== "string" || !isJsonArray(values) || !values.every(isSqlValue))
    throw new TypeError(`expected a statement and its values, found ${line}`);
  return { statement, values };
}

/** What came of a statement as a line. */
export function answerInWords(outcome: SqlResult | EngineError): string {
  if (!(outcome instanceof EngineError)) return JSON.stringify(outcome);
  return JSON.stringify({ error: outcome.message, code: outcome.code });
}

/** What a server's line says came of a statement; throws its `EngineError`, and a `TypeError` for a line that is none. */
export function resultOf(line: string): SqlResult {
  const given = parsed(line);
  const { rows = null, count = null, error = null, code = null } = isJsonObject(given) ? given : {};
  if (typeof error === "string" && typeof code === "string") throw new EngineError(code, error);
  if (!isJsonArray(rows) || !rows.every(isJsonObject) || typeof count !== "number")
    throw new TypeError(`expected rows and a count, or an error, found ${line}`);
  return { rows, count };
}

function isSqlValue(value: Json): value is SqlValue {
  return value === null || typeof value === "string" || typeof value === "number";
}

function parsed(text: string): Json {
  // JSON.parse gives nothing but JSON.
  return JSON.parse(text) as Json;
}
