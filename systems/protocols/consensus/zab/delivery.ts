import { settle } from "../../state-machine/open-requests.ts";
import { apply, applyAgain } from "../../state-machine/state-machine.ts";
import type { Server } from "./server.ts";

/** Delivers the transactions of the history up to a place, in their order; clients of this server get their answers. */
export function deliverUpTo(server: Server, length: number): void {
  const { state, rules } = server;
  const places: number[] = [];
  for (let place = state.committed; place < length; place++) places.push(place);
  if (!rules.deliversInOrder) places.reverse();
  for (const place of places) deliver(server, place);
  state.committed = Math.max(state.committed, length);
}

/** Delivers one transaction. */
export function deliver({ state, rules, node }: Server, place: number): void {
  const transaction = state.history[place];
  if (transaction === undefined) throw new Error(`transaction ${place} is committed and missing`);
  const answer = (rules.clientTable ? apply : applyAgain)(state.machine, transaction.value);
  if (answer !== undefined) settle(state.requests, transaction.value, answer, node);
}
