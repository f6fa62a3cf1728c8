import type { JsonObject } from "../../../../histories/json.ts";
import { openOperations, settle } from "../../state-machine/open-requests.ts";
import type { Operation } from "../../state-machine/operation.ts";
import { answerTo, apply, fromSnapshot, takeSnapshot } from "../../state-machine/state-machine.ts";
import { castVote, send, type Server } from "./server.ts";

/** Executes all operations of the vote before `end`, which are chosen, and answers whoever waits for them. */
export function execute(server: Server, end: number): void {
  const { state } = server;
  const { base } = state.vote;
  // The state that it has voted for may be ahead of what it has executed, or come from elsewhere.
  if (state.committed < base.position) restart(server);
  while (state.committed < end) {
    const operation = state.vote.operations[state.committed - base.position];
    if (operation === undefined) throw new Error(`operation ${state.committed} is chosen and missing`);
    state.committed++;
    const answer = apply(state.machine, operation);
    if (answer !== undefined) answerOrigin(server, operation, answer);
  }
  trim(server);
}

/** Passes an answer to the client, through the node that the client asked. */
export function answerOrigin(server: Server, operation: Operation, body: JsonObject): void {
  const { state, node } = server;
  const { origin, life, number } = operation;
  if (origin === node.id) return settle(state.requests, operation, body, node);
  if (state.leading !== null) send(server, origin, { type: "answer", life, number, body });
}

/** Starts from the state at which its vote begins. */
export function restart({ state, node }: Server): void {
  const { base } = state.vote;
  state.committed = base.position;
  state.machine = fromSnapshot(base);
  for (const operation of openOperations(state.requests, node)) {
    const answer = answerTo(state.machine, operation);
    if (answer !== undefined) settle(state.requests, operation, answer, node);
  }
}

/** Many operations give way to the state to which they lead. */
function trim(server: Server): void {
  const { state, rules } = server;
  const { ballot, base, operations } = state.vote;
  const executed = state.committed - base.position;
  if (executed < rules.snapshotAfter) return;
  castVote(server, { ballot, base: takeSnapshot(state.machine), operations: operations.slice(executed) });
}
