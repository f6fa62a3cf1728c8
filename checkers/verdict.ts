import type { Json } from "../histories/json.ts";

/** Three values, since some questions stay open: a budget ran out, or there was nothing to judge by. */
export type Validity = true | false | "unknown";

/** A contradiction, told so that a person understands it and a program can verify it. */
export interface Anomaly {
  /** Name of the kind, in the field's words: "nonlinearizable", "G1a", "lost-update", … */
  readonly type: string;
  /** Indices of the operations that contradict one another. */
  readonly operations: readonly number[];
  /** One or two sentences in plain words. */
  readonly explanation: string;
  /** The checker's own evidence; `evidence.kind` names its shape. */
  readonly evidence?: Evidence;
}

/** Evidence as plain data; each checker documents the shape under its `kind`. */
export interface Evidence {
  readonly kind: string;
}

/** The account that explains a valid history, for `checkers/certificates` to verify. */
export interface Certificate {
  readonly kind: string;
}

export interface Verdict {
  /** Name of the checker. */
  readonly checker: string;
  /** The model, for checkers that judge by one. */
  readonly model?: string;
  readonly valid: Validity;
  readonly anomalies: readonly Anomaly[];
  readonly certificate?: Certificate;
  /** Whether separate code verified the certificate; absent when there is none. */
  readonly verified?: boolean;
  /** Why the verdict is `unknown`: what ran out and how far it got, or that there was no evidence. */
  readonly reason?: string;
  readonly statistics: Readonly<Record<string, number>>;
  /** What a checker measured beyond numbers (per function counts, quantiles, …), as plain data. */
  readonly details?: Json;
  readonly notes?: readonly string[];
}

/** False over unknown over true. */
export function composeValidity(validities: Iterable<Validity>): Validity {
  let composed: Validity = true;
  for (const validity of validities) {
    if (validity === false) return false;
    if (validity === "unknown") composed = "unknown";
  }
  return composed;
}
