import type { Json, JsonObject } from "../../histories/json.ts";

export type NodeId = string;

/** What a client asked of a node: the body of its message, in the words of the protocol's workloads. */
export interface Request {
  /** Names the request to `NodeContext.reply`; unique among the requests a node has open. */
  readonly id: string;
  readonly body: JsonObject;
}

/**
 * Everything a protocol may touch. Calls are effects, carried out in the order in which they were called,
 * after the handler has returned: a send that follows `sync` leaves the node only when everything
 * persisted before that `sync` is on stable storage.
 */
export interface NodeContext<Message extends JsonObject> {
  readonly id: NodeId;
  /** All nodes, this one included, in the same order everywhere. */
  readonly nodes: readonly NodeId[];
  /** The node's own clock, in milliseconds; may be wrong, may jump when clock faults are on. */
  now(): number;
  /** A uniform integer in 0..bound−1. */
  random(bound: number): number;
  /** Sends to a node. May be lost, delayed, reordered and duplicated. To itself: through a queue, never lost. */
  send(to: NodeId, message: Message): void;
  /** Answers a request: `body.type` is `<request>_ok` or `error` (Maelstrom's vocabulary). */
  reply(request: string, body: JsonObject): void;
  /** Sets timer `name` to fire once after `milliseconds`; a timer of that name that is set already is replaced. */
  setTimer(name: string, milliseconds: number): void;
  cancelTimer(name: string): void;
  /** Writes `value` under `key` to the node's storage; lost in a crash until a `sync` has followed. */
  persist(key: string, value: Json): void;
  /** A barrier: what is called after it happens after everything persisted before is on stable storage. */
  sync(): void;
  log(message: string): void;
}

/** What a node finds in its storage when it starts; empty at its first start. */
export type Durable = ReadonlyMap<string, Json>;

/**
 * A protocol: a deterministic state machine, one instance a node. It never reads a clock, draws a random
 * number or touches I/O by itself. Its state is plain data, so that it can be cloned, hashed and shown.
 * Handlers run one at a time and to their end. The same object is hosted by a process, by the simulator
 * and by the explorer.
 */
export interface Protocol<State, Message extends JsonObject> {
  readonly name: string;
  start(node: NodeContext<Message>, durable: Durable): State;
  onMessage(state: State, from: NodeId, message: Message, node: NodeContext<Message>): void;
  onTimer(state: State, timer: string, node: NodeContext<Message>): void;
  onRequest(state: State, request: Request, node: NodeContext<Message>): void;
  /** What white-box checkers look at: ballots, logs, decisions. */
  view?(state: State): JsonObject;
}

/** A small realistic bug, with what makes it show. */
export interface Mutant {
  readonly name: string;
  /** What is wrong, in one sentence. */
  readonly summary: string;
  /** The configuration and faults under which it can be caught. */
  readonly killedBy: {
    readonly nodes: number;
    readonly faults: readonly string[];
    readonly workload: string;
    readonly checker: string;
    readonly seconds: number;
  };
}

/** A protocol with its mutants, as the catalogue of bundled protocols lists it. */
export interface BundledProtocol {
  readonly name: string;
  readonly summary: string;
  readonly claims: readonly string[];
  readonly workloads: readonly string[];
  readonly nodeCounts: { readonly default: number; readonly minimum: number };
  readonly mutants: readonly Mutant[];
  /** The protocol itself, or the mutant of that name. */
  build(mutant?: string): AnyProtocol;
}

/**
 * A protocol whose state and messages only it knows. Hosts carry messages as JSON and hand the state back
 * untouched, so they need no more.
 */
export type AnyProtocol = Protocol<unknown, JsonObject>;
