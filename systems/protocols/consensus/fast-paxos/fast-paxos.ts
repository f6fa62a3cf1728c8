/**
 * Fast Paxos: Leslie Lamport, "Fast Paxos", Distributed Computing 19 (2006). Clients' values go straight to the
 * acceptors, and are learned two message delays after a client proposed; if several collide, one round more settles it.
 *
 * It decides once for each key: `propose {key, value}` is answered `propose_ok {value}` with the value decided. Keys
 * are told apart by their text.
 *
 * And it replicates a key-value store, by a log with an instance a slot: `read {key}`, `write {key, value}`,
 * `cas {key, from, to}`, `txn {txn}`. A node proposes its client's command in a slot in which it has heard of nobody; a command
 * that loses in a collision goes to a later slot.
 */
import type { JsonObject } from "../../../../histories/json.ts";
import type { BundledProtocol, NodeId, Protocol } from "../../../contracts/protocol.ts";
import { accept, prepare } from "./acceptor.ts";
import { onAnswer, onRoundTimer } from "./coordinator.ts";
import { instanceOfSlot } from "../../state-machine/instance-log.ts";
import { onTimer as onLogTimer, takeClientRequest } from "./commands.ts";
import { fastPaxosExplorations } from "./explorations.ts";
import { onValue, onVoted } from "./fast-round.ts";
import { decide, tellDecided } from "./learner.ts";
import { parseMessage, type FastPaxosMessage } from "./messages.ts";
import { fastPaxosMutants } from "./mutants.ts";
import { onDeadline, onPropose } from "./proposer.ts";
import { fastPaxosRules, type Rules } from "./rules.ts";
import { promisedRound, send, startServer, type FastPaxosState, type Server } from "./server.ts";
import { fastPaxosView } from "./view.ts";
import { rulesOf } from "../../rules-of.ts";

/** Fast Paxos by `rules`; those of a mutant make it that mutant. */
export function fastPaxosBy(rules: Rules): Protocol<FastPaxosState, JsonObject> {
  return {
    name: "fast-paxos",

    start: (node, durable) => startServer(node, durable, rules),

    onMessage(state, from, body, node) {
      const message = parseMessage(body);
      if (message === undefined) return node.log(`ignored what is no message of Fast Paxos, from ${from}`);
      handle({ state, rules, node }, from, message);
    },

    onTimer(state, timer, node) {
      const server = { state, rules, node };
      if (onDeadline(server, timer) || onLogTimer(server, timer)) return;
      onRoundTimer(server, timer.slice(timer.indexOf("/") + 1));
    },

    onRequest(state, request, node) {
      const server = { state, rules, node };
      if (request.body["type"] === "propose") onPropose(server, request);
      else takeClientRequest(server, request);
    },

    view: fastPaxosView,
  };
}

function handle(server: Server, from: NodeId, message: FastPaxosMessage): void {
  const { state } = server;
  if (message.type === "learn") {
    for (const [i, value] of message.values.entries())
      decide(server, instanceOfSlot(message.first + i), value);
    return;
  }
  const { key } = message;
  switch (message.type) {
    case "value":
      return onValue(server, from, message);
    case "voted":
      return onVoted(server, from, message);
    case "promised":
    case "nack":
      return onAnswer(server, from, message);
    case "decided":
      return decide(server, key, message.value);
    case "prepare":
    case "accept": {
      const value = state.decided[key];
      if (value !== undefined) return tellDecided(server, from, key, value);
      if (message.type === "prepare") return send(server, from, prepare(server, message));
      const { round } = message;
      if (accept(server, message)) return send(server, from, { ...message, type: "voted" });
      return send(server, from, { type: "nack", key, round, promised: promisedRound(state, key) });
    }
  }
}

export const fastPaxos: BundledProtocol = {
  name: "fast-paxos",
  family: "consensus",
  summary:
    "Decisions, and a key-value store, by Fast Paxos: values straight to the acceptors, collisions recovered.",
  claims: ["strict-serializable", "linearizable", "agreement"],
  workloads: ["decide", "register", "list-append"],
  nodeCounts: { default: 5, minimum: 1 },
  model: {
    timing: "asynchronous",
    channels: "any",
    failures: "crash-recovery",
    tolerated: (nodes) => Math.floor((nodes - 1) / 2),
  },
  properties: [
    "agreement",
    "validity",
    "integrity",
    "total-order",
    "exactly-once",
    "state-machine-safety",
    "quorum-certificates",
    "single-vote",
    "monotonic-ballots",
    "durability",
  ],
  explorations: fastPaxosExplorations,
  mutants: fastPaxosMutants,
  build: (mutant) => fastPaxosBy(rulesOf("fast-paxos", fastPaxosRules, fastPaxosMutants, mutant)),
};
