import { isJsonObject, type Json, type JsonObject } from "../../../../histories/json.ts";
import type { Durable, NodeContext, NodeId, Protocol } from "../../../contracts/protocol.ts";
import type { LogicalClock } from "./clock.ts";

export type GossipState<Stamp extends Json> = {
  /** The stamp of the latest event. */
  stamp: Stamp;
  /** How many messages the node has sent, in all its lives. */
  sent: number;
};

type GossipMessage<Stamp extends Json> = JsonObject & {
  readonly id: string;
  readonly stamp: Stamp;
};

/** An event as nodes log it. */
export type StampedEvent<Stamp extends Json> = {
  readonly text: string;
  readonly stamp: Stamp;
  readonly sends?: string;
  readonly receives?: string;
};

/** Longest time between two events of a node of its own, in milliseconds. */
const longestPause = 20;

/**
 * Nodes that do something by themselves now and then, or send each other messages, and stamp each event by a logical
 * clock. A node logs each of its events, and keeps the stamp on disk: a node that comes back goes on from there.
 */
export function stampedGossip<Stamp extends Json>(
  clock: LogicalClock<Stamp>,
): Protocol<GossipState<Stamp>, JsonObject> {
  const keep = ({ stamp, sent }: GossipState<Stamp>, node: NodeContext<JsonObject>): void => {
    node.persist("clock", { stamp, sent });
    node.sync();
  };
  const pause = (node: NodeContext<JsonObject>): void => node.setTimer("act", 1 + node.random(longestPause));
  const tell = (event: StampedEvent<Stamp>, node: NodeContext<JsonObject>): void =>
    node.log(JSON.stringify(event));
  return {
    name: `gossip by ${clock.name}`,
    start(node, durable) {
      const state = restore(clock, durable, node.id);
      pause(node);
      return state;
    },
    onTimer(state, _timer, node) {
      const others = node.nodes.filter((each) => each !== node.id);
      const to = others[node.random(2 * others.length)];
      if (to !== undefined || clock.counts !== "sends") state.stamp = clock.local(state.stamp, node.id);
      if (to !== undefined) state.sent++;
      keep(state, node);
      const id = `${node.id}-${state.sent}`;
      tell(
        {
          text: to === undefined ? "acts" : `sends to ${to}`,
          stamp: state.stamp,
          ...(to === undefined ? {} : { sends: id }),
        },
        node,
      );
      if (to !== undefined) {
        const stamp = clock.attached?.(state.stamp, node.id) ?? state.stamp;
        node.send(to, { id, stamp });
      }
      pause(node);
    },
    onMessage(state, from, body, node) {
      // Only nodes of this protocol send each other messages.
      const { id, stamp } = body as GossipMessage<Stamp>;
      state.stamp = clock.received(state.stamp, stamp, node.id);
      keep(state, node);
      tell({ text: `receives from ${from}`, stamp: state.stamp, receives: id }, node);
    },
    onRequest: (_state, { id }, node) =>
      node.reply(id, { type: "error", code: 10, text: "no requests are served" }),
  };
}

function restore<Stamp extends Json>(
  clock: LogicalClock<Stamp>,
  durable: Durable,
  node: NodeId,
): GossipState<Stamp> {
  const kept = durable.get("clock");
  if (!isJsonObject(kept)) return { stamp: clock.zero, sent: 0 };
  // What this protocol persisted itself.
  const { stamp, sent } = kept as GossipState<Stamp>;
  return { stamp: clock.restored?.(stamp, node) ?? stamp, sent };
}
