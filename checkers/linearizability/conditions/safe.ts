import type { Checker } from "../../checker.ts";
import { NoWriter } from "../engines/zones/writes-of-values.ts";
import {
  registerChecker,
  type RegisterCondition,
  type RegisterConditionOptions,
} from "./register-condition.ts";

/**
 * Safe registers (Lamport 1986): a read that no write is in flight together with returns the last value
 * written before it; any other may return anything at all. With several writers, the last value is that of
 * any write that no other certainly followed, as for regular registers.
 *
 * A write of unknown outcome is in flight for ever, so that nothing is asked of reads which end after it began. A
 * compare-and-set counts as a read of what it expected and as a write.
 */
export const safety: RegisterCondition = {
  name: "safe",
  summary: "every read that overlaps no write returns the last value written before it",
  allows: ({ write, overlapped }) => overlapped || write !== NoWriter,
};

/** The checker for safe registers. */
export function safe(options: RegisterConditionOptions = {}): Checker {
  return registerChecker(safety, options);
}
