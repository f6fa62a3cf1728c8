/**
 * Paxos: the single-decree Synod (Leslie Lamport, "The Part-Time Parliament", 1998), and registers by CASPaxos
 * (Denis Rystsov, "CASPaxos: Replicated State Machines without logs", 2018), its extension from a value written
 * once to one that changes. Each key is an instance of its own, and every node is both an acceptor and the
 * proposer of what its clients ask.
 *
 * Requests are those of Maelstrom's lin-kv, `read {key}`, `write {key, value}`, `cas {key, from, to}`, and
 * `propose {key, value}`, whose answer is the value that is decided under the key, apart from the register of that key.
 */
import type { JsonObject } from "../../../../histories/json.ts";
import type { BundledProtocol, NodeContext, NodeId, Protocol } from "../../../contracts/protocol.ts";
import { errorBody, errorCodes } from "../../errors.ts";
import { accept, acceptorOf, prepare, restoreAcceptors, type Acceptors } from "./acceptor.ts";
import { decisionName, registerName, type Decisions } from "./decision.ts";
import { paxosExplorations } from "./explorations.ts";
import { parseMessage, parseRequest } from "./messages.ts";
import { paxosMutants } from "./mutants.ts";
import { onAnswer, onDeadline, onRoundTimer, submit, type Proposers, type Situation } from "./proposer.ts";
import { applyChange } from "./register.ts";
import { paxosRules, type Rules } from "./rules.ts";
import { paxosView } from "./view.ts";
import { rulesOf } from "../../rules-of.ts";

export interface PaxosState {
  /** All acceptors. */
  readonly nodes: readonly NodeId[];
  readonly acceptors: Acceptors;
  readonly proposers: Proposers;
  readonly decisions: Decisions;
}

/** Paxos by `rules`; those of a mutant make it that mutant. */
export function paxosBy(rules: Rules): Protocol<PaxosState, JsonObject> {
  const situation = (state: PaxosState, node: NodeContext<JsonObject>): Situation => ({
    ...state,
    rules,
    node,
  });
  return {
    name: "paxos",

    start: ({ nodes }, durable) => ({
      nodes: [...nodes],
      acceptors: restoreAcceptors(durable),
      proposers: {},
      decisions: {},
    }),

    onMessage(state, from, body, node) {
      const message = parseMessage(body);
      if (message === undefined) return node.log(`ignored what is no Paxos message, from ${from}`);
      switch (message.type) {
        case "prepare":
          return node.send(from, prepare(state.acceptors, message, rules, node));
        case "accept":
          return node.send(from, accept(state.acceptors, message, rules, node));
        case "promised":
        case "accepted":
        case "nack":
          return onAnswer(situation(state, node), from, message);
      }
    },

    onTimer(state, timer, node) {
      const slash = timer.indexOf("/");
      const subject = timer.slice(slash + 1);
      if (timer.slice(0, slash) === "deadline") onDeadline(situation(state, node), subject);
      else onRoundTimer(situation(state, node), subject);
    },

    onRequest(state, { id, body }, node) {
      const parsed = parseRequest(body);
      if (parsed.kind === "unknown") {
        return node.reply(id, errorBody(errorCodes.notSupported, "expected read, write, cas or propose"));
      }
      if (parsed.kind === "malformed") {
        return node.reply(id, errorBody(errorCodes.malformedRequest, `${parsed.missing} is missing`));
      }
      const { command } = parsed;
      const isProposal = command.type === "propose";
      const key = isProposal ? decisionName(parsed.key) : registerName(parsed.key);
      const decision = state.decisions[key];
      if (isProposal && decision !== undefined) {
        return node.reply(id, { type: "propose_ok", value: decision.value });
      }
      if (command.type === "read" && !rules.quorumReads) {
        const { register } = acceptorOf(state.acceptors, key);
        return node.reply(id, applyChange(register, { command, proposer: node.id, number: 0 }).answer);
      }
      submit(situation(state, node), key, { request: id, command });
    },

    view: (state) => paxosView(state, rules),
  };
}

export const paxos: BundledProtocol = {
  name: "paxos",
  family: "consensus",
  summary: "Single decisions by Paxos, and registers by CASPaxos: one consensus a key.",
  claims: ["linearizable", "agreement"],
  workloads: ["register", "decide"],
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
    "quorum-certificates",
    "single-vote",
    "monotonic-ballots",
    "durability",
    "promised-quorum",
  ],
  explorations: paxosExplorations,
  mutants: paxosMutants,
  build: (mutant) => paxosBy(rulesOf("paxos", paxosRules, paxosMutants, mutant)),
};
