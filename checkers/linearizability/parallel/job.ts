import { InputError, RashomonError, UsageError } from "../../../histories/errors.ts";
import type { Json } from "../../../histories/json.ts";
import type { SharedHistory } from "../../../histories/shared-history.ts";
import type { Finding } from "../judge-object.ts";

/** What threads have to know to judge objects of one history; all arrays are shared memory. */
export interface Job {
  readonly history: SharedHistory;
  /** A model of the catalogue. */
  readonly model: string;
  readonly initial?: Json;
  /** Whether a read of null says that nothing was learnt. */
  readonly nullsUnknown: boolean;
  readonly keyed: boolean;
  readonly steps: number;
  readonly bytes?: number;
  /** `NextObject`: the next object that nobody has taken; `Expired`: whether the time of the user is over. */
  readonly control: Int32Array;
  /** How many objects a thread takes at a time. */
  readonly batch: number;
  /** By object: whether it is known to fail. */
  readonly failing: Uint8Array;
  /** Room for the order of each object, as long as it has operations, one after the other. */
  readonly orders: Int32Array;
}

export const NextObject = 0;
export const Expired = 1;

/** What a thread tells: what it found out about an object, whose order stands in `orders`. */
export interface Told {
  readonly object: number;
  readonly finding: Omit<Finding, "order">;
  readonly placed: number;
}

export type Answer =
  { readonly told: readonly Told[] } | { readonly object: number; readonly error: RelayedError };

/** An error as data: classes are lost between threads. */
export type RelayedError =
  | {
      readonly kind: "input";
      readonly code: string;
      readonly place: InputError["place"];
      readonly expected: string;
      readonly found: string;
    }
  | { readonly kind: "usage"; readonly code: string; readonly message: string };

/** The error as data; errors that are bugs are thrown on. */
export function relayed(error: unknown): RelayedError {
  if (error instanceof InputError) {
    const { code, place, expected, found } = error;
    return { kind: "input", code, place, expected, found };
  }
  if (error instanceof UsageError) return { kind: "usage", code: error.code, message: error.message };
  throw error;
}

export function errorOf(error: RelayedError): RashomonError {
  switch (error.kind) {
    case "input":
      return new InputError(error.code, error);
    case "usage":
      return new UsageError(error.message, error.code);
  }
}
