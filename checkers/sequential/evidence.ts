import type { Certificate, Evidence } from "../verdict.ts";

/** The account that explains a valid history: one order of the operations on all objects, by invocation. */
export interface SequentialCertificate extends Certificate {
  readonly kind: "sequential-order";
  readonly model: string;
  readonly order: readonly number[];
}

/** Why no order exists. Operations are named by the index of their invocation. */
export interface NonsequentialEvidence extends Evidence {
  readonly kind: "nonsequential";
  readonly model: string;
  /** Operations of which each had to come before the next, and the last before the first. */
  readonly cycle?: readonly ForcedStep[];
  /**
   * Indices of the events of a small sub-history that no order explains either, from which nothing can be
   * left out that the model lets go; absent when it is too large to explain anything.
   */
  readonly shrunk?: readonly number[];
  /** Whether trying every order confirmed `shrunk`; absent when it has too many operations for that. */
  readonly verified?: boolean;
}

export interface ForcedStep {
  readonly from: number;
  readonly to: number;
  readonly because: string;
}
