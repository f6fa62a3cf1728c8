/**
 * Multi-Paxos: the synod of Leslie Lamport, "The Part-Time Parliament", 1998, as a replicated state machine. One
 * instance of consensus a slot of a log; a leader does phase 1 once for all slots that it does not know to be chosen,
 * and then proposes in one round trip a command.
 *
 * It replicates a key-value store. Requests: `read {key}`, `write {key, value}`, `cas {key, from, to}`, `txn {txn}`.
 */
import type { JsonObject } from "../../../../histories/json.ts";
import type { BundledProtocol, NodeId, Protocol } from "../../../contracts/protocol.ts";
import { errorBody, errorCodes } from "../../errors.ts";
import { onDeadline, settle } from "../../state-machine/open-requests.ts";
import { advance, onAccepted } from "./acceptances.ts";
import { onAccept, onFetch, onInstall, onLearn, onPrepare } from "./acceptor.ts";
import { sendHeartbeats } from "./asking.ts";
import { checkQuorum, onElectionTimeout, onNack, onPromised } from "./election.ts";
import { multiPaxosExplorations } from "./explorations.ts";
import { askAgain, takeClientRequest } from "./forwarding.ts";
import { parseMessage, type MultiPaxosMessage } from "./messages.ts";
import { multiPaxosMutants } from "./mutants.ts";
import { carryOut } from "./proposals.ts";
import { answerReconfiguration, reconfigure, rotateMembers } from "./reconfiguration.ts";
import { multiPaxosRules, type Rules } from "./rules.ts";
import { startServer, type MultiPaxosState, type Server } from "./server.ts";
import { multiPaxosView } from "./view.ts";
import { rulesOf } from "../../rules-of.ts";

/** Multi-Paxos by `rules`; those of a mutant make it that mutant. */
export function multiPaxosBy(rules: Rules, name = "multi-paxos"): Protocol<MultiPaxosState, JsonObject> {
  return {
    name,

    start: (node, durable) => startServer(node, durable, rules),

    onMessage(state, from, body, node) {
      const message = parseMessage(body);
      if (message === undefined) return node.log(`ignored what is no message of ${name}, from ${from}`);
      handle({ state, rules, node }, from, message);
    },

    onTimer: (state, timer, node) => onTimer({ state, rules, node }, timer),

    onRequest(state, request, node) {
      const server = { state, rules, node };
      if (request.body["type"] === "reconfigure") return reconfigure(server, request);
      takeClientRequest(server, request);
    },

    view: (state) => multiPaxosView(state, rules),
  };
}

function handle(server: Server, from: NodeId, message: MultiPaxosMessage): void {
  const { state, node } = server;
  switch (message.type) {
    case "prepare":
      return onPrepare(server, from, message);
    case "promised":
      return onPromised(server, from, message);
    case "accept":
      return onAccept(server, from, message);
    case "accepted":
      return onAccepted(server, from, message);
    case "nack":
      return onNack(server, message);
    case "fetch":
      return onFetch(server, from, message);
    case "learn":
      onLearn(server, message);
      return advance(server);
    case "install":
      onInstall(server, message);
      return advance(server);
    case "forward":
      if (state.role === "leader") carryOut(server, message.operation);
      return;
    case "answer":
      return settle(state.requests, { ...message, origin: node.id }, message.body, node);
  }
}

function onTimer(server: Server, timer: string): void {
  const { state, node } = server;
  if (onDeadline(state.requests, timer, node)) return;
  switch (timer) {
    case "election":
      return onElectionTimeout(server);
    case "heartbeat":
      return sendHeartbeats(server);
    case "quorum":
      return checkQuorum(server);
    case "resend":
      return askAgain(server);
    case "rotation":
      return rotateMembers(server);
    case "reconfiguration":
      return answerReconfiguration(server, errorBody(errorCodes.timeout, "the members may change yet"));
    default:
      throw new Error(`no timer ${timer} of Multi-Paxos`);
  }
}

export const multiPaxos: BundledProtocol = {
  name: "multi-paxos",
  family: "consensus",
  summary: "A replicated key-value store by Multi-Paxos: a leader, one consensus a slot of the log.",
  claims: ["strict-serializable", "linearizable"],
  workloads: ["register", "list-append"],
  nodeCounts: { default: 5, minimum: 1 },
  model: {
    timing: "asynchronous",
    channels: "any",
    failures: "crash-recovery",
    tolerated: (nodes) => Math.floor((nodes - 1) / 2),
  },
  properties: [
    "agreement",
    "leader-uniqueness",
    "leader-completeness",
    "state-machine-safety",
    "quorum-certificates",
    "single-vote",
    "monotonic-ballots",
    "durability",
  ],
  explorations: multiPaxosExplorations,
  mutants: multiPaxosMutants,
  build: (mutant) => multiPaxosBy(rulesOf("multi-paxos", multiPaxosRules, multiPaxosMutants, mutant)),
};
