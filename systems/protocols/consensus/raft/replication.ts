import type { NodeId } from "../../../contracts/protocol.ts";
import { isQuorum } from "./configuration.ts";
import { adoptSnapshot, commitUpTo } from "./commitment.ts";
import { entriesFrom, entryAt, lastIndex, termAt, type EntryValue, type Log } from "./log.ts";
import type { Append, Appended, InstallSnapshot } from "./messages.ts";
import {
  cutLog,
  extendLog,
  send,
  settleStorage,
  setHeartbeat,
  type Progress,
  type Server,
} from "./server.ts";

/** The leader puts an entry at the end of its log, and sends it to all who wait for nothing else; its index. */
export function appendEntry(server: Server, value: EntryValue): number {
  const { state, rules, node } = server;
  extendLog(server, [{ ballot: state.term, value }]);
  settleStorage(server);
  sendNews(server);
  const last = lastIndex(state.log);
  // Alone it decides when its own disk has the entry; in company, others answer later than that anyway.
  if (isQuorum(state.configuration, [node.id], rules)) {
    const { term } = state;
    send(server, node.id, { type: "appended", term, round: 0, success: true, match: last });
  }
  return last;
}

/** Sends to each follower the entries that it lacks; to one to which some are under way, later. */
export function sendNews(server: Server): void {
  const { log, leading } = server.state;
  for (const [id, progress] of Object.entries(leading?.followers ?? {})) {
    if (!progress.waiting && progress.next <= lastIndex(log)) sendEntries(server, id, progress);
  }
}

/** Tells everyone that the leader still leads, and sends again what was not answered. */
export function sendHeartbeats(server: Server): void {
  for (const [id, progress] of Object.entries(server.state.leading?.followers ?? {})) {
    sendEntries(server, id, progress);
  }
  setHeartbeat(server);
}

/** Sends the entries from `next` on, a batch of them; the snapshot when they are no longer there. */
function sendEntries(server: Server, to: NodeId, progress: Progress): void {
  const { term, log, committed, leading } = server.state;
  const round = leading?.round ?? 0;
  const previousIndex = progress.next - 1;
  const previousTerm = termAt(log, previousIndex);
  if (previousTerm === undefined) {
    progress.waiting = true;
    return send(server, to, { type: "install-snapshot", term, snapshot: log.snapshot, round });
  }
  const entries = entriesFrom(log, progress.next, server.rules.batch);
  progress.waiting = entries.length > 0;
  send(server, to, { type: "append", term, previousIndex, previousTerm, entries, committed, round });
}

/** Asks everyone whether this is still the leader: no entries, and nothing that could not fit. */
export function askWhetherLeading(server: Server): void {
  const { term, log, committed, leading } = server.state;
  if (leading === null) return;
  leading.round++;
  const { round } = leading;
  for (const [id, { match }] of Object.entries(leading.followers)) {
    const previousTerm = termAt(log, match) ?? 0;
    send(server, id, {
      type: "append",
      term,
      previousIndex: match,
      previousTerm,
      entries: [],
      committed,
      round,
    });
  }
}

/** A follower takes in entries of the leader of its term (§5.3): first it makes sure that its log fits. */
export function acceptEntries(server: Server, leader: NodeId, message: Append): void {
  const { state, rules } = server;
  const { previousIndex, previousTerm, entries, committed, round } = message;
  const { term, log } = state;
  // What a snapshot stands for is committed, so it is the same here and there.
  const known = Math.max(0, log.snapshot.index - previousIndex);
  const matches = known > 0 || termAt(log, previousIndex) === previousTerm;
  if (rules.checksPrevious && !matches) {
    const hint = conflictHint(log, previousIndex);
    return send(server, leader, { type: "appended", term, round, success: false, previousIndex, hint });
  }
  const match = previousIndex + entries.length;
  let at = Math.min(lastIndex(log), previousIndex + known) + 1;
  let fresh = entries.slice(Math.max(0, at - previousIndex - 1));
  while (rules.dropsOnlyConflicts && fresh.length > 0 && entryAt(log, at)?.ballot === fresh[0]?.ballot) {
    fresh = fresh.slice(1);
    at++;
  }
  if ((fresh.length > 0 || !rules.dropsOnlyConflicts) && lastIndex(log) >= at) cutLog(server, at);
  extendLog(server, fresh);
  if (fresh.length > 0 || rules.syncsTermOfHeartbeat) settleStorage(server);
  const certain = rules.commitsOnlyMatching ? match : lastIndex(log);
  commitUpTo(server, Math.min(committed, certain, lastIndex(log)));
  send(server, leader, { type: "appended", term, round, success: true, match });
}

/** A follower that is too far behind takes the leader's state instead of entries (§7). */
export function acceptSnapshot(server: Server, leader: NodeId, { snapshot, round }: InstallSnapshot): void {
  const { state, rules } = server;
  if (snapshot.index > state.committed) adoptSnapshot(server, snapshot);
  settleStorage(server);
  const match = rules.matchAfter(snapshot.index, state.committed, lastIndex(state.log));
  send(server, leader, { type: "appended", term: state.term, round, success: true, match });
}

/** The leader learns how far a follower has got, and sends it what it lacks. */
export function noteProgress(server: Server, from: NodeId, answer: Appended): void {
  const { log, leading } = server.state;
  const progress = leading?.followers[from];
  if (progress === undefined) return;
  progress.round = Math.max(progress.round, answer.round);
  if (answer.success) {
    progress.match = Math.max(progress.match, answer.match);
    // To a heartbeat, or of an earlier question: what is under way still is.
    if (answer.match < progress.next) return;
    progress.next = answer.match + 1;
  } else {
    // Of an earlier question: what has been learnt since holds.
    if (answer.previousIndex !== progress.next - 1) return;
    progress.next = Math.max(progress.match + 1, answer.hint);
  }
  progress.waiting = false;
  if (!answer.success || progress.next <= lastIndex(log)) sendEntries(server, from, progress);
}

/** From where the leader should try: where the log ends, or where the term begins that does not match (§5.3). */
function conflictHint(log: Log, previousIndex: number): number {
  if (previousIndex > lastIndex(log)) return lastIndex(log) + 1;
  const term = termAt(log, previousIndex);
  let index = previousIndex;
  while (index > log.snapshot.index + 1 && termAt(log, index - 1) === term) index--;
  return index;
}
