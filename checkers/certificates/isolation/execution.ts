import type { Level } from "../../isolation/levels.ts";
import type { Transactions } from "../../isolation/transactions.ts";
import type { ClaimedExecution } from "./claims.ts";
import { breaksOrder } from "./order.ts";
import { OwnReads, wrongOwnReads } from "./own-reads.ts";
import { breaksUpdates, readsOlderThanReached } from "./paths.ts";
import { Replay } from "./replay.ts";
import { wrongSnapshots, wrongStates } from "./snapshots.ts";
import { breaksToldVersions } from "./told-versions.ts";
import { interleaves, showsTwice } from "./uncommitted.ts";
import { losesUpdates, missesConflicts, missesOrder, missesWriters } from "./visibility.ts";

/**
 * Verifies from the transactions alone that an execution explains them under a level of `docs/isolation.md`: by walking
 * through its states for the serializable ones, by snapshots for those of snapshots, and by the level's own rule over the order of
 * versions that the commits give for the others. Near linear in the operations.
 *
 * Returns what is wrong, in words; `undefined` when the execution stands.
 */
export function verifyExecution(
  transactions: Transactions,
  level: Level,
  execution: ClaimedExecution,
): string | undefined {
  const replay = new Replay(transactions, execution);
  if (replay.problem !== undefined) return replay.problem;
  const { name, strength } = level;
  const told = name === "view-serializable" ? undefined : breaksToldVersions(replay);
  if (told !== undefined) return told;
  if (name === "read-uncommitted")
    return breaksOrder(replay, strength) ?? showsTwice(transactions) ?? interleaves(replay);
  return (
    (name === "ansi-snapshot-isolation" ? undefined : breaksOrder(replay, strength)) ??
    replay.findSources(execution.sources) ??
    wrongOwnReads(replay, askedOfOwnReads(level)) ??
    breaksRule(replay, level, execution)
  );
}

function askedOfOwnReads({ name }: Level): number {
  switch (name) {
    case "read-uncommitted":
    case "read-committed":
    case "cursor-stability":
    case "monotonic-atomic-view":
    case "monotonic-view":
    case "monotonic-snapshot-read":
    case "consistent-view":
    case "forward-consistent-view":
    case "update-serializable":
    case "repeatable-read":
      return OwnReads.Known;
    case "read-committed-biswas-enea":
      return OwnReads.OwnWrites;
    case "read-atomic":
    case "update-atomic":
    case "causal-consistency":
    case "parallel-snapshot-isolation":
    case "prefix-consistency":
    case "ansi-snapshot-isolation":
    case "snapshot-isolation":
    case "view-serializable":
    case "serializable":
      return OwnReads.Repeatable;
  }
}

/** What of the level's rule is broken, given that every read saw an earlier version and that the order heeded is kept. */
function breaksRule(replay: Replay, level: Level, { snapshots }: ClaimedExecution): string | undefined {
  const { name, strength } = level;
  switch (name) {
    case "read-uncommitted":
    case "read-committed":
      return undefined;
    case "cursor-stability":
      return missesOrder(replay, strength) ?? losesUpdates(replay);
    case "monotonic-atomic-view":
    case "read-committed-biswas-enea":
      return missesWriters(replay, true);
    case "monotonic-view":
    case "monotonic-snapshot-read":
      return readsOlderThanReached(replay, { strength, conflicts: true, inProgram: true });
    case "read-atomic":
      return missesOrder(replay, strength) ?? missesWriters(replay, false);
    case "update-atomic":
      return missesOrder(replay, strength) ?? missesWriters(replay, false) ?? missesConflicts(replay);
    case "causal-consistency":
      return readsOlderThanReached(replay, { strength, conflicts: false });
    case "consistent-view":
    case "forward-consistent-view":
    case "parallel-snapshot-isolation":
      return readsOlderThanReached(replay, { strength, conflicts: true });
    case "prefix-consistency":
    case "ansi-snapshot-isolation":
    case "snapshot-isolation":
      return wrongSnapshots(replay, level, snapshots);
    case "update-serializable":
      return (
        breaksUpdates(replay) ?? readsOlderThanReached(replay, { strength, conflicts: true, updates: true })
      );
    case "repeatable-read":
      return wrongStates(replay, true);
    case "view-serializable":
    case "serializable":
      return wrongStates(replay);
  }
}
