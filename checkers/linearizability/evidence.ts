import type { Json } from "../../histories/json.ts";
import type { Certificate, Evidence } from "../verdict.ts";
import type { Pattern } from "./engines/engine.ts";

/**
 * The account that explains a valid history: for each object the operations in the order in which they took
 * effect, by the index of their invocation; of the unknown ones those that took effect.
 */
export interface LinearizationCertificate extends Certificate {
  readonly kind: "linearization";
  readonly model: string;
  readonly partitions: readonly LinearizedPartition[];
}

export interface LinearizedPartition {
  readonly key?: Json;
  readonly order: readonly number[];
}

/** Why no linearization exists. Operations are named by the index of their invocation. */
export interface NonlinearizableEvidence extends Evidence {
  readonly kind: "nonlinearizable";
  readonly key?: Json;
  readonly model: string;
  /** The engine that decided. */
  readonly engine?: string;
  /** The operation whose completion ends the shortest prefix that has no linearization. */
  readonly operation: number;
  readonly completion: number;
  /** Events in that prefix. */
  readonly prefix: number;
  /** Whether it is certain that every shorter prefix has a linearization; false when a budget ended. */
  readonly shortest: boolean;
  /** What went wrong, where it has a name. */
  readonly pattern?: Pattern;
  /** The operation that stands against it: that overtook or replaced, held or covered. */
  readonly against?: number;
  /** The longest partial linearizations of `shrunk`, at most 8, each with another final state. */
  readonly paths: readonly PartialLinearization[];
  /**
   * The last operations, at most 64, of an order for all that happened before the completion; nothing is
   * refused in it. Absent when finding one would take too long; of a long history with `leftOut`, the number
   * of earlier operations that it is not an order of.
   */
  readonly surroundings?: PartialLinearization & { readonly leftOut?: number };
  /** The results that the operation could have had instead, each confirmed, where the model can tell. */
  readonly allowed?: readonly Json[];
  /** Whether `allowed` certainly names all of them. */
  readonly allowedComplete?: boolean;
  /** How old was what the operation saw, where that is certain. */
  readonly staleness?: StaleValue;
  /**
   * Operations of unknown outcome that must have taken effect, or what others saw before the completion would be
   * impossible as well; the first few of those around it.
   */
  readonly needed?: readonly number[];
  /** When values were certainly current: of those that operations of `shrunk` wrote or saw. */
  readonly current?: readonly CurrentValue[];
  /** When items that operations of `shrunk` added were certainly inside. */
  readonly inside?: readonly CurrentValue[];
  /** The operations in flight together with it. */
  readonly window: readonly number[];
  /**
   * Indices of the events of a small sub-history that has no linearization either, from which nothing can
   * be left out that the model lets go; absent when none of at most 1000 operations was found.
   */
  readonly shrunk?: readonly number[];
  /**
   * The same for others to verify, with why the rest of the history does not matter; absent when that has no
   * reason that separate code could check.
   */
  readonly refutation?: Refutation;
  /**
   * Whether separate code confirmed that `shrunk` has no linearization, and `refutation` where there is one;
   * absent when it has too many operations for that.
   */
  readonly verified?: boolean;
}

/**
 * A few operations of one object that have no linearization, whatever the others did, as known right after
 * event `until`: what had not completed by then is unknown. For each token that one of them took (`Model.ties`),
 * all operations that could have given it are among them; or they are all that the object had seen.
 * `checkers/certificates` verifies it from the history and the model alone.
 */
export interface Refutation {
  readonly kind: "refutation";
  readonly model: string;
  readonly key?: Json;
  readonly pattern?: Pattern;
  readonly until: number;
  /** Indices of invocations, ascending. */
  readonly operations: readonly number[];
}

/** How old a value was when an operation saw it: at least so much. */
export interface StaleValue {
  /** How many later values had certainly been there. */
  readonly versions: number;
  /** From the completion that made the first of these certain to the beginning of the operation. */
  readonly milliseconds: number;
  /** The operation with that completion: it gave the later value, or saw it. */
  readonly by: number;
}

/** From when to when a value was certainly the current one, or an item inside, as indices of events. */
export interface CurrentValue {
  readonly value: Json;
  /** The completion of an operation that gave the value or saw it; −1: from the start. */
  readonly from: number;
  /**
   * The beginning of one that still saw it, or that removed it. Where it is before `from`, the value need have been
   * current only at some time in between.
   */
  readonly to: number;
}

export interface PartialLinearization {
  /** How many operations were placed before those of `order`. */
  readonly before: number;
  readonly order: readonly number[];
  /** The state after each operation of `order`, in words. */
  readonly states: readonly string[];
  /** The operations that real time allowed next, each with why the model refuses it in the last state. */
  readonly refused: readonly RefusedOperation[];
}

export interface RefusedOperation {
  readonly operation: number;
  readonly state: string;
  readonly reason: string;
}
