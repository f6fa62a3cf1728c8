import type { NodeId } from "../../../contracts/protocol.ts";
import type { Operation } from "../../state-machine/operation.ts";
import { read } from "../../state-machine/state-machine.ts";
import { askWhetherLeading } from "./asking.ts";
import { answerOrigin } from "./execution.ts";
import { isQuorumAt, type Leadership, type Read, type Server } from "./server.ts";

/**
 * A read without a place in the log. The leader answers it from its state when a quorum has said, after the read
 * came, that it still takes part in the leader's ballot, and when the leader has executed all that may have been
 * chosen in lower ballots. Then nothing that was done before the read came is missing: if it was done in the
 * leader's ballot, the leader did it; if in a lower one, phase 1 told of it; and if in a higher one, some
 * acceptor of the first slot that the leader does not know has promised that ballot, and would have said no.
 * Reads that come while a question is under way share the next one.
 */
export function takeRead(server: Server, operation: Operation): void {
  const { state, rules } = server;
  const { leading } = state;
  if (leading === null || state.role !== "leader") return;
  const leased =
    typeof rules.reads === "object" && server.node.now() < leading.leaseEnds && knowsAll(server, leading);
  if (leased || rules.reads === "nothing") {
    return answerOrigin(server, operation, read(state.machine, operation.command));
  }
  const idle = leading.reads.length === 0;
  leading.reads.push({ operation, round: leading.round + 1 });
  if (idle) askWhetherLeading(server);
  serveReads(server);
}

/** Answers the reads that may be, and asks for those that came meanwhile. */
export function serveReads(server: Server): void {
  const { state } = server;
  const { leading } = state;
  if (leading === null || !isConfirmed(server, leading)) return;
  takeLease(server, leading);
  if (leading.reads.length === 0 || !knowsAll(server, leading)) return;
  const { round } = leading;
  const ready = (each: Read): boolean => each.round <= round;
  for (const each of leading.reads.filter(ready)) {
    answerOrigin(server, each.operation, read(state.machine, each.operation.command));
  }
  const waiting = leading.reads.filter((each) => !ready(each));
  leading.reads.splice(0, leading.reads.length, ...waiting);
  if (waiting.length === 0) return;
  askWhetherLeading(server);
  serveReads(server);
}

/** Whether it has executed all that may have been chosen before it led. */
function knowsAll(server: Server, { begin, promises }: Leadership): boolean {
  const { state, rules } = server;
  if (state.committed < begin) return false;
  return !rules.readsWhenPromised || isQuorumAt(server, state.committed, promises);
}

/** Whether a quorum has answered the latest question. */
function isConfirmed(server: Server, { answered, round }: Leadership): boolean {
  const { state, rules, node } = server;
  if (round === 0) return false;
  const confirming: NodeId[] = [node.id];
  for (const [id, each] of Object.entries(answered)) if (each.round >= round) confirming.push(id);
  if (typeof rules.reads === "object" && !rules.reads.fromQuorum) return confirming.length > 1;
  return isQuorumAt(server, state.committed, confirming);
}

/** From when the question was asked, as the leader's clock showed, and somewhat less long than those promised who answered. */
function takeLease({ rules, node }: Server, leading: Leadership): void {
  if (typeof rules.reads !== "object") return;
  const { duration, bound, fromAsking } = rules.reads;
  leading.leaseEnds = (fromAsking ? leading.asked : node.now()) + duration - 2 * bound;
}
