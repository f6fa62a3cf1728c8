import { inWords, type Json } from "../../histories/json.ts";
import { compareCommitted, emptyLog, type CommittedLog } from "./committed-log.ts";
import type { Monitor, Violation } from "./monitor.ts";
import { eachMember, type Rests } from "./sweep.ts";
import { kept, member, same, stillSame } from "./values.ts";
import type { ConsensusView, LogView } from "./view.ts";

type Vote = [ballot: number, value: Json];

type Memory = {
  readonly log: CommittedLog;
  /** By node: up to which slot it had what was committed. */
  readonly held: Record<string, number>;
  /** By node, then by instance: its vote; of nodes that vote in many instances none. */
  readonly votes: Record<string, Record<string, Vote>>;
  readonly rests: Rests;
};

/**
 * Durability, of what each node has to keep for all of them to keep anything: after a restart its log has what it had of
 * committed entries, or a snapshot instead, and it stands by its votes, unless a snapshot has come in place of the slot
 * voted in; except for what it had not synced. (That what clients were told to be done is never lost shows in their
 * histories.)
 */
export const durability: Monitor<Memory> = {
  name: "durability",
  summary: "after a restart a node has what it had of committed entries, and stands by its votes",
  begin: () => ({ log: emptyLog(), held: {}, votes: {}, rests: {} }),
  crashed(memory, node, lost) {
    if (!lost) return;
    delete memory.held[node];
    delete memory.votes[node];
  },
  look(memory, node, view, occasion) {
    const violation = occasion === "restart" ? lostBy(memory, node, view) : undefined;
    if (violation !== undefined) return violation;
    if (occasion !== "step") {
      delete memory.log.cursors[node];
      delete memory.held[node];
    }
    remember(memory, node, view);
    return undefined;
  },
};

function remember(memory: Memory, node: string, { log, votes }: ConsensusView): void {
  if (log !== undefined) {
    // What differs from what was committed is for the monitors of agreement.
    compareCommitted(memory.log, durability.name, node, log);
    const held = Math.min(log.committed, log.first + log.entries.length);
    if (held > (memory.held[node] ?? 0)) memory.held[node] = held;
  }
  if (votes === undefined) return;
  const before = memory.votes[node] ?? {};
  const shown: Record<string, Vote> = {};
  eachMember(memory.rests, node, votes, (instance, { ballot, value }) => {
    const old = member(before, instance);
    shown[instance] =
      old !== undefined && old[0] === ballot && stillSame(old[1], value) ? old : [ballot, kept(value)];
    return undefined;
  });
  if (memory.rests[node] === undefined) memory.votes[node] = shown;
  else delete memory.votes[node];
}

function lostBy(memory: Memory, node: string, { log, votes }: ConsensusView): Violation | undefined {
  const held = memory.held[node] ?? 0;
  const violation = log === undefined ? undefined : lostEntry(memory.log, node, held, log);
  if (violation !== undefined || votes === undefined) return violation;
  const before = memory.votes[node] ?? {};
  for (const instance in before) {
    const [ballot, value] = before[instance]!;
    const vote = Object.hasOwn(votes, instance) ? votes[instance] : undefined;
    if (vote !== undefined && (vote.ballot > ballot || (vote.ballot === ballot && same(vote.value, value))))
      continue;
    if (vote === undefined && log !== undefined && isBefore(log.first, instance)) continue;
    const now = vote === undefined ? "no vote" : `a vote for ${inWords(vote.value)} in ballot ${vote.ballot}`;
    return {
      property: "durability",
      nodes: [node],
      explanation: `Before its restart ${node} had voted for ${inWords(value)} in ballot ${ballot} of instance ${instance}; now it shows ${now}.`,
      evidence: { instance, ballot, value },
    };
  }
  return undefined;
}

/** Whether an instance is a slot before `first`. */
function isBefore(first: number, instance: string): boolean {
  const slot = Number(instance);
  return String(slot) === instance && slot < first;
}

function lostEntry({ slots }: CommittedLog, node: string, held: number, log: LogView): Violation | undefined {
  for (let slot = log.first; slot < held; slot++) {
    const committed = slots[slot];
    if (committed === null || committed === undefined) continue;
    const entry = log.entries[slot - log.first];
    if (entry !== null && entry !== undefined && same(entry.value, committed[0])) continue;
    const now = entry === null || entry === undefined ? "nothing" : inWords(entry.value);
    return {
      property: "durability",
      nodes: [node],
      explanation: `Before its restart ${node} had ${inWords(committed[0])} committed in slot ${slot}; now it has ${now} there.`,
      evidence: { slot, before: committed[0] },
    };
  }
  return undefined;
}
