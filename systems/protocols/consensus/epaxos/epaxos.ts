/**
 * EPaxos: Iulian Moraru, David Andersen and Michael Kaminsky, "There Is More Consensus in Egalitarian
 * Parliaments", SOSP 2013, with basic fast quorums, and a ballot of its own for each vote (Pierre Sutra, "On the correctness of
 * Egalitarian Paxos", 2020). Every replica leads the commands of its clients; commands that do not interfere are
 * never ordered.
 *
 * It replicates a key-value store. Requests: `read {key}`, `write {key, value}`, `cas {key, from, to}`, `txn {txn}`;
 * a transaction is one command, which interferes with others on any of its keys.
 *
 * Where it differs from the paper: the fast path asks that a fast quorum adds nothing to what the leader knew itself, and
 * who added nothing says so when asked to recover. So it is clear which attributes may have been committed, and
 * fast quorums of 2F of 2F + 1 need no TryPreAccept. The protocol `epaxos-published` has the smaller ones, and that.
 */
import type { JsonObject } from "../../../../histories/json.ts";
import type { BundledProtocol, NodeId, Protocol } from "../../../contracts/protocol.ts";
import { onDeadline } from "../../state-machine/open-requests.ts";
import { leadOrphans, takeClientRequest } from "./clients.ts";
import { onCommit } from "./commitment.ts";
import { noteConflicts } from "./conflicts.ts";
import { onAccepted, onPreAccepted } from "./coordination.ts";
import { executeReady } from "./execution.ts";
import { epaxosExplorations } from "./explorations.ts";
import { parseMessage, type EpaxosMessage } from "./messages.ts";
import { epaxosMutants } from "./mutants.ts";
import { onNack, onPrepared, onRecoverTimer } from "./recovery.ts";
import { startState, watch, watchUnknown, type EpaxosState, type Replica } from "./replica.ts";
import { epaxosRules, type Rules } from "./rules.ts";
import { onTried, onTryPreAccept } from "./try-pre-accept.ts";
import { epaxosView } from "./view.ts";
import { onAccept, onPreAccept, onPrepare } from "./voting.ts";
import { rulesOf } from "../../rules-of.ts";

/** EPaxos by `rules`; those of a mutant make it that mutant. */
export function epaxosBy(rules: Rules, name = "epaxos"): Protocol<EpaxosState, JsonObject> {
  return {
    name,

    start(node, durable) {
      const state = startState(node, durable);
      resume({ state, rules, node });
      return state;
    },

    onMessage(state, from, body, node) {
      const message = parseMessage(body);
      if (message === undefined) return node.log(`ignored what is no message of EPaxos, from ${from}`);
      const replica = { state, rules, node };
      handle(replica, from, message);
      leadOrphans(replica);
    },

    onTimer(state, timer, node) {
      const replica = { state, rules, node };
      if (onDeadline(state.requests, timer, node)) return;
      onRecoverTimer(replica, timer.slice(timer.indexOf("/") + 1));
      leadOrphans(replica);
    },

    onRequest: (state, request, node) => takeClientRequest({ state, rules, node }, request),

    view: epaxosView,
  };
}

/** Goes on with what is on the disk: executes all that is committed once more, and looks after what is not. */
function resume(replica: Replica): void {
  const { state } = replica;
  for (const [id, value] of Object.entries(state.committed)) {
    noteConflicts(replica, id, state.overruled[id] ?? value);
    state.pending.push(id);
    for (const dep of value.deps) watchUnknown(replica, dep);
  }
  for (const [id, { value }] of Object.entries(state.votes)) {
    if (state.committed[id] !== undefined) continue;
    noteConflicts(replica, id, state.overruled[id] ?? value);
    watch(replica, id);
  }
  executeReady(replica);
}

function handle(replica: Replica, from: NodeId, message: EpaxosMessage): void {
  switch (message.type) {
    case "pre-accept":
      return onPreAccept(replica, from, message);
    case "pre-accepted":
      return onPreAccepted(replica, from, message);
    case "accept":
      return onAccept(replica, from, message);
    case "accepted":
      return onAccepted(replica, from, message);
    case "commit":
      return onCommit(replica, from, message);
    case "prepare":
      return onPrepare(replica, from, message);
    case "prepared":
      return onPrepared(replica, from, message);
    case "try-pre-accept":
      return onTryPreAccept(replica, from, message);
    case "tried":
      return onTried(replica, from, message);
    case "nack":
      return onNack(replica, message);
  }
}

export const epaxos: BundledProtocol = {
  name: "epaxos",
  family: "consensus",
  summary: "A replicated key-value store by EPaxos: no leader; only commands that interfere are ordered.",
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
    "visibility",
    "total-order",
    "exactly-once",
    "quorum-certificates",
    "single-vote",
    "monotonic-ballots",
    "durability",
    "promised-quorum",
  ],
  explorations: epaxosExplorations,
  mutants: epaxosMutants,
  build: (mutant) => epaxosBy(rulesOf("epaxos", epaxosRules, epaxosMutants, mutant)),
};
