import { isJsonArray, type Json, type JsonObject } from "../histories/json.ts";
import type { Completion, Invocation } from "../systems/contracts/client.ts";
import { errorCodes, isDefinite } from "../systems/protocols/errors.ts";

/** How long a client waits for an answer, in milliseconds: longer than nodes take to say that they could not do it in time. */
export const answerPatience = 2_000;

/** What the members of a request are besides its type, and what its answer means, by function. */
interface Word {
  request(operation: Invocation): JsonObject;
  /** The value of the `ok` completion; without one the invocation's stays. */
  readonly result?: (answer: JsonObject) => Json;
}

const words: ReadonlyMap<string, Word> = new Map<string, Word>([
  [
    "read",
    {
      // A read of no key is one of all that was broadcast, which is read as messages; a register as its value.
      request: (operation) => (operation.key === undefined ? {} : about(operation)),
      result: ({ value, messages }) => messages ?? value ?? null,
    },
  ],
  ["write", { request: (operation) => ({ ...about(operation), value: operation.value }) }],
  [
    "cas",
    {
      request(operation) {
        const { value } = operation;
        if (!isJsonArray(value) || value.length !== 2) {
          throw new TypeError(`cas: expected the value [from, to], found ${JSON.stringify(value)}`);
        }
        const [from = null, to = null] = value;
        return { ...about(operation), from, to };
      },
    },
  ],
  [
    "txn",
    {
      request({ value }) {
        if (!isJsonArray(value)) {
          throw new TypeError(`txn: expected the value [[f, key, value], …], found ${JSON.stringify(value)}`);
        }
        return { txn: value };
      },
      result: ({ txn }) => txn ?? null,
    },
  ],
  [
    "propose",
    {
      request: (operation) => ({ ...about(operation), value: operation.value }),
      result: ({ value }) => value ?? null,
    },
  ],
  ["broadcast", { request: ({ value }) => ({ message: value }) }],
  ["acquire", { request: about, result: ({ token }) => token ?? null }],
  ["release", { request: (operation) => ({ ...about(operation), token: operation.value }) }],
]);

function about({ key }: Invocation): JsonObject {
  return { key: key ?? null };
}

/**
 * What a client sends to a node for an operation, in Maelstrom's words; throws a `TypeError` at an operation
 * that it cannot mean.
 */
export function requestOf(operation: Invocation): JsonObject {
  const { f } = operation;
  const word = words.get(f);
  if (word === undefined) {
    const known = [...words.keys()];
    throw new TypeError(`expected ${known.slice(0, -1).join(", ")} or ${known.at(-1)}, found ${f}`);
  }
  return { type: f, ...word.request(operation) };
}

/** The operation that a request asks for, as a history has it: `requestOf` the other way round. */
export function operationAsked(process: number, body: JsonObject): Invocation {
  const { type, key } = body;
  return {
    process,
    f: typeof type === "string" ? type : "",
    ...(key === undefined ? {} : { key }),
    value: argumentOf(body),
  };
}

function argumentOf({ type, value, from, to, txn, message, token }: JsonObject): Json {
  if (type === "cas") return [from ?? null, to ?? null];
  return value ?? txn ?? message ?? token ?? null;
}

/**
 * What a node's answer says of an operation. A definite error is a failure; after another nobody knows,
 * unless the operation has no effect.
 */
export function completionOf(operation: Invocation, answer: JsonObject): Completion {
  const { f } = operation;
  const { type, code, text } = answer;
  if (type === `${f}_ok`) {
    const result = words.get(f)?.result;
    return result === undefined ? { type: "ok" } : { type: "ok", value: result(answer) };
  }
  if (type !== "error" || typeof code !== "number") {
    return { type: "info", error: ["unexpected-answer", answer] };
  }
  // A register that was never written is read as null.
  if (f === "read" && code === errorCodes.keyDoesNotExist) return { type: "ok", value: null };
  const failed = isDefinite(code) || hasNoEffect(operation);
  return { type: failed ? "fail" : "info", error: [code, text ?? null] };
}

/** What is known of an operation that was never sent. */
export function unsent(why: string): Completion {
  return { type: "fail", error: ["not-sent", why] };
}

/** What is known of an operation that was sent and not answered: nothing, unless it has no effect. */
export function unanswered(operation: Invocation, why: string): Completion {
  return { type: hasNoEffect(operation) ? "fail" : "info", error: ["no-answer", why] };
}

/** Whether an operation only reads, so that it is the same whether it happened or not. */
function hasNoEffect({ f, value }: Invocation): boolean {
  if (f === "read") return true;
  return f === "txn" && isJsonArray(value) && value.every((each) => isJsonArray(each) && each[0] === "r");
}
