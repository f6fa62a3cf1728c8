import type { Json } from "../../histories/json.ts";
import type { Certificate, Evidence } from "../verdict.ts";

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
  /** The operation whose completion ends the shortest prefix that has no linearization. */
  readonly operation: number;
  readonly completion: number;
  /** Events in that prefix. */
  readonly prefix: number;
  /** Whether it is certain that every shorter prefix has a linearization; false when a budget ended. */
  readonly shortest: boolean;
  /** The longest partial linearizations, at most 8, each with another final state. */
  readonly paths: readonly PartialLinearization[];
  /** The results that the operation could have had instead, where the model can tell. */
  readonly allowed?: readonly Json[];
  /** The operations in flight together with it. */
  readonly window: readonly number[];
  /**
   * Indices of the events of a small sub-history that has no linearization either, from which nothing can
   * be left out that the model lets go; absent when none of at most 1000 operations was found.
   */
  readonly shrunk?: readonly number[];
  /** Whether trying every order confirmed `shrunk`; absent when it has too many operations for that. */
  readonly verified?: boolean;
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
