import type { JsonObject } from "../../histories/json.ts";
import type { NodeId } from "../../systems/contracts/protocol.ts";
import type { LinkDisturbance } from "../nemesis/fault-world.ts";
import type { Grudge } from "../nemesis/grudge.ts";

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

/**
 * A simulated cluster: nodes in memory, in virtual time. Nothing in it waits: whoever drives it takes events
 * one by one. It does what `FaultWorld` does to real nodes, at once.
 */
export interface SimulatedWorld {
  readonly nodes: readonly NodeId[];
  /** Virtual time: whole microseconds since the start of the run. */
  now(): number;
  /** When the next event is due; Infinity when none is to come. */
  due(): number;
  /** Takes the next event, at its time; false when there is none. */
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

  alive(node: NodeId): boolean;
  paused(node: NodeId): boolean;
  /** The nodes whose views say that they lead. */
  primaries(): readonly NodeId[];
  cut(name: string, grudge: Grudge): void;
  disturb(name: string, disturbance: LinkDisturbance, grudge: Grudge): void;
  undisturb(name: string): void;
  crash(node: NodeId, kind: CrashKind): void;
  restart(node: NodeId): void;
  pause(node: NodeId): void;
  resume(node: NodeId): void;
  setClock(node: NodeId, offsetMilliseconds: number, rate: number): void;
  resetClock(node: NodeId): void;
}
