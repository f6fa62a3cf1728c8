/**
 * Fast Paxos: Leslie Lamport, "Fast Paxos", Distributed Computing 19 (2006). Clients' values go straight to the
 * acceptors, and are learned two message delays after a client proposed; if several collide, one round more settles it.
 *
 * It decides once for each key: `propose {key, value}` is answered `propose_ok {value}` with the value decided. Keys
 * are told apart by their text.
 */
import type { JsonObject } from "../../../../histories/json.ts";
import type { BundledProtocol, NodeId, Protocol } from "../../../contracts/protocol.ts";
import { accept, prepare } from "./acceptor.ts";
import { onAnswer, onRoundTimer } from "./coordinator.ts";
import { fastPaxosExplorations } from "./explorations.ts";
import { onValue, onVoted } from "./fast-round.ts";
import { decide } from "./learner.ts";
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

    start: (_node, durable) => startServer(durable),

    onMessage(state, from, body, node) {
      const message = parseMessage(body);
      if (message === undefined) return node.log(`ignored what is no message of Fast Paxos, from ${from}`);
      handle({ state, rules, node }, from, message);
    },

    onTimer(state, timer, node) {
      const slash = timer.indexOf("/");
      const subject = timer.slice(slash + 1);
      if (timer.slice(0, slash) === "deadline") onDeadline({ state, rules, node }, subject);
      else onRoundTimer({ state, rules, node }, subject);
    },

    onRequest: (state, request, node) => onPropose({ state, rules, node }, request),

    view: fastPaxosView,
  };
}

function handle(server: Server, from: NodeId, message: FastPaxosMessage): void {
  const { state } = server;
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
      if (value !== undefined) return send(server, from, { type: "decided", key, value });
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
  summary: "Single decisions by Fast Paxos: clients' values straight to the acceptors, collisions recovered.",
  claims: ["agreement"],
  workloads: ["decide"],
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
    "quorum-certificates",
    "single-vote",
    "monotonic-ballots",
    "durability",
  ],
  explorations: fastPaxosExplorations,
  mutants: fastPaxosMutants,
  build: (mutant) => fastPaxosBy(rulesOf("fast-paxos", fastPaxosRules, fastPaxosMutants, mutant)),
};
