import { levelNames, strengths, type Level } from "../levels.ts";

/**
 * Transactions as plain objects, for what is written straight from definitions: small histories only. Keys and values are
 * small numbers.
 */
export interface PlainHistory {
  /** In the order of their invocations. */
  readonly transactions: readonly PlainTransaction[];
  /** Whether `begin` and `end` tell real time. */
  readonly timed: boolean;
}

export interface PlainTransaction {
  readonly status: "committed" | "aborted" | "undetermined";
  readonly session: number;
  /** Event index of the invocation. */
  readonly begin: number;
  /** Event index of the completion; infinite if there is none, or if it did not tell the outcome. */
  readonly end: number;
  readonly operations: readonly PlainOperation[];
}

export type PlainOperation =
  | { readonly kind: "read"; readonly key: number; readonly value: number | undefined }
  | { readonly kind: "write"; readonly key: number; readonly value: number }
  | { readonly kind: "read-list"; readonly key: number; readonly value: readonly number[] | undefined }
  | { readonly kind: "append"; readonly key: number; readonly value: number };

/** What every register holds at first. Writing it is allowed, and then the value is not unique. Lists are empty at first. */
export const InitialValue = 0;

/** Whether some account of the history obeys each level; levels that the formalism does not have are not in it. */
export type PlainVerdicts = ReadonlyMap<string, boolean>;

/** A level in one word: `read-atomic`, `strong-session-read-atomic`. */
export function levelText({ name, strength }: Level): string {
  return strength === "plain" ? name : `${strength}-${name}`;
}

/** Every level in every strength. */
export const everyLevel: readonly Level[] = levelNames.flatMap((name) =>
  strengths.map((strength) => ({ name, strength })),
);
