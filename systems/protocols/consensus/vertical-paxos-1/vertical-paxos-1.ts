/**
 * Vertical Paxos I: Leslie Lamport, Dahlia Malkhi and Lidong Zhou, "Vertical Paxos and Primary-Backup Replication", 2009.
 * Each ballot has acceptors of its own, which vote from its beginning on, while the acceptors of ballots before it
 * are only read, until all that matters of them is known. A leader has the master register its ballot, reads the ballots before it
 * down to the latest that is complete, has its own acceptors vote for what it found, or for what it likes if there is
 * nothing, and tells the master when its ballot is complete. All acceptors of a ballot must vote, so one is enough to
 * read. (In Vertical Paxos II a ballot waits until it is activated.) The master keeps a record of each instance, by Paxos among
 * all nodes.
 *
 * It decides once for each key: `propose {key, value}` is answered `propose_ok {value}` with the value decided. Keys
 * are told apart by their text.
 */
import type { JsonObject } from "../../../../histories/json.ts";
import type { BundledProtocol, NodeId, Protocol } from "../../../contracts/protocol.ts";
import { onMasterMessage, onMasterTimer } from "../vertical-paxos/replicated-master.ts";
import { onAccept, onRead } from "./acceptor.ts";
import { onDeadline, onPropose } from "./clients.ts";
import { verticalPaxosOneExplorations } from "./explorations.ts";
import { decide, onAccepted, onMasterAnswers, onNack, onRoundTimer, onTold } from "./leader.ts";
import { parseMessage, type VerticalPaxosOneMessage } from "./messages.ts";
import { verticalPaxosOneMutants } from "./mutants.ts";
import { verticalPaxosOneRules, type Rules } from "./rules.ts";
import { send, startServer, type Server, type VerticalPaxosOneState } from "./server.ts";
import { verticalPaxosOneView } from "./view.ts";
import { rulesOf } from "../../rules-of.ts";

/** Vertical Paxos I by `rules`; those of a mutant make it that mutant. */
export function verticalPaxosOneBy(rules: Rules): Protocol<VerticalPaxosOneState, JsonObject> {
  return {
    name: "vertical-paxos-1",

    start: (node, durable) => startServer(node, durable),

    onMessage(state, from, body, node) {
      const message = parseMessage(body);
      if (message === undefined)
        return node.log(`ignored what is no message of Vertical Paxos I, from ${from}`);
      const server = { state, rules, node };
      hear(server, from);
      handle(server, from, message);
      onMasterAnswers(server);
    },

    onTimer(state, timer, node) {
      const server = { state, rules, node };
      if (!onMasterTimer(server, timer)) {
        const slash = timer.indexOf("/");
        const subject = timer.slice(slash + 1);
        if (timer.slice(0, slash) === "deadline") onDeadline(server, subject);
        else onRoundTimer(server, subject);
      }
      onMasterAnswers(server);
    },

    onRequest(state, request, node) {
      const server = { state, rules, node };
      onPropose(server, request);
      onMasterAnswers(server);
    },

    view: verticalPaxosOneView,
  };
}

/** Whoever is heard of while a ballot is led may be among the acceptors of the next. */
function hear({ state, node }: Server, from: NodeId): void {
  if (from === node.id || state.heard.includes(from) || Object.keys(state.leading).length === 0) return;
  state.heard = [...state.heard, from].toSorted();
}

function handle(server: Server, from: NodeId, message: VerticalPaxosOneMessage): void {
  switch (message.type) {
    case "master":
      return onMasterMessage(server, from, message.message);
    case "told":
      return onTold(server, message);
    case "accepted":
      return onAccepted(server, from, message);
    case "nack":
      return onNack(server, message);
    case "decided":
      return decide(server, message.key, message.value);
    case "read":
    case "accept": {
      const { key } = message;
      const value = server.state.decided[key];
      if (value !== undefined) return send(server, from, { type: "decided", key, value });
      return message.type === "read" ? onRead(server, from, message) : onAccept(server, from, message);
    }
  }
}

export const verticalPaxosOne: BundledProtocol = {
  name: "vertical-paxos-1",
  family: "consensus",
  summary: "Single decisions by Vertical Paxos I: other acceptors for each ballot, those before are read.",
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
  explorations: verticalPaxosOneExplorations,
  mutants: verticalPaxosOneMutants,
  build: (mutant) =>
    verticalPaxosOneBy(rulesOf("vertical-paxos-1", verticalPaxosOneRules, verticalPaxosOneMutants, mutant)),
};
