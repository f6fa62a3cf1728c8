import type { Level } from "../../isolation/levels.ts";
import { Aborted, type Transactions } from "../../isolation/transactions.ts";
import { canBeCompleted } from "./accounts.ts";
import { effortForOne, type Effort } from "./effort.ts";
import { PartialAccount } from "./partial-account.ts";
import { partOf } from "./part.ts";
import { transactionAt, Witnesses } from "./witnesses.ts";

/** More transactions are not tried. */
const MostOfCore = 120;

/** What came of a proof: it was verified, it is wrong, or there is too much to try. */
export interface ProofVerdict {
  readonly verified: boolean | "open";
  /** Why it is not verified. */
  readonly reason?: string;
}

/**
 * Verifies from the transactions alone that a few of them, told by the event indices of their invocations, have no account under a level: that
 * every order in which they can have written, and every choice of whom they read from where several wrote the same, breaks the
 * level's rule in `docs/isolation.md`.
 */
export function verifyCore(
  transactions: Transactions,
  level: Level,
  events: readonly number[],
  effort: Effort = effortForOne(),
): ProofVerdict {
  const some = events.map((event) => transactionAt(transactions, event));
  const unknown = some.findIndex((t) => t < 0 || transactions.status[t] === Aborted);
  if (unknown >= 0)
    return {
      verified: false,
      reason: `no transaction that may have taken effect began at event ${events[unknown]}`,
    };
  if (some.length > MostOfCore)
    return { verified: "open", reason: `${some.length} transactions are too many to try every order of` };
  const keys = new Set<number>();
  for (const t of some)
    for (let i = transactions.first[t]!; i < transactions.first[t + 1]!; i++) keys.add(transactions.key[i]!);
  const witnesses = new Witnesses(transactions, keys, level.name === "read-uncommitted");
  const account = new PartialAccount(partOf(transactions, witnesses, some), level);
  switch (canBeCompleted(account, undefined, effort)) {
    case false:
      return { verified: true };
    case true:
      // Which of several appended an element is told by the lists themselves there, as a whole.
      if (level.name === "read-uncommitted" && witnesses.hasRepeated())
        return { verified: "open", reason: "who appended what is in the lists is not unique" };
      return { verified: false, reason: "they have an account that the level allows" };
    case undefined:
      return { verified: "open", reason: "there are too many orders to try them all" };
  }
}
