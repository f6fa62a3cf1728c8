import { instanceOf } from "../../../../checkers/consensus/instance.ts";
import type { Request } from "../../../contracts/protocol.ts";
import { errorBody, errorCodes } from "../../errors.ts";
import { abandon, lead } from "./leader.ts";
import { isName } from "./messages.ts";
import type { Server } from "./server.ts";

/** How long a client may have to wait for an answer, in milliseconds. */
const requestDeadline = 500;

/** A client proposes; the node that it asks leads a ballot. */
export function onPropose(server: Server, { id, body }: Request): void {
  const { state, node } = server;
  const { type, value } = body;
  if (type !== "propose") return node.reply(id, errorBody(errorCodes.notSupported, "expected propose"));
  if (value === undefined) return node.reply(id, errorBody(errorCodes.malformedRequest, "value is missing"));
  const key = instanceOf(body);
  if (!isName(key)) return node.reply(id, errorBody(errorCodes.malformedRequest, "the key names nothing"));
  const decided = state.decided[key];
  if (decided !== undefined) return node.reply(id, { type: "propose_ok", value: decided });
  node.setTimer(`deadline/${id}`, requestDeadline);
  const waiting = state.waiting[key];
  if (waiting !== undefined) {
    waiting.requests.push(id);
    return;
  }
  state.waiting[key] = { value, requests: [id] };
  lead(server, key);
}

/** A client has waited long enough. */
export function onDeadline(server: Server, request: string): void {
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
