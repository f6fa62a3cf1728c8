import type { Request } from "../../../contracts/protocol.ts";
import { markUncertain, openOperations, takeRequest } from "../../state-machine/open-requests.ts";
import type { Operation } from "../../state-machine/operation.ts";
import { carryOut } from "./primary.ts";
import { send, type Server } from "./server.ts";

/** After how many milliseconds an operation is sent to the leader again. */
const resendAfter = 120;

/** A client asks this node, which asks the leader for it; the next one, if none is known in time. */
export function takeClientRequest(server: Server, request: Request): void {
  const { state, node } = server;
  const operation = takeRequest(state.requests, request, node);
  if (operation === undefined) return;
  node.setTimer("resend", resendAfter);
  passOn(server, operation);
}

/** Sends all open operations to the leader again; however often one arrives, it takes effect once. */
export function askAgain(server: Server): void {
  const { state, node } = server;
  const operations = openOperations(state.requests, node);
  if (operations.length === 0) return;
  node.setTimer("resend", resendAfter);
  for (const operation of operations) passOn(server, operation);
}

function passOn(server: Server, operation: Operation): void {
  const { state, node } = server;
  if (state.leader === null) return;
  markUncertain(state.requests, operation);
  if (state.leader === node.id) carryOut(server, operation);
  else send(server, state.leader, { type: "forward", operation });
}
