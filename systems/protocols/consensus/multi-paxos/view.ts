import type { ConsensusView, QuorumCertificate } from "../../../../checkers/consensus/view.ts";
import { digestOf } from "../../state-machine/state-machine.ts";
import { membersAt } from "./configuration.ts";
import { entryAt, endOf, firstSlot } from "./log.ts";
import type { Rules } from "./rules.ts";
import type { Leadership, MultiPaxosState } from "./server.ts";

/**
 * What white-box checkers look at: the votes in slots that are not known to be chosen, and the certificate of what was
 * chosen latest. A leader leads when it has proposed all that may have been chosen before.
 */
export function multiPaxosView(state: MultiPaxosState, rules: Rules): ConsensusView {
  const { promised, log, committed, machine, role, leading } = state;
  const votes: Record<string, { ballot: number; value: NonNullable<ReturnType<typeof entryAt>>["value"] }> =
    {};
  for (let slot = committed; slot < endOf(log); slot++) {
    const entry = entryAt(log, slot);
    if (entry !== null) votes[slot] = entry;
  }
  const leads = role === "leader" && leading !== null && leading.next >= leading.begin;
  return {
    log: { first: firstSlot(log), entries: log.entries, committed },
    leads: leads ? leading.ballot : null,
    promised: { ballot: promised },
    votes,
    certificates: leading === null ? [] : certificatesOf(state, leading, rules),
    state: { position: machine.position, digest: digestOf(machine) },
    ...(rules.reconfigurable ? { acceptors: certainAcceptors(state, rules) } : {}),
    more: { role },
  };
}

/** Of each slot so near that no other can change it any more: its acceptors. */
function certainAcceptors(
  { configurations, committed }: MultiPaxosState,
  { window }: Rules,
): Record<string, readonly string[]> {
  const acceptors: Record<string, readonly string[]> = {};
  for (let slot = committed; slot < committed + window; slot++) {
    acceptors[slot] = membersAt(configurations, slot);
  }
  return acceptors;
}

function certificatesOf({ log }: MultiPaxosState, leading: Leadership, rules: Rules): QuorumCertificate[] {
  const { latest, ballot } = leading;
  const entry = latest === null ? null : entryAt(log, latest.slot);
  if (latest === null || entry === null) return [];
  const { slot, members, voters } = latest;
  return [
    {
      instance: String(slot),
      ballot,
      value: entry.value,
      voters: voters.filter((voter) => members.includes(voter)),
      quorum: { size: rules.quorum(members.length), members },
    },
  ];
}
