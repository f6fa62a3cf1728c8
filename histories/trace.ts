import type { JsonObject } from "./json.ts";

/** A vector clock: events of each node that happened before, the event itself included; absent is 0. */
export type VectorClock = Readonly<Record<string, number>>;

interface Happening {
  /** Position in the trace: dense, 0-based; an event comes after all that caused it. */
  readonly index: number;
  /** Nanoseconds since the start of the run, as in the history beside it; true time, no node's own. */
  readonly time: number;
  /** Where it happened. */
  readonly node: string;
  readonly clock?: VectorClock;
}

/**
 * One event of a trace: what happened at a node, and between nodes, on the way to what clients saw
 * (Lamport, "Time, Clocks, and the Ordering of Events in a Distributed System", 1978). Messages have
 * numbers; a message that is duplicated is received more than once, one that is lost never.
 */
export type TraceEvent = Happening &
  (
    | { readonly kind: "start" | "crash" | "restart" | "pause" | "resume" }
    | { readonly kind: "send"; readonly message: number; readonly to: string; readonly body: JsonObject }
    | { readonly kind: "receive"; readonly message: number; readonly from: string }
    /** At the receiver, or at the sender when the network took it there. Lost means: this copy of it. */
    | { readonly kind: "lose"; readonly message: number; readonly reason: LossReason }
    | { readonly kind: "timer"; readonly name: string }
    /** A client's request reaches the node, the reply leaves it; `process` is the client's in the history. */
    | { readonly kind: "request" | "reply"; readonly process: number; readonly body: JsonObject }
    /** What was persisted is on stable storage. */
    | { readonly kind: "sync" }
    /** Anything that a node says of itself: a line of its log, a decision. */
    | { readonly kind: "local"; readonly text: string }
  );

export type LossReason = "loss" | "partition" | "down";
