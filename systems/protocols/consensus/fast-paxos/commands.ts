import { slots } from "../../state-machine/instance-log.ts";
import { startRound } from "./coordinator.ts";
import { propose } from "./proposer.ts";
import type { Server } from "./server.ts";

/**
 * Commands of clients, which go fast to a slot of the log. A slot that was left open is filled in a round of this node's own: to
 * propose fast there could only collide.
 */
export const { takeClientRequest, onTimer } = slots<Server>({
  isBegun: ({ state }, key) => state.votes[key] !== undefined,
  propose: (server, key, operation) => propose(server, key, operation),
  fill(server, key) {
    server.state.waiting[key] = { value: null, requests: [] };
    startRound(server, key);
  },
});
