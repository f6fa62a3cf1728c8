import type { Occasion } from "../../checkers/consensus/monitor.ts";
import type { ConsensusView } from "../../checkers/consensus/view.ts";
import type { JsonObject } from "../../histories/json.ts";
import type { NodeId, SystemModel } from "../../systems/contracts/protocol.ts";
import type { LinkDisturbance } from "../nemesis/fault-world.ts";
import type { Grudge } from "../nemesis/grudge.ts";
import type { BrokenAssumption } from "./world/broken-assumption.ts";
import type { Delay } from "./world/delay.ts";

/** How a request ended that got no answer. */
export type NoAnswer =
  /** Nobody listened: nothing was sent. */
  | "refused"
  /** The connection broke after the request had been sent, since the node crashed. */
  | "broken";

/** How a node loses power. */
export type CrashKind =
  /** What was persisted and not synced is lost from some point on, the last record perhaps torn. */
  | "unsynced-lost"
  /** Nothing that was persisted is lost. */
  | "nothing-lost"
  /** Everything is lost; most protocols rightly do not bear it. */
  | "amnesia";

/** What a world tells while it runs; each is called at the moment it happens. */
export interface WorldHooks {
  /** A node has made a step, started, or come back: the moment for monitors to look at its view. */
  readonly stepped?: (node: NodeId, occasion: Occasion) => void;
  /** A client's request has reached a node, which has not handled it yet. */
  readonly asked?: (node: NodeId, body: JsonObject) => void;
  /** A line of a node's log. */
  readonly logged?: (node: NodeId, text: string) => void;
}

/**
 * A simulated cluster: nodes in memory, in virtual time. Nothing in it waits: whoever drives it takes events
 * one by one. It does what `FaultWorld` does to real nodes, at once.
 */
export interface SimulatedWorld {
  readonly nodes: readonly NodeId[];
  /** Virtual time: whole microseconds since the start of the run. */
  now(): number;
  /** How many events were taken so far. */
  readonly events: number;
  /** When the next event is due; Infinity when none is to come. */
  due(): number;
  /**
   * Takes the next event, at its time; false when there is none. Nodes start with the first events. Throws a
   * `HandlerError` when a handler of the protocol does; then the world is of no more use.
   */
  step(): boolean;
  /** Lets time pass up to `time` without an event; none may be due before. */
  passTo(time: number): void;
  /** Calls `act` after so many microseconds, as an event among the others. */
  after(microseconds: number, act: () => void): void;

  /**
   * A client's request, carried over the link from the clients to `node` and back. `answered` is called once
   * at most; never, when the request or its answer is lost on the way.
   */
  request(
    process: number,
    node: NodeId,
    body: JsonObject,
    answered: (answer: JsonObject | NoAnswer) => void,
  ): void;

  /** What a node shows of itself; undefined when it is down, or its protocol shows nothing. */
  view(node: NodeId): ConsensusView | undefined;
  /** The protocol's own state of a node; undefined when it is down. */
  state(node: NodeId): unknown;

  alive(node: NodeId): boolean;
  paused(node: NodeId): boolean;
  /** The nodes whose views say that they lead. */
  primaries(): readonly NodeId[];
  /**
   * Loses what is sent along these links, or is due there, until `undisturb(name)`; where channels are in order
   * it waits until then instead.
   */
  cut(name: string, grudge: Grudge): void;
  /** Keeps what is due along these links, and lets it go at `undisturb(name)`. */
  hold(name: string, grudge: Grudge): void;
  disturb(name: string, disturbance: LinkDisturbance, grudge: Grudge): void;
  /** Ends the fault of that name, if there is one; a new one of the same name ends the old one as well. */
  undisturb(name: string): void;
  /** These change nothing when the node is already as asked. */
  /** Whether anything that was persisted is lost with it. */
  crash(node: NodeId, kind: CrashKind): boolean;
  /**
   * Crashes a node at its `barriers`-th sync (1: the next) from now on, half-way through a handler: what the
   * handler does after it does not happen, and what was persisted before is stable or, unless `synced`, lost.
   * Forgotten when the node crashes otherwise before.
   */
  crashAtBarrier(node: NodeId, synced: boolean, crashed?: () => void, barriers?: number): void;
  restart(node: NodeId): void;
  pause(node: NodeId): void;
  resume(node: NodeId): void;
  setClock(node: NodeId, offsetMilliseconds: number, rate: number): void;
  resetClock(node: NodeId): void;
  /** From now on a node is at work for so long on each event. */
  slow(node: NodeId, handling: Delay): void;

  /**
   * The global stabilization time: from now on the links among the nodes of `core` (all, unless given) and
   * between them and the clients lose nothing and deliver within the bound. Faults that are on stay on, and
   * are seen as broken assumptions.
   */
  stabilize(core?: readonly NodeId[]): void;
  /** What `model` assumes of the world and this run did not give. To be asked at the end. */
  brokenAssumptions(model: SystemModel): readonly BrokenAssumption[];
}
