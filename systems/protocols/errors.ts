import type { JsonObject } from "../../histories/json.ts";

/**
 * The error codes of protocol nodes, in Maelstrom's numbering: what a node answers in a body of type
 * `error`. Codes from 1000 on are a protocol's own.
 */
export const errorCodes = {
  timeout: 0,
  nodeNotFound: 1,
  notSupported: 10,
  temporarilyUnavailable: 11,
  malformedRequest: 12,
  crash: 13,
  abort: 14,
  keyDoesNotExist: 20,
  keyAlreadyExists: 21,
  preconditionFailed: 22,
  transactionConflict: 30,
} as const;

/** The codes after which the operation may have happened all the same. */
const indefinite = new Set<number>([errorCodes.timeout, errorCodes.crash]);

/** Whether an answer with this code proves that the operation did not happen and never will. */
export function isDefinite(code: number): boolean {
  return code >= 0 && code < 1000 && !indefinite.has(code);
}

/** The body of an answer that says no. */
export function errorBody(code: number, text: string): JsonObject {
  return { type: "error", code, text };
}
