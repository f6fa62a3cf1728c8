import type { JsonObject } from "../../../../histories/json.ts";
import { openOperations, settle } from "../../state-machine/open-requests.ts";
import type { Operation } from "../../state-machine/operation.ts";
import {
  answerTo,
  apply,
  applyAgain,
  fromSnapshot,
  takeSnapshot,
} from "../../state-machine/state-machine.ts";
import { withConfiguration, withoutPast } from "./configuration.ts";
import { entryAt, firstSlot, isMembers, type LogSnapshot, type Members } from "./log.ts";
import { send, settleStorage, type Server } from "./server.ts";

/** Executes all slots before `end`, which are chosen. */
export function commitUpTo(server: Server, end: number): void {
  while (server.state.committed < end) commitNext(server);
}

/** Executes the next slot, whose value is chosen, and answers whoever waits for it. */
export function commitNext(server: Server): void {
  const { state, rules } = server;
  const slot = state.committed;
  const entry = entryAt(state.log, slot);
  if (entry === null) throw new Error(`slot ${slot} is chosen and empty`);
  const { value } = entry;
  state.committed++;
  const { configurations } = state;
  state.configurations = withoutPast(configurations, oldestToKnow(server));
  const isHandedOver = state.configurations !== configurations;
  if (value !== null && isMembers(value)) {
    changeMembers(server, slot, value);
    apply(state.machine, null);
  } else {
    const answer = (rules.clientTable ? apply : applyAgain)(state.machine, value);
    if (value !== null && answer !== undefined) answerOrigin(server, value, answer);
  }
  delete state.leading?.votes[slot];
  delete state.leading?.chosen[slot];
  delete state.leading?.reported[slot];
  if (state.leading !== null && state.leading.next < state.committed) state.leading.next = state.committed;
  if (isHandedOver) keepConfiguration(server);
  else trim(server);
}

/** Whose members have voted in all slots before this one are gone by no more. */
function oldestToKnow({ state, rules }: Server): number {
  return rules.keepsPastMembers ? state.committed : state.committed + 1;
}

/** From α slots later on, others are acceptors. */
export function changeMembers(server: Server, slot: number, { members }: Members): void {
  const { state, rules, node } = server;
  const from = rules.effectiveFrom(slot, rules.window, node.nodes.indexOf(node.id));
  state.configurations = withConfiguration(state.configurations, { from, members }, oldestToKnow(server));
}

/** Goes on from a snapshot that another node took, which is ahead of what was known here. */
export function adoptSnapshot(server: Server, snapshot: LogSnapshot): void {
  const { state, node } = server;
  const { position } = snapshot.machine;
  keepSnapshot(server, snapshot);
  state.committed = position;
  state.machine = fromSnapshot(snapshot.machine);
  state.configurations = snapshot.configurations;
  const { leading } = state;
  if (leading !== null) {
    for (const slot of Object.keys(leading.votes)) if (Number(slot) < position) delete leading.votes[slot];
    for (const slot of Object.keys(leading.chosen)) if (Number(slot) < position) delete leading.chosen[slot];
    for (const slot of Object.keys(leading.reported))
      if (Number(slot) < position) delete leading.reported[slot];
    leading.next = Math.max(leading.next, position);
  }
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

/**
 * Others are members now, and those before may go for good: that this is so must be on the disk before anybody hears of it,
 * for after a restart nobody may be left to tell.
 */
function keepConfiguration(server: Server): void {
  const { machine, configurations } = server.state;
  keepSnapshot(server, { configurations, machine: takeSnapshot(machine) });
  settleStorage(server);
}

/** A long log gives way to the state to which it leads. */
function trim(server: Server): void {
  const { log, committed, machine } = server.state;
  if (committed - firstSlot(log) < server.rules.snapshotAfter) return;
  const configurations = server.rules.snapshotsMembers
    ? server.state.configurations
    : log.snapshot.configurations;
  keepSnapshot(server, { configurations, machine: takeSnapshot(machine) });
}

function keepSnapshot({ state, node }: Server, snapshot: LogSnapshot): void {
  const { log } = state;
  log.entries.splice(0, snapshot.machine.position - firstSlot(log));
  log.snapshot = snapshot;
  node.persist("snapshot", snapshot);
}
