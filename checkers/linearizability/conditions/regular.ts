import type { Checker } from "../../checker.ts";
import { NoWriter } from "../engines/zones/writes-of-values.ts";
import {
  registerChecker,
  type RegisterCondition,
  type RegisterConditionOptions,
} from "./register-condition.ts";

/**
 * Regular registers (Lamport 1986): a read returns the value of the last write before it, or of one in
 * flight together with it. With several writers, as the weakest of the conditions of Shao, Welch, Pierce &
 * Lee (2011, MWReg-weak): for each read by itself there is an order of it and of all writes that keeps real
 * time and in which it returns the last value. So a read may return the value of any write that began before
 * the read ended and was not followed by another, begun after its end and ended before the read began;
 * different reads may see the writes in different orders.
 *
 * A write of unknown outcome is in flight for ever. A compare-and-set counts as a read of what it expected and
 * as a write.
 */
export const regularity: RegisterCondition = {
  name: "regular",
  summary: "every read returns the last value written before it, or one that was being written meanwhile",
  allows: ({ write }) => write !== NoWriter,
};

/** The checker for regular registers. */
export function regular(options: RegisterConditionOptions = {}): Checker {
  return registerChecker(regularity, options);
}
