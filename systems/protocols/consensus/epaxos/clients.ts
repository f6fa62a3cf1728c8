import type { Request } from "../../../contracts/protocol.ts";
import { markUncertain, operationOf, takeRequest } from "../../state-machine/open-requests.ts";
import type { Operation } from "../../state-machine/operation.ts";
import { startPreAccept } from "./coordination.ts";
import { instanceId } from "./instance.ts";
import type { Replica } from "./replica.ts";

/** A client asks this replica, which becomes the leader of its command. */
export function takeClientRequest(replica: Replica, request: Request): void {
  const { state, node } = replica;
  const operation = takeRequest(state.requests, request, node);
  if (operation !== undefined) lead(replica, operation);
}

/**
 * Leads commands again whose instances were given up by others, who had heard of the instance and not of the command. Only
 * so does a command stand in several instances, of which all but the last are empty: it is executed once.
 */
export function leadOrphans(replica: Replica): void {
  const { state, node } = replica;
  const { orphans } = state;
  state.orphans = [];
  for (const number of orphans) {
    const operation = operationOf(state.requests, number, node);
    if (operation !== undefined) lead(replica, operation);
  }
}

function lead(replica: Replica, operation: Operation): void {
  const { state, node } = replica;
  const id = instanceId(node.id, ++state.last);
  state.mine[id] = operation.number;
  markUncertain(state.requests, operation);
  startPreAccept(replica, id, operation.command);
}
