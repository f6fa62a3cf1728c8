/**
 * Vertical Paxos II: Leslie Lamport, Dahlia Malkhi and Lidong Zhou, "Vertical Paxos and Primary-Backup Replication", 2009.
 * Each ballot has acceptors of its own. A leader, the primary, takes over the state from one acceptor of the ballot that was
 * complete before, gives it to all of its own, and has the master activate the ballot: then it takes commands, each of
 * which all its acceptors vote for. So a ballot with f + 1 acceptors loses nothing to f crashes, and a new one with
 * others begins when one of them fails. The master, of which the paper says that it is reliable, is replicated by Paxos among
 * all nodes; it decides which ballot follows which.
 *
 * It replicates a key-value store. Requests: `read {key}`, `write {key, value}`, `cas {key, from, to}`, `txn {txn}`.
 */
import type { JsonObject } from "../../../../histories/json.ts";
import type { BundledProtocol, NodeId, Protocol } from "../../../contracts/protocol.ts";
import { onDeadline, settle } from "../../state-machine/open-requests.ts";
import { onAccept, onPrepare, onProbe, onTransfer } from "./acceptor.ts";
import {
  beginBallot,
  checkMembers,
  onHere,
  onMasterAnswers,
  onNack,
  onPromised,
  onTransferred,
  sendAgain,
} from "./ballots.ts";
import { verticalPaxosExplorations } from "./explorations.ts";
import { askAgain, takeClientRequest } from "./forwarding.ts";
import { onMasterMessage, onMasterTimer } from "./replicated-master.ts";
import { parseMessage, type VerticalPaxosMessage } from "./messages.ts";
import { verticalPaxosMutants } from "./mutants.ts";
import { carryOut, onAccepted, sendHeartbeats } from "./primary.ts";
import { verticalPaxosRules, type Rules } from "./rules.ts";
import { startServer, type Server, type VerticalPaxosState } from "./server.ts";
import { verticalPaxosView } from "./view.ts";
import { rulesOf } from "../../rules-of.ts";

/** Vertical Paxos by `rules`; those of a mutant make it that mutant. */
export function verticalPaxosBy(rules: Rules): Protocol<VerticalPaxosState, JsonObject> {
  return {
    name: "vertical-paxos",

    start: (node, durable) => startServer(node, durable, rules),

    onMessage(state, from, body, node) {
      const message = parseMessage(body);
      if (message === undefined)
        return node.log(`ignored what is no message of Vertical Paxos, from ${from}`);
      const server = { state, rules, node };
      handle(server, from, message);
      onMasterAnswers(server);
    },

    onTimer(state, timer, node) {
      const server = { state, rules, node };
      onTimer(server, timer);
      onMasterAnswers(server);
    },

    onRequest: (state, request, node) => takeClientRequest({ state, rules, node }, request),

    view: verticalPaxosView,
  };
}

function handle(server: Server, from: NodeId, message: VerticalPaxosMessage): void {
  const { state, node } = server;
  switch (message.type) {
    case "master":
      return onMasterMessage(server, from, message.message);
    case "probe":
      return onProbe(server, from, message);
    case "here":
      return onHere(server, from, message);
    case "prepare":
      return onPrepare(server, from, message);
    case "promised":
      return onPromised(server, message);
    case "transfer":
      return onTransfer(server, from, message);
    case "transferred":
      return onTransferred(server, from, message);
    case "accept":
      return onAccept(server, from, message);
    case "accepted":
      return onAccepted(server, from, message);
    case "nack":
      return onNack(server, message);
    case "forward":
      return carryOut(server, message.operation);
    case "answer":
      return settle(state.requests, { ...message, origin: node.id }, message.body, node);
  }
}

function onTimer(server: Server, timer: string): void {
  const { state, node } = server;
  if (onMasterTimer(server, timer) || onDeadline(state.requests, timer, node)) return;
  switch (timer) {
    case "election":
      return beginBallot(server);
    case "again":
      return sendAgain(server);
    case "heartbeat":
      return sendHeartbeats(server);
    case "quorum":
      return checkMembers(server);
    case "resend":
      return askAgain(server);
    default:
      throw new Error(`no timer ${timer} of Vertical Paxos`);
  }
}

export const verticalPaxos: BundledProtocol = {
  name: "vertical-paxos",
  family: "consensus",
  summary: "A replicated key-value store by Vertical Paxos II: primary and backups, others for each ballot.",
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
    "state-machine-safety",
    "quorum-certificates",
    "single-vote",
    "monotonic-ballots",
    "durability",
    "leader-completeness",
    "acknowledgements",
  ],
  explorations: verticalPaxosExplorations,
  mutants: verticalPaxosMutants,
  build: (mutant) =>
    verticalPaxosBy(rulesOf("vertical-paxos", verticalPaxosRules, verticalPaxosMutants, mutant)),
};
