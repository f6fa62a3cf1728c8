/** The words in which explorations of protocols say what clients ask, and how they begin. */
import type { JsonObject } from "../../histories/json.ts";
import type { BeginningStep, NodeId } from "../contracts/protocol.ts";

/** A request of a client. */
export const ask = (node: NodeId, body: JsonObject): { node: NodeId; body: JsonObject } => ({ node, body });

/** These timers of a node fire, one after the other. */
export const fire = (node: NodeId, ...timers: readonly string[]): BeginningStep[] =>
  timers.map((timer) => ({ do: "fire", node, timer }));

/** Messages of these types arrive, one after the other. */
export const deliver = (from: NodeId, to: NodeId, ...types: readonly string[]): BeginningStep[] =>
  types.map((type) => ({ do: "deliver", from, to, type }));

/** Messages of these types are lost. */
export const lose = (from: NodeId, to: NodeId, ...types: readonly string[]): BeginningStep[] =>
  types.map((type) => ({ do: "lose", from, to, type }));
