/**
 * Failure detectors (Chandra & Toueg 1996) by heartbeats. P, the perfect one, in a synchronous system: who is silent
 * for longer than a heartbeat and the bound on delays can take has crashed, and is suspected for good. ◇P, in a
 * partially synchronous one: a false suspicion is taken back, and the patience with that node grows, so that
 * there is an end to them. Ω on top of it: the leader is the node that was suspected least often, of several the first.
 */
import type { ConsensusView } from "../../../../checkers/consensus/view.ts";
import type { JsonObject } from "../../../../histories/json.ts";
import type { NodeContext, NodeId, Protocol } from "../../../contracts/protocol.ts";
import { errorBody, errorCodes } from "../../errors.ts";

export interface DetectorSettings {
  /** Time between heartbeats, in milliseconds. */
  readonly interval: number;
  /** How long a node may be silent at first before it is suspected, in milliseconds. */
  readonly timeout: number;
  /** Whether suspicions are final: P. Else they are taken back: ◇P. */
  readonly final: boolean;
}

/** The decisions on which a detector rests, named so that a mutant can get one of them wrong. */
export interface DetectorRules {
  /** By how much the patience with a node grows after a false suspicion, in milliseconds. */
  readonly growth: number;
  /** Whether heartbeats of a later life of a node are known to be later. */
  readonly countsLives: boolean;
  /** Whether of nodes suspected equally often all take the same one for the leader; else each prefers itself. */
  readonly breaksTies: boolean;
}

export const detectorRules: DetectorRules = { growth: 10, countsLives: true, breaksTies: true };

/** What a node knows of another. */
type Peer = {
  timeout: number;
  suspected: boolean;
  life: number;
  beat: number;
};

export type DetectorState = {
  readonly me: NodeId;
  readonly life: number;
  beat: number;
  readonly peers: Record<NodeId, Peer>;
  /** By node: how often anybody has begun to suspect it, as far as is known. */
  readonly blamed: Record<NodeId, number>;
};

type Heartbeat = JsonObject & {
  readonly life: number;
  readonly beat: number;
  readonly blamed: Readonly<Record<NodeId, number>>;
};

export function failureDetector(
  { interval, timeout, final }: DetectorSettings,
  rules: DetectorRules = detectorRules,
): Protocol<DetectorState, Heartbeat> {
  const beat = (state: DetectorState, node: NodeContext<Heartbeat>): void => {
    state.beat++;
    const { life, beat: number, blamed } = state;
    for (const other of node.nodes)
      if (other !== node.id) node.send(other, { life, beat: number, blamed: { ...blamed } });
    node.setTimer("beat", interval);
  };
  return {
    name: "failure-detector",
    start(node, durable) {
      const life = Number(durable.get("life") ?? 0) + 1;
      node.persist("life", life);
      node.sync();
      const peers: Record<NodeId, Peer> = {};
      const blamed: Record<NodeId, number> = {};
      for (const other of node.nodes) {
        blamed[other] = 0;
        if (other === node.id) continue;
        peers[other] = { timeout, suspected: false, life: 0, beat: 0 };
        node.setTimer(`silence ${other}`, timeout);
      }
      const state: DetectorState = { me: node.id, life, beat: 0, peers, blamed };
      beat(state, node);
      return state;
    },
    onMessage(state, from, message, node) {
      const peer = state.peers[from];
      if (peer === undefined) return;
      for (const [each, count] of Object.entries(message.blamed))
        state.blamed[each] = Math.max(state.blamed[each] ?? 0, count);
      const laterLife = rules.countsLives && message.life > peer.life;
      const sameLife = !rules.countsLives || message.life === peer.life;
      if (!laterLife && !(sameLife && message.beat > peer.beat)) return;
      peer.life = message.life;
      peer.beat = message.beat;
      if (peer.suspected && !final) {
        peer.suspected = false;
        peer.timeout += rules.growth;
      }
      if (!peer.suspected) node.setTimer(`silence ${from}`, peer.timeout);
    },
    onTimer(state, timer, node) {
      if (timer === "beat") return beat(state, node);
      const other = timer.slice("silence ".length);
      const peer = state.peers[other];
      if (peer === undefined) return;
      peer.suspected = true;
      state.blamed[other] = (state.blamed[other] ?? 0) + 1;
    },
    onRequest: (_state, { id }, node) =>
      node.reply(id, errorBody(errorCodes.notSupported, "a failure detector serves no requests")),
    view: (state): ConsensusView => ({
      more: { suspects: suspectsOf(state), leader: leaderOf(state, rules.breaksTies) },
    }),
  };
}

function suspectsOf({ peers }: DetectorState): NodeId[] {
  return Object.keys(peers).filter((other) => peers[other]!.suspected);
}

/** Ω: of those not suspected the one that was suspected least often. */
function leaderOf({ me, peers, blamed }: DetectorState, breaksTies: boolean): NodeId {
  const trusted = Object.keys(blamed).filter((node) => peers[node]?.suspected !== true);
  const least = Math.min(...trusted.map((node) => blamed[node]!));
  const best = trusted.filter((node) => blamed[node] === least).toSorted();
  return !breaksTies && best.includes(me) ? me : best[0]!;
}
