import type { JsonObject } from "../../../../histories/json.ts";
import type { NodeId } from "../../../contracts/protocol.ts";
import { openOperations, settle } from "../../state-machine/open-requests.ts";
import type { Operation } from "../../state-machine/operation.ts";
import { answerTo, apply, applyAgain, fromSnapshot } from "../../state-machine/state-machine.ts";
import { isQuorum } from "./configuration.ts";
import { entryAt, isOperation, lastIndex, termAt, type LogSnapshot } from "./log.ts";
import { send, type Server } from "./server.ts";
import { compact, keepSnapshot } from "./snapshots.ts";

/**
 * The leader's commitment (§5.3, §5.4.2): the highest entry that a majority has is committed, and with it all
 * before, if it is of the leader's own term. An entry of an earlier term that a majority has may still be
 * overwritten, by a leader of a term in between that never heard of it.
 */
export function advanceCommitment(server: Server): void {
  const { state, rules } = server;
  for (let index = lastIndex(state.log); index > state.committed; index--) {
    if (rules.countsOwnTermOnly && termAt(state.log, index) !== state.term) return;
    if (isQuorum(state.configuration, holdersOf(server, index), rules)) return commitUpTo(server, index);
  }
}

/** Applies all entries up to an index, and answers whoever waits for them. */
export function commitUpTo(server: Server, index: number): void {
  const { state, rules } = server;
  while (state.committed < index) {
    const entry = entryAt(state.log, state.committed + 1);
    if (entry === undefined) throw new Error(`entry ${state.committed + 1} is committed and missing`);
    state.committed++;
    const operation = isOperation(entry.value) ? entry.value : null;
    const { clientTable, admission } = rules;
    const answer = clientTable
      ? apply(state.machine, operation, admission)
      : applyAgain(state.machine, operation);
    if (operation !== null && answer !== undefined) answerOrigin(server, operation, answer);
  }
  compact(server);
}

/** Goes on from a snapshot that another server took, which is ahead of what was committed here. */
export function adoptSnapshot(server: Server, snapshot: LogSnapshot): void {
  const { state, node } = server;
  keepSnapshot(server, snapshot);
  state.committed = snapshot.index;
  state.machine = fromSnapshot(snapshot.machine);
  for (const operation of openOperations(state.requests, node)) {
    const answer = answerTo(state.machine, operation);
    if (answer !== undefined) settle(state.requests, operation, answer, node);
  }
}

/** Passes an answer to the client, through the node that the client asked. */
export function answerOrigin(server: Server, operation: Operation, body: JsonObject): void {
  const { state, node } = server;
  const { origin, life, number } = operation;
  if (origin === node.id) return settle(state.requests, operation, body, node);
  // Followers, too, come to know the answer; one message is enough.
  if (state.role === "leader") send(server, origin, { type: "answer", life, number, body });
}

/** Who is known to have an entry on disk. What others have left this server after its own disk had it. */
function holdersOf({ state, rules, node }: Server, index: number): NodeId[] {
  const holders: NodeId[] = [];
  for (const [id, { match }] of Object.entries(state.leading?.followers ?? {})) {
    if (match >= index) holders.push(id);
  }
  const isStored = !rules.waitsForOwnDisk || holders.length > 0 || index <= (state.leading?.stored ?? 0);
  return isStored ? [node.id, ...holders] : holders;
}
