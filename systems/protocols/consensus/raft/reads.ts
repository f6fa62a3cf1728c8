import type { NodeId } from "../../../contracts/protocol.ts";
import type { Operation } from "../../state-machine/operation.ts";
import { read } from "../../state-machine/state-machine.ts";
import { answerOrigin } from "./commitment.ts";
import { isQuorum } from "./configuration.ts";
import { askWhetherLeading } from "./replication.ts";
import type { Leadership, Read, Server } from "./server.ts";

/**
 * A read without a place in the log (thesis, §6.4): it is answered from the leader's state once the leader
 * has applied all that was committed when the read came, and knows that it was still the leader then, since
 * a majority answered it afterwards. That begins with the entry of its own term: what was committed before
 * it came to lead, it knows from then on. Reads that come while a question is under way share the next one.
 */
export function takeRead(server: Server, operation: Operation): void {
  const { state, rules } = server;
  const { leading } = state;
  if (leading === null) return;
  if (!rules.confirmsReads) return answerOrigin(server, operation, read(state.machine, operation.command));
  const index = Math.max(state.committed, leading.begin);
  const idle = leading.reads.length === 0;
  const round = idle || rules.asksAfterwards ? leading.round + 1 : leading.round;
  leading.reads.push({ operation, index, round });
  if (idle) askWhetherLeading(server);
  serveReads(server);
}

/** Answers the reads that may be, and asks for those that came meanwhile. */
export function serveReads(server: Server): void {
  const { state } = server;
  const { leading } = state;
  if (leading === null || leading.reads.length === 0 || !isConfirmed(server, leading)) return;
  const { round } = leading;
  const ready = (each: Read): boolean => each.round <= round && each.index <= state.committed;
  for (const each of leading.reads.filter(ready)) {
    answerOrigin(server, each.operation, read(state.machine, each.operation.command));
  }
  const waiting = leading.reads.filter((each) => !ready(each));
  leading.reads.splice(0, leading.reads.length, ...waiting);
  if (!waiting.some((each) => each.round > round)) return;
  askWhetherLeading(server);
  serveReads(server);
}

/** Whether a majority has answered the latest question. */
function isConfirmed({ state, rules, node }: Server, { followers, round }: Leadership): boolean {
  const confirming: NodeId[] = [node.id];
  for (const [id, progress] of Object.entries(followers)) if (progress.round >= round) confirming.push(id);
  return isQuorum(state.configuration, confirming, rules);
}
