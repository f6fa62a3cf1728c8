/**
 * Zab: Flavio Junqueira, Benjamin Reed and Marco Serafini, "Zab: High-performance broadcast for primary-backup
 * systems", 2011: leader election, discovery, synchronization, broadcast, over channels that keep the order.
 *
 * It replicates a key-value store. Requests: `broadcast {message}`, `write {key, value}`, `cas {key, from, to}`,
 * `txn {txn}` and `read {key}`, or without a key for all messages, are linearizable: they are broadcast.
 * `read {…, local: true}` is answered from what the server has delivered: sequentially consistent. That all reads are
 * local, or local after a sync with the leader, the variants have it (variants.ts).
 */
import type { JsonObject } from "../../../../histories/json.ts";
import type { BundledProtocol, NodeId, Protocol, Request } from "../../../contracts/protocol.ts";
import { rulesOf } from "../../rules-of.ts";
import { isReadOnly, parseCommand } from "../../state-machine/command.ts";
import { onDeadline } from "../../state-machine/open-requests.ts";
import { hear, onAck, onCommit, onPing, onPropose, pingFollowers } from "./broadcast.ts";
import { onAckEpoch, onNewEpoch } from "./discovery.ts";
import { onFollower, onLeading, onNotification, onPatienceOver } from "./election.ts";
import { zabExplorations } from "./explorations.ts";
import { askAgain, carryOut, takeClientRequest } from "./forwarding.ts";
import { parseMessage, type ZabMessage } from "./messages.ts";
import { zabMutants } from "./mutants.ts";
import { onConfirm, onConfirmed, onSynced, readLocally } from "./reads.ts";
import { zabRules, type Rules } from "./rules.ts";
import { startServer, type Server, type ZabState } from "./server.ts";
import { onAckLeader, onCommitLeader, onNewLeader } from "./synchronization.ts";
import { zabView } from "./view.ts";

/** Zab by `rules`; those of a mutant make it that mutant, and those of a variant that. */
export function zabBy(rules: Rules, name = "zab"): Protocol<ZabState, JsonObject> {
  return {
    name,

    start: (node, durable) => startServer(node, durable, rules),

    onMessage(state, from, body, node) {
      const message = parseMessage(body);
      if (message === undefined) return node.log(`ignored what is no Zab message, from ${from}`);
      handle({ state, rules, node }, from, message);
    },

    onTimer: (state, timer, node) => onTimer({ state, rules, node }, timer),

    onRequest: (state, request, node) => onRequest({ state, rules, node }, request),

    view: zabView,
  };
}

function handle(server: Server, from: NodeId, message: ZabMessage): void {
  switch (message.type) {
    case "vote":
      return onNotification(server, from, message);
    case "leading":
      return onLeading(server, from);
    case "cepoch":
      return onFollower(server, from, message);
    case "newepoch":
      return onNewEpoch(server, from, message);
    case "ackepoch":
      return onAckEpoch(server, from, message);
    case "newleader":
      return onNewLeader(server, from, message);
    case "ack-ld":
      return onAckLeader(server, from, message);
    case "commit-ld":
      return onCommitLeader(server, from, message);
    case "propose":
      return onPropose(server, from, message);
    case "ack":
      return onAck(server, from, message);
    case "commit":
      return onCommit(server, message);
    case "ping":
      return onPing(server, from);
    case "pong":
      return hear(server, from);
    case "confirm":
      return onConfirm(server, from, message);
    case "confirmed":
      return onConfirmed(server, from, message);
    case "synced":
      return onSynced(server, from, message);
    case "forward":
      return carryOut(server, message.operation);
  }
}

function onTimer(server: Server, timer: string): void {
  if (onDeadline(server.state.requests, timer, server.node)) return;
  switch (timer) {
    case "patience":
      return onPatienceOver(server);
    case "ping":
      return pingFollowers(server);
    case "resend":
      return askAgain(server);
    default:
      throw new Error(`no timer ${timer} of Zab`);
  }
}

function onRequest(server: Server, request: Request): void {
  const { id, body } = request;
  if (body["local"] === true || server.rules.reads === "local") {
    const parsed = parseCommand(body);
    if (parsed.kind === "command" && isReadOnly(parsed.command)) {
      return readLocally(server, id, parsed.command);
    }
  }
  takeClientRequest(server, request);
}

export const zab: BundledProtocol = {
  name: "zab",
  family: "consensus",
  summary: "Atomic broadcast in primary order by Zab, and a replicated key-value store on it.",
  claims: ["strict-serializable", "linearizable"],
  workloads: ["register", "list-append", "broadcast"],
  nodeCounts: { default: 5, minimum: 1 },
  model: {
    timing: "asynchronous",
    channels: "fifo",
    failures: "crash-recovery",
    tolerated: (nodes) => Math.floor((nodes - 1) / 2),
  },
  properties: [
    "total-order",
    "integrity",
    "primary-order",
    "leader-uniqueness",
    "leader-completeness",
    "log-matching",
    "state-machine-safety",
    "monotonic-ballots",
    "promised-entries",
    "ballot-order",
    "acknowledgements",
    "quorum-replication",
    "durability",
  ],
  explorations: zabExplorations,
  mutants: zabMutants,
  build: (mutant) => zabBy(rulesOf("zab", zabRules, zabMutants, mutant)),
};
