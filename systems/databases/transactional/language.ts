import { isJsonObject, type Json } from "../../../histories/json.ts";
import type { Completion, Invocation } from "../../contracts/client.ts";
import type { LineLanguage } from "../lines/client.ts";
import { operationOf } from "./programs.ts";

/** How clients speak to the server of transactions about a workload: JSON, a line each way. */
export function transactionLanguage(workload: string): LineLanguage {
  return {
    lineOf: ({ process, f, key, value }) =>
      JSON.stringify({ process, f, ...(key === undefined ? {} : { key }), value }),
    completionOf(_operation, answer) {
      const given = parsed(answer);
      const type = isJsonObject(given) ? given["type"] : undefined;
      if (!isJsonObject(given) || (type !== "ok" && type !== "fail" && type !== "info"))
        throw new Error(`unexpected answer ${answer}`);
      const { value, error } = given;
      return { type, ...(value === undefined ? {} : { value }), ...(error === undefined ? {} : { error }) };
    },
    isRead: (operation) => operationOf(workload, operation).readOnly,
  };
}

/** A client's line; throws a `TypeError` for one that is none. */
export function requestOf(line: string): { readonly client: number; readonly invocation: Invocation } {
  const given = parsed(line);
  if (!isJsonObject(given)) throw new TypeError(`expected a JSON object, found ${line}`);
  const { process, f, key, value = null } = given;
  if (typeof process !== "number" || typeof f !== "string")
    throw new TypeError(`expected a process and an f, found ${line}`);
  return { client: process, invocation: { process, f, value, ...(key === undefined ? {} : { key }) } };
}

export function answerInWords({ type, value, error }: Completion): string {
  return JSON.stringify({ type, value, error });
}

function parsed(text: string): Json {
  // JSON.parse gives nothing but JSON.
  return JSON.parse(text) as Json;
}
