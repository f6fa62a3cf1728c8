import type { JsonObject } from "../../../histories/json.ts";
import type { Durable, NodeContext } from "../../contracts/protocol.ts";
import { errorBody, errorCodes } from "../errors.ts";
import { isReadOnly, parseCommand, type Command } from "./command.ts";
import { isCount, type Operation } from "./operation.ts";

/** How long a client may have to wait for an answer, in milliseconds. */
export const requestDeadline = 500;

/** A request that a node has taken from a client and not answered. */
export interface OpenRequest {
  readonly request: string;
  readonly command: Command;
  /** Whether somebody may carry it out: it was sent, or stands in a log. */
  uncertain: boolean;
}

/**
 * The requests that a node has open, with names for them under which they can go through a log, to leaders
 * and back: the node is the origin of its clients' operations. It starts a new life each time it starts.
 */
export interface OpenRequests {
  readonly life: number;
  /** The number of the latest operation. */
  last: number;
  /** By number. */
  open: Record<string, OpenRequest>;
}

const lifeKey = "life";
const deadlinePrefix = "deadline/";

/**
 * Begins a new life. It has to be on the disk before anybody hears of it: `sync` before the first operation
 * leaves, which is only after this start anyway.
 */
export function beginLife(node: NodeContext<JsonObject>, durable: Durable): OpenRequests {
  const requests = nextLife(durable);
  keepLife(requests, node);
  return requests;
}

/** A new life, which is to be kept before the first operation leaves. */
export function nextLife(durable: Durable): OpenRequests {
  const before = durable.get(lifeKey);
  return { life: (isCount(before) ? before : 0) + 1, last: 0, open: {} };
}

export function keepLife({ life }: OpenRequests, node: NodeContext<JsonObject>): void {
  node.persist(lifeKey, life);
  node.sync();
}

/**
 * Takes a client's request: the operation to be done, to be answered by `settle`. Undefined when there is
 * nothing to do but the answer that the client has got: the request asks for nothing that is known.
 */
export function takeRequest(
  requests: OpenRequests,
  { id, body }: { readonly id: string; readonly body: JsonObject },
  node: NodeContext<JsonObject>,
): Operation | undefined {
  const parsed = parseCommand(body);
  if (parsed.kind === "unknown") {
    const text = "expected read, write, cas, txn or broadcast";
    node.reply(id, errorBody(errorCodes.notSupported, text));
    return undefined;
  }
  if (parsed.kind === "malformed") {
    node.reply(id, errorBody(errorCodes.malformedRequest, `${parsed.missing} is missing`));
    return undefined;
  }
  const number = ++requests.last;
  requests.open[number] = { request: id, command: parsed.command, uncertain: false };
  node.setTimer(`${deadlinePrefix}${number}`, requestDeadline);
  return operationOf(requests, number, node);
}

/** The operation of that number, if it is open, to be sent (once more). */
export function operationOf(
  requests: OpenRequests,
  number: number,
  node: NodeContext<JsonObject>,
): Operation | undefined {
  const open = requests.open[number];
  if (open === undefined) return undefined;
  return {
    origin: node.id,
    life: requests.life,
    number,
    settled: settledBelow(requests),
    command: open.command,
  };
}

/** All open operations, the oldest first. */
export function openOperations(requests: OpenRequests, node: NodeContext<JsonObject>): Operation[] {
  const operations: Operation[] = [];
  for (const number of Object.keys(requests.open)) {
    const operation = operationOf(requests, Number(number), node);
    if (operation !== undefined) operations.push(operation);
  }
  return operations;
}

/** From now on an operation may be carried out, whether or not this node hears of it. */
export function markUncertain(requests: OpenRequests, { number }: Operation): void {
  const open = requests.open[number];
  if (open !== undefined) open.uncertain = true;
}

/** Passes on the answer to an operation, if it is of this node and life and waits for one. */
export function settle(
  requests: OpenRequests,
  { origin, life, number }: Pick<Operation, "origin" | "life" | "number">,
  answer: JsonObject,
  node: NodeContext<JsonObject>,
): void {
  const open = requests.open[number];
  if (origin !== node.id || life !== requests.life || open === undefined) return;
  delete requests.open[number];
  node.cancelTimer(`${deadlinePrefix}${number}`);
  node.reply(open.request, answer);
}

/**
 * Gives an operation up: its client hears that nothing was done and nothing will be (error 11), if that is
 * certain, and else that nobody knows (error 0).
 */
export function giveUp(
  requests: OpenRequests,
  number: number,
  why: string,
  node: NodeContext<JsonObject>,
): void {
  const open = requests.open[number];
  if (open === undefined) return;
  const unknown = open.uncertain && !isReadOnly(open.command);
  const answer = unknown
    ? errorBody(errorCodes.timeout, `${why}; it may still take effect`)
    : errorBody(errorCodes.temporarilyUnavailable, `${why}; nothing was changed`);
  settle(requests, { origin: node.id, life: requests.life, number }, answer, node);
}

/** Handles the timer if it is the deadline of a request; whether it was. */
export function onDeadline(requests: OpenRequests, timer: string, node: NodeContext<JsonObject>): boolean {
  if (!timer.startsWith(deadlinePrefix)) return false;
  giveUp(requests, Number(timer.slice(deadlinePrefix.length)), "no answer in time", node);
  return true;
}

/** The lowest number that is open, or the next one: nobody asks again for what is below. */
function settledBelow({ open, last }: OpenRequests): number {
  // Members with integer names come in ascending order.
  for (const number of Object.keys(open)) return Number(number);
  return last + 1;
}
