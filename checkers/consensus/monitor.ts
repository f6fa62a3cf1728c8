import type { Json, JsonObject } from "../../histories/json.ts";
import type { ConsensusView } from "./view.ts";

/** A property of a protocol does not hold, seen from inside. */
export interface Violation {
  /** The property, by the name under which a protocol promises it: "agreement", "log-matching", … */
  readonly property: string;
  readonly nodes: readonly string[];
  /** One or two sentences in plain words, with the values, slots and ballots that contradict each other. */
  readonly explanation: string;
  readonly evidence?: JsonObject;
}

/** When a monitor looks: after a step of a running node, at its first start, or as it is back from a crash. */
export type Occasion = "step" | "start" | "restart";

/**
 * Watches one property from inside, step by step. What it remembers between steps is plain data that it
 * alone understands; it belongs to whoever drives it: the simulator keeps one, changed in place; the
 * explorer has one in every state, so it is small, holds nothing that does not matter any more, and is
 * the same for the same past as far as the property can tell.
 */
export interface Monitor<Memory extends Json = Json> {
  /** The property. */
  readonly name: string;
  /** One line for `rashomon list checkers`. */
  readonly summary: string;
  begin(nodes: readonly string[]): Memory;
  /** Takes note that a client asked a node for something; of step machines that a process has its input, as `propose`. */
  asked?(memory: Memory, node: string, body: JsonObject): void;
  /** A node answers a request: what a client was told counts as done. */
  answered?(memory: Memory, node: string, request: JsonObject, answer: JsonObject): Violation | undefined;
  /**
   * Takes note that a node crashed. `lost`: what it had persisted and not yet synced went with it, so that it may
   * come back as if its last steps had not been; nobody else can know of them, if it waits for `sync` as it must.
   */
  crashed?(memory: Memory, node: string, lost: boolean): void;
  /** Looks at a node after what it did; the first violation, if there is one. Changes `memory` in place. */
  look(memory: Memory, node: string, view: ConsensusView, occasion: Occasion): Violation | undefined;
  /**
   * At the end of a run, for each node that is up: looks once more at all that `look` looks at only now and then, for it
   * costs what has changed and no more. In small runs nothing is left to it.
   */
  finish?(memory: Memory, node: string, view: ConsensusView): Violation | undefined;
}
