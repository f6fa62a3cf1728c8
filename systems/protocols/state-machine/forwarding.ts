import type { JsonObject } from "../../../histories/json.ts";
import type { NodeContext, NodeId, Request } from "../../contracts/protocol.ts";
import { markUncertain, openOperations, takeRequest, type OpenRequests } from "./open-requests.ts";
import type { Operation } from "./operation.ts";

/** After how many milliseconds an operation is sent to the leader again. */
const resendAfter = 120;

/** A node at work, as far as its clients' requests go. */
interface Server {
  readonly state: { readonly requests: OpenRequests };
  readonly node: NodeContext<JsonObject>;
}

/** Who has operations done, as a node of a protocol sees it. */
export interface Leading<AnyServer extends Server> {
  /** The leader, if there is one to be asked now. */
  readonly leader: (server: AnyServer) => NodeId | null;
  /** Whether it is this node itself. */
  readonly leads: (server: AnyServer) => boolean;
  /** Has an operation done, as the leader. However often it is asked for that, the operation takes effect once. */
  readonly carryOut: (server: AnyServer, operation: Operation) => void;
}

export interface Forwarding<AnyServer extends Server> {
  /** A client asks this node, which asks the leader for it; the next one, if none is known in time. */
  readonly takeClientRequest: (server: AnyServer, request: Request) => void;
  /** Asks the leader for all that is open again (timer `resend`, and at each new leader): a message may have been lost, or the leader with it. */
  readonly askAgain: (server: AnyServer) => void;
}

/** How the nodes of a protocol pass on what their clients ask for to a leader, as `forward {operation}`. */
export function forwarding<AnyServer extends Server>({
  leader,
  leads,
  carryOut,
}: Leading<AnyServer>): Forwarding<AnyServer> {
  const passOn = (server: AnyServer, operation: Operation): void => {
    const { state, node } = server;
    const to = leader(server);
    if (to === null) return;
    markUncertain(state.requests, operation);
    if (leads(server)) carryOut(server, operation);
    else node.send(to, { type: "forward", operation });
  };
  return {
    takeClientRequest(server, request) {
      const { state, node } = server;
      const operation = takeRequest(state.requests, request, node);
      if (operation === undefined) return;
      node.setTimer("resend", resendAfter);
      passOn(server, operation);
    },
    askAgain(server) {
      const { state, node } = server;
      const operations = openOperations(state.requests, node);
      if (operations.length === 0) return;
      node.setTimer("resend", resendAfter);
      for (const operation of operations) passOn(server, operation);
    },
  };
}
