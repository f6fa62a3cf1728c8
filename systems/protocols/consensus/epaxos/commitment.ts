import type { NodeId } from "../../../contracts/protocol.ts";
import { settle } from "../../state-machine/open-requests.ts";
import { dropConflicts, noteConflicts } from "./conflicts.ts";
import { executeReady } from "./execution.ts";
import type { Attributes, InstanceId } from "./instance.ts";
import type { Commit } from "./messages.ts";
import { broadcast, keep, knownOf, unwatch, watchUnknown, type Replica } from "./replica.ts";

/** Learns that an instance is committed, from whomever. */
function commit(replica: Replica, id: InstanceId, value: Attributes): void {
  const { state, rules, node } = replica;
  if (state.committed[id] !== undefined && rules.commitsOnce) return;
  const before = state.overruled[id] ?? knownOf(state, id);
  delete state.overruled[id];
  if (value.command === null && before !== undefined) {
    if (rules.forgetsGivenUp) dropConflicts(state, id, before);
    else state.overruled[id] = before;
  }
  state.committed[id] = value;
  keep(replica, id);
  delete state.votes[id];
  delete state.coordinations[id];
  unwatch(replica, id);
  // Before a client hears of it: what it does next is ordered by what is known here of this instance.
  node.sync();
  noteConflicts(replica, id, value);
  state.pending.push(id);
  for (const dep of value.deps) watchUnknown(replica, dep);
  answerEarly(replica, id, value);
  executeReady(replica);
}

/** Another replica tells of a commit; or this one has its own on stable storage now. */
export function onCommit(replica: Replica, from: NodeId, { id, value }: Commit): void {
  if (from === replica.node.id && replica.state.committed[id] === undefined)
    commitAndTell(replica, id, value);
  else commit(replica, id, value);
}

/** Commits what this replica has settled, and tells the others. */
export function commitAndTell(replica: Replica, id: InstanceId, value: Attributes): void {
  commit(replica, id, value);
  broadcast(replica, { type: "commit", id, value });
}

/** A write has nothing to tell that its execution would show. */
function answerEarly({ state, node }: Replica, id: InstanceId, { command }: Attributes): void {
  const number = state.mine[id];
  if (number === undefined) return;
  if (command === null) {
    delete state.mine[id];
    state.orphans.push(number);
  } else if (command.type === "write") {
    delete state.mine[id];
    settle(
      state.requests,
      { origin: node.id, life: state.requests.life, number },
      { type: "write_ok" },
      node,
    );
  }
}
