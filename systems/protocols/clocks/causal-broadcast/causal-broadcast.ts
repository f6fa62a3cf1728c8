/**
 * Causal broadcast on vector clocks: Birman, Schiper and Stephenson, "Lightweight Causal and Atomic Group Multicast",
 * 1991. A message takes along how many of each node's messages its sender had delivered; whoever receives it
 * delivers it once it has delivered as many. What was lost is had from others: nodes exchange what they lack.
 *
 * Requests: `broadcast {message}` → `broadcast_ok`, delivered at this node at once; `read` → `read_ok {messages}`.
 */
import type { ConsensusView } from "../../../../checkers/consensus/view.ts";
import { canonical, type Json, type JsonObject } from "../../../../histories/json.ts";
import type { BundledProtocol, NodeContext, NodeId, Protocol } from "../../../contracts/protocol.ts";
import { errorBody, errorCodes } from "../../errors.ts";
import type { VectorStamp } from "../stamps/vector-clock.ts";
import { broadcastMutants } from "./mutants.ts";
import { broadcastRules, type Rules } from "./rules.ts";
import { rulesOf } from "../../rules-of.ts";

/** A message with its stamp: it is its sender's message of number `stamp[origin]`. */
type Cast = JsonObject & {
  readonly origin: NodeId;
  readonly stamp: VectorStamp;
  readonly message: Json;
};

type BroadcastState = {
  readonly me: NodeId;
  /** How many messages of each node were delivered. */
  counts: Record<NodeId, number>;
  /** All that was delivered, in order. */
  readonly casts: Cast[];
  readonly delivered: Json[];
  /** What came too early. */
  waiting: Cast[];
};

type BroadcastMessage = JsonObject &
  (
    | { readonly type: "casts"; readonly casts: readonly Cast[] }
    | { readonly type: "have"; readonly counts: VectorStamp }
  );

type Node = NodeContext<BroadcastMessage>;

/** Mean time between two exchanges of a node, in milliseconds, and the most messages that one sends. */
const exchangeInterval = 100;
const mostAtOnce = 50;

const numberOf = ({ stamp, origin }: Cast): number => stamp[origin] ?? 0;

/** Causal broadcast by `rules`; those of a mutant make it that mutant. */
export function causalBroadcastBy(rules: Rules): Protocol<BroadcastState, BroadcastMessage> {
  return {
    name: "causal-broadcast",
    start(node) {
      scheduleExchange(node);
      return { me: node.id, counts: {}, casts: [], delivered: [], waiting: [] };
    },
    onMessage(state, from, message, node) {
      if (message.type === "have") return sendLacking(state, rules, from, message.counts, node);
      for (const cast of message.casts) take(state, rules, cast);
    },
    onTimer(state, _timer, node) {
      const others = node.nodes.filter((each) => each !== node.id);
      const partner = others[node.random(Math.max(1, others.length))];
      if (partner !== undefined) node.send(partner, { type: "have", counts: { ...state.counts } });
      scheduleExchange(node);
    },
    onRequest(state, { id, body }, node) {
      switch (body["type"]) {
        case "broadcast":
          broadcast(state, body["message"] ?? null, node);
          return node.reply(id, { type: "broadcast_ok" });
        case "read":
          return node.reply(id, { type: "read_ok", messages: [...state.delivered] });
        default:
          return node.reply(
            id,
            errorBody(errorCodes.notSupported, `no request ${canonical(body["type"] ?? null)}`),
          );
      }
    },
    view: ({ me, counts, delivered, waiting }): ConsensusView => ({
      delivered: { [`messages at ${me}`]: delivered },
      more: { counts, waiting: waiting.length },
    }),
  };
}

function scheduleExchange(node: Node): void {
  node.setTimer("exchange", exchangeInterval / 2 + node.random(exchangeInterval));
}

function broadcast(state: BroadcastState, message: Json, node: Node): void {
  const { me, counts } = state;
  const cast: Cast = { origin: me, stamp: { ...counts, [me]: (counts[me] ?? 0) + 1 }, message };
  deliver(state, cast);
  for (const other of node.nodes) if (other !== me) node.send(other, { type: "casts", casts: [cast] });
}

/** Takes a message from another node, and delivers it and what waited for it as soon as it is due. */
function take(state: BroadcastState, rules: Rules, cast: Cast): void {
  const isKnown =
    numberOf(cast) <= (state.counts[cast.origin] ?? 0) ||
    state.waiting.some((each) => each.origin === cast.origin && numberOf(each) === numberOf(cast));
  if (isKnown) {
    if (!rules.dropsDoubles) deliver(state, cast);
    return;
  }
  state.waiting = [...state.waiting, cast];
  for (;;) {
    const next = state.waiting.find((each) => isDue(state, rules, each));
    if (next === undefined) return;
    state.waiting = state.waiting.filter((each) => each !== next);
    deliver(state, next);
  }
}

/** Whether all that happened before the message's broadcast was delivered. */
function isDue({ counts }: BroadcastState, rules: Rules, { origin, stamp }: Cast): boolean {
  return Object.entries(stamp).every(([node, count]) => {
    const delivered = counts[node] ?? 0;
    return node === origin
      ? !rules.waitsForSender || count === delivered + 1
      : !rules.waitsForOthers || count <= delivered;
  });
}

function deliver(state: BroadcastState, cast: Cast): void {
  const { origin } = cast;
  state.counts = { ...state.counts, [origin]: Math.max(state.counts[origin] ?? 0, numberOf(cast)) };
  state.casts.push(cast);
  state.delivered.push(cast.message);
}

/** Sends what the other lacks, in the order in which it was delivered here. */
function sendLacking(
  state: BroadcastState,
  { passesOn }: Rules,
  to: NodeId,
  counts: VectorStamp,
  node: Node,
): void {
  const lacking = state.casts.filter(
    (cast) =>
      numberOf(cast) > (counts[cast.origin] ?? 0) &&
      (passesOn === "all" || (passesOn === "own" && cast.origin === state.me)),
  );
  if (lacking.length > 0) node.send(to, { type: "casts", casts: lacking.slice(0, mostAtOnce) });
}

const cast = (node: NodeId, message: string): { node: NodeId; body: JsonObject } => ({
  node,
  body: { type: "broadcast", message },
});

export const causalBroadcast: BundledProtocol = {
  name: "causal-broadcast",
  family: "clocks",
  summary: "Broadcast in causal order by vector clocks; nodes exchange what they lack.",
  claims: ["causal-broadcast", "eventual-delivery"],
  workloads: ["causal-broadcast"],
  nodeCounts: { default: 4, minimum: 1 },
  model: {
    timing: "asynchronous",
    channels: "any",
    failures: "crash-stop",
    tolerated: (nodes) => Math.floor((nodes - 1) / 2),
  },
  properties: ["causal-delivery", "integrity"],
  explorations: [
    { name: "three", nodes: 3, clients: [[cast("n1", "a")], [cast("n2", "b")]] },
    { name: "two-of-one", nodes: 2, clients: [[cast("n1", "a"), cast("n1", "b")], [cast("n2", "c")]] },
    { name: "doubled", nodes: 2, clients: [[cast("n1", "a")]], duplicates: 1 },
  ],
  mutants: broadcastMutants,
  build: (mutant) => causalBroadcastBy(rulesOf("causal-broadcast", broadcastRules, broadcastMutants, mutant)),
};
