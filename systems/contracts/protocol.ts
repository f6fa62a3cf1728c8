import type { ConsensusView } from "../../checkers/consensus/view.ts";
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
  view?(state: State): ConsensusView;
}

/** A small realistic bug, with what makes it show. */
export interface Mutant {
  readonly name: string;
  /** What is wrong, in one sentence. */
  readonly summary: string;
  /** The configuration and faults under which `rashomon test`, on real processes, can catch it. */
  readonly killedBy?: {
    readonly nodes: number;
    readonly faults: readonly string[];
    readonly workload: string;
    readonly checker: string;
    readonly seconds: number;
    /** Mean seconds between start and stop of a fault, where it takes more faults than usual. */
    readonly interval?: number;
  };
}

/** A mutant of a protocol: as well as on real processes it may be caught in the worlds that can be replayed. */
export interface ProtocolMutant extends Mutant {
  /** How `rashomon simulate` catches it. */
  readonly simulation?: SimulatedKill;
  /** How `rashomon explore` catches it. */
  readonly exploration?: ExploredKill;
  /** Why nobody can catch it: the argument that it promises no less than the protocol itself. */
  readonly equivalent?: string;
  /** What gives it away where no run is wrong by itself: the chance that is not as promised, and how that is found. */
  readonly chance?: string;
}

export interface SimulatedKill {
  readonly nodes: number;
  /** Kinds of fault; none for delays alone. */
  readonly faults: readonly string[];
  readonly workload: string;
  /** The checker of histories, or the property watched from inside, that must object. */
  readonly checker: string;
  /** Within so many seeds from 1 on it is caught. */
  readonly seeds: number;
  /** Settings beyond the usual ones, by the simulator's names. */
  readonly settings?: JsonObject;
}

export interface ExploredKill {
  /** The small configuration, by its name among the protocol's explorations. */
  readonly configuration: string;
  /** The property that must be violated. */
  readonly property: string;
  /** Steps of the shortest counterexample. */
  readonly steps: number;
}

/**
 * What a protocol assumes of the world (Dwork, Lynch & Stockmeyer 1988; Chandra & Toueg 1996). Its safety
 * is claimed under every fault that keeps to this, its liveness when the world has become kind again.
 */
export interface SystemModel {
  /**
   * What *safety* needs of time: nothing (asynchronous), a known bound on delays from an unknown moment on
   * (partially synchronous), or always (synchronous). Liveness never needs more than partial synchrony
   * unless safety is synchronous.
   */
  readonly timing: "asynchronous" | "partially-synchronous" | "synchronous";
  /** Whether messages of one link must arrive in order, once, without a gap while both ends live. */
  readonly channels: "any" | "fifo";
  /** What processes may do: stop for good, or come back with what they synced. */
  readonly failures: "none" | "crash-stop" | "crash-recovery";
  /** How many of `nodes` may be down or cut off while the rest must still make progress. */
  tolerated(nodes: number): number;
  /**
   * Whether its members may change while it runs: nodes serve `reconfigure {members}`, all of them being members at
   * the start. How many may be down then depends on who the members are, and on whether they have the state.
   */
  readonly reconfigurable?: true;
  /** How far, in milliseconds, clocks may be off, for those whose safety rests on clocks (leases). */
  readonly clockBound?: number;
}

/** A small configuration whose every interleaving can be explored. */
export interface Exploration {
  readonly name: string;
  readonly nodes: number;
  /**
   * How every run begins, step by step, so that what takes many steps is within reach: only then anything may
   * happen. Its steps count as others do, its timers among those that may fire; its losses come besides `losses`.
   */
  readonly beginning?: readonly BeginningStep[];
  /** What clients ask: each client's requests one after the other, the next when the last was answered. */
  readonly clients: readonly (readonly { readonly node: NodeId; readonly body: JsonObject }[])[];
  /** How often, in all, timers may fire; those that match one of these prefixes only, if given. */
  readonly timers?: {
    readonly limit: number;
    readonly names?: readonly string[];
    readonly nodes?: readonly NodeId[];
  };
  /** How many crashes in all; a crashed node may restart at any later moment, with what it had synced. */
  readonly crashes?: { readonly limit: number; readonly nodes?: readonly NodeId[] };
  /** How many messages may be lost, how many delivered twice. Not to be delivered is always possible. */
  readonly losses?: number;
  readonly duplicates?: number;
  /**
   * Also judge what clients see, at every answer, by this checker of histories: `linearizable` with a model,
   * `isolation` with a level.
   */
  readonly check?: { readonly checker: string; readonly model?: string; readonly level?: string };
  /**
   * Also see that from every state one can be reached in which all clients have been answered. A run on which the timers that
   * may fire are used up while some are set counts as good, so those that are there to give up are not to be among them.
   */
  readonly liveness?: true;
  /** Only runs of at most so many steps. */
  readonly depth?: number;
  /** Nodes that may be exchanged for one another, for symmetry reduction. */
  readonly symmetric?: readonly (readonly NodeId[])[];
  /** How many distinct states the correct protocol has here, where the whole space is seen. */
  readonly states?: number;
}

/**
 * A step of a beginning: the next request that is for that node is asked, a timer fires, the first message of that type on
 * that link is delivered or lost, or a node crashes, losing all that it has not synced, or starts again. A delivery may be
 * `crashing`: the receiver crashes in its midst, at the first barrier, with what it had sent before and nothing that it wrote.
 * Clocks stand still, at 0 from the start; from a step `clock` on the node's own `shows` so many milliseconds. Whoever writes the
 * beginning sees to it that clocks are off by no more than they may be.
 */
export type BeginningStep =
  | { readonly do: "clock"; readonly node: NodeId; readonly shows: number }
  | { readonly do: "ask"; readonly node: NodeId }
  | { readonly do: "fire"; readonly node: NodeId; readonly timer: string }
  | { readonly do: "crash" | "start"; readonly node: NodeId }
  | {
      readonly do: "deliver" | "lose";
      readonly from: NodeId;
      readonly to: NodeId;
      readonly type: string;
      readonly crashing?: true;
      /** Of several such messages not the first that was ever sent, but the last of them. */
      readonly latest?: true;
    };

/** The folder of `systems/protocols` that a protocol stands in. */
export type ProtocolFamily = "models" | "clocks" | "consensus" | "transactions" | "byzantine" | "ledger";

/** A protocol with its mutants, as the catalogue of bundled protocols lists it. */
export interface BundledProtocol {
  readonly name: string;
  readonly family: ProtocolFamily;
  readonly summary: string;
  /** What its clients are promised, by checker name. */
  readonly claims: readonly string[];
  readonly workloads: readonly string[];
  readonly nodeCounts: { readonly default: number; readonly minimum: number };
  readonly model: SystemModel;
  /** What it promises to whoever looks inside: properties by the names of the monitors that watch them. */
  readonly properties: readonly string[];
  readonly explorations: readonly Exploration[];
  readonly mutants: readonly ProtocolMutant[];
  /** The protocol itself, or the mutant of that name. */
  build(mutant?: string): AnyProtocol;
}

/**
 * A protocol whose state and messages only it knows. Hosts carry messages as JSON and hand the state back
 * untouched, so they need no more.
 */
export type AnyProtocol = Protocol<unknown, JsonObject>;
