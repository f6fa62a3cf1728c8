import { instanceOf } from "../../../../checkers/consensus/instance.ts";
import type { Json } from "../../../../histories/json.ts";
import type { Request } from "../../../contracts/protocol.ts";
import { errorBody, errorCodes } from "../../errors.ts";
import { slotOf } from "../../state-machine/instance-log.ts";
import { abandon } from "./coordinator.ts";
import { onValue } from "./fast-round.ts";
import { isName } from "./messages.ts";
import { broadcast, type Server } from "./server.ts";

const deadlinePrefix = "decision/";
/** How long a client may have to wait for an answer, in milliseconds. */
const requestDeadline = 500;
/** When nothing is decided after so long, and up to as long again, the proposer takes the coordination to itself. */
const patience = 100;

/** A client proposes: its value goes straight to the acceptors, once from each node. */
export function onPropose(server: Server, { id, body }: Request): void {
  const { state, node } = server;
  const { value } = body;
  if (value === undefined) return node.reply(id, errorBody(errorCodes.malformedRequest, "value is missing"));
  const key = instanceOf(body);
  if (!isName(key) || slotOf(key) !== undefined)
    return node.reply(id, errorBody(errorCodes.malformedRequest, "the key names nothing"));
  const decided = state.decided[key];
  if (decided !== undefined) return node.reply(id, { type: "propose_ok", value: decided });
  node.setTimer(deadlinePrefix + id, requestDeadline);
  const waiting = state.waiting[key];
  if (waiting !== undefined) {
    waiting.requests.push(id);
    return;
  }
  propose(server, key, value, [id]);
}

/** Proposes a value of this node's own, for which the clients of these requests wait. */
export function propose(server: Server, key: string, value: Json, requests: string[] = []): void {
  const { state, node } = server;
  state.waiting[key] = { value, requests };
  node.setTimer(`round/${key}`, patience + node.random(patience));
  const message = { type: "value", key, value } as const;
  onValue(server, node.id, message);
  broadcast(server, message);
}

/** Handles the timer if it is that of a client which has waited long enough; whether it was. */
export function onDeadline(server: Server, timer: string): boolean {
  if (!timer.startsWith(deadlinePrefix)) return false;
  giveUp(server, timer.slice(deadlinePrefix.length));
  return true;
}

function giveUp(server: Server, request: string): void {
  const { state, node } = server;
  const found = Object.entries(state.waiting).find(([, { requests }]) => requests.includes(request));
  if (found === undefined) return;
  const [key, { requests }] = found;
  node.reply(request, errorBody(errorCodes.timeout, "nothing was decided in time; the value may be yet"));
  requests.splice(requests.indexOf(request), 1);
  if (requests.length > 0) return;
  delete state.waiting[key];
  abandon(server, key);
}
