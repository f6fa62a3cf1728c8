import { isReadOnly } from "../../state-machine/command.ts";
import { sameOperation, type Operation } from "../../state-machine/operation.ts";
import { answerTo } from "../../state-machine/state-machine.ts";
import { askForVotes } from "./asking.ts";
import { answerOrigin, changeMembers } from "./execution.ts";
import { entryAt, isMembers, type Value } from "./log.ts";
import { takeRead } from "./reads.ts";
import { isQuorumAt, send, settleStorage, writeEntry, type Server } from "./server.ts";

/** So many operations wait at most for their turn to be proposed. */
const backlog = 256;

/** Has an operation done, unless that is so already or under way; when its turn comes, if it may not be proposed yet. */
export function carryOut(server: Server, operation: Operation): void {
  const { state, rules } = server;
  const { leading } = state;
  if (leading === null) return;
  if (isReadOnly(operation.command)) return takeRead(server, operation);
  const answer = answerTo(state.machine, operation);
  if (answer !== undefined) return answerOrigin(server, operation, answer);
  if (isUnderWay(server, operation)) return;
  if (leading.waiting.length === 0 && mayProposeIn(server, leading.next)) propose(server, [operation]);
  else if (state.role === "leader" && leading.waiting.length < backlog && rules.keepsWaiting)
    leading.waiting.push(operation);
}

/** Proposes what waits, as far as there is room, in the order in which it came. */
export function proposeWaiting(server: Server): void {
  const { leading } = server.state;
  if (leading === null || leading.waiting.length === 0 || leading.next < leading.begin) return;
  let count = 0;
  while (count < leading.waiting.length && mayProposeIn(server, leading.next + count)) count++;
  propose(server, leading.waiting.splice(0, count));
}

/**
 * Whether the leader may propose in a slot: those who are to vote there have promised, and told what they had
 * voted for; and who they are is certain, since all slots that could change it are known to be chosen.
 */
export function mayProposeIn(server: Server, slot: number): boolean {
  const { state, rules } = server;
  const { leading, committed } = state;
  if (leading === null || state.role !== "leader") return false;
  if (rules.heedsWindow && slot >= committed + rules.window) return false;
  return !rules.preparesNewMembers || isQuorumAt(server, slot, leading.promises);
}

/** Proposes again what may have been chosen in lower ballots, and nothing in the slots in between. */
export function proposeReported(server: Server): void {
  const { leading } = server.state;
  if (leading === null) return;
  const { reported } = leading;
  let values: Value[] = [];
  for (let slot = leading.next; slot < leading.begin && mayProposeIn(server, slot); slot++) {
    const vote = reported[slot];
    delete reported[slot];
    if (vote !== undefined || server.rules.fillsGaps) {
      values.push(vote?.value ?? null);
      continue;
    }
    propose(server, values);
    values = [];
    leading.next = slot + 1;
  }
  propose(server, values);
}

/** Proposes values in the next slots: the own vote comes first. */
export function propose(server: Server, values: readonly Value[]): void {
  const { state, rules, node } = server;
  const { leading } = state;
  if (leading === null || values.length === 0) return;
  const { ballot, next: first } = leading;
  for (const [i, value] of values.entries()) {
    writeEntry(server, first + i, { ballot, value });
    leading.votes[first + i] = [node.id];
    if (!rules.changesWhenChosen && isMembers(value)) changeMembers(server, first + i, value);
  }
  leading.next = first + values.length;
  settleStorage(server);
  for (const id of node.nodes) if (id !== node.id) askForVotes(server, id, first);
  if (isQuorumAt(server, first, [node.id])) {
    // Alone it decides when its own disk has the votes.
    const { committed } = state;
    send(server, node.id, { type: "accepted", ballot, first, count: values.length, committed, round: 0 });
  }
}

function isUnderWay({ state }: Server, operation: Operation): boolean {
  const { leading, log, committed } = state;
  const isIt = (value: Value): boolean =>
    value !== null && "command" in value && sameOperation(value, operation);
  for (let slot = committed; slot < (leading?.next ?? 0); slot++) {
    if (isIt(entryAt(log, slot)?.value ?? null)) return true;
  }
  // What waits will be proposed, and what was reported in a lower ballot is so again.
  if (leading?.waiting.some((each) => sameOperation(each, operation)) === true) return true;
  return Object.values(leading?.reported ?? {}).some(({ value }) => isIt(value));
}
