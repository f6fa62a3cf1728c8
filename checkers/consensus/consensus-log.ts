import type { ConsensusLog, ConsensusLogLine } from "../../histories/codecs/consensus-log.ts";
import { confirmed } from "../certificates/confirmed.ts";
import { verifyCommittedSlots } from "../certificates/consensus.ts";
import { Contradictions } from "../simple/contradictions.ts";
import type { Certificate, Verdict } from "../verdict.ts";

/** The account of a log without contradictions: what is committed in each slot, by digest. */
export interface CommittedSlotsCertificate extends Certificate {
  readonly kind: "committed-slots";
  readonly slots: readonly (readonly [slot: number, digest: string])[];
}

type Entry = Extract<ConsensusLogLine, { readonly kind: "entry" }>;

/** A committed entry that a leader showed, and the ballot in which it led. */
interface Committed {
  readonly entry: Entry;
  readonly nodes: Set<string>;
  /** The lowest ballot in which it is known to be committed, as a leader showed it; Infinity if only followers did. */
  by: number;
  byEntry: Entry | undefined;
}

/**
 * Judges what nodes of any system for consensus wrote down of their logs, without knowing the protocol:
 *
 * - agreement: whatever any node has as committed in a slot, at any time, has one digest;
 * - one value a ballot: entries of one ballot in one slot have one digest, since a ballot has one leader;
 * - leader uniqueness: one node at most leads in each ballot;
 * - leader completeness, as far as leaders are logged: in a slot where a leader had an entry committed, no later leader puts
 *   another one in a ballot of its own.
 *
 * A log tells what was written into it: of slots that a node left out nothing is said.
 */
export function checkConsensusLog(log: ConsensusLog): Verdict {
  const { lines } = log;
  const found = new Contradictions();
  const committed = new Map<number, Committed>();
  const byBallot = new Map<string, Entry>();
  const leaders = new Map<number, ConsensusLogLine>();
  const leading = new Map<string, number | null>();
  const proposed: { readonly index: number; readonly entry: Entry }[] = [];
  const indexOf = new Map<ConsensusLogLine, number>();
  const nodes = new Set<string>();
  const slots = new Set<number>();
  for (const [index, line] of lines.entries()) {
    indexOf.set(line, index);
    nodes.add(line.node);
    if (line.kind === "leads") {
      leading.set(line.node, line.ballot);
      if (line.ballot !== null) judgeLeader(leaders, line, line.ballot, indexOf, found);
      continue;
    }
    slots.add(line.slot);
    judgeBallot(byBallot, line, indexOf, found);
    const ballot = leading.get(line.node) ?? null;
    if (ballot !== null && line.ballot === ballot) proposed.push({ index, entry: line });
    if (line.committed) judgeCommitted(committed, line, ballot, indexOf, found);
  }
  for (const { index, entry } of proposed) {
    const before = committed.get(entry.slot);
    if (before?.byEntry === undefined || before.by >= entry.ballot || before.entry.digest === entry.digest)
      continue;
    const { byEntry, by } = before;
    found.add(
      "leader-completeness",
      [indexOf.get(byEntry) ?? 0, index],
      () =>
        `${Told(entry)}, in a ballot that it leads itself; but ${told(byEntry)}, committed by the leader of ballot ${by}, which is earlier.`,
    );
  }
  const compared = [...committed.values()].filter((each) => each.nodes.size > 1).length;
  const statistics = {
    lines: lines.length,
    nodes: nodes.size,
    slots: slots.size,
    "committed-slots": committed.size,
    "compared-slots": compared,
    leaders: leaders.size,
  };
  const open =
    committed.size === 0
      ? "no evidence: nothing is committed"
      : compared === 0
        ? "no evidence: no slot is committed by two nodes (the logs of all nodes are judged together: cat *.log | rashomon check - --consensus)"
        : undefined;
  const verdict = found.verdict(
    "consensus-log",
    statistics,
    open,
    leaders.size > 0 ? [] : ["No line tells who led, so nothing is said of leaders."],
  );
  if (verdict.valid !== true) return verdict;
  const certificate: CommittedSlotsCertificate = {
    kind: "committed-slots",
    slots: [...committed]
      .map(([slot, { entry }]) => [slot, entry.digest] as const)
      .toSorted(([a], [b]) => a - b),
  };
  return confirmed(verdict, certificate, verifyCommittedSlots(log, certificate));
}

function judgeLeader(
  leaders: Map<number, ConsensusLogLine>,
  line: ConsensusLogLine,
  ballot: number,
  indexOf: ReadonlyMap<ConsensusLogLine, number>,
  found: Contradictions,
): void {
  const other = leaders.get(ballot);
  if (other === undefined) leaders.set(ballot, line);
  else if (other.node !== line.node)
    found.add(
      "leader-uniqueness",
      [indexOf.get(other) ?? 0, indexOf.get(line) ?? 0],
      () =>
        `Line ${other.line}: ${other.node} leads in ballot ${ballot}; line ${line.line}: so does ${line.node}.`,
    );
}

function judgeBallot(
  byBallot: Map<string, Entry>,
  entry: Entry,
  indexOf: ReadonlyMap<ConsensusLogLine, number>,
  found: Contradictions,
): void {
  const name = `${entry.slot} ${entry.ballot}`;
  const other = byBallot.get(name);
  if (other === undefined) byBallot.set(name, entry);
  else if (other.digest !== entry.digest)
    found.add(
      "two-values-in-a-ballot",
      [indexOf.get(other) ?? 0, indexOf.get(entry) ?? 0],
      () => `${Told(other)}, and ${told(entry)}: the leader of a ballot proposes one value for a slot.`,
    );
}

function judgeCommitted(
  committed: Map<number, Committed>,
  entry: Entry,
  ballot: number | null,
  indexOf: ReadonlyMap<ConsensusLogLine, number>,
  found: Contradictions,
): void {
  let before = committed.get(entry.slot);
  if (before === undefined) {
    before = { entry, nodes: new Set(), by: Infinity, byEntry: undefined };
    committed.set(entry.slot, before);
  } else if (before.entry.digest !== entry.digest) {
    const other = before.entry;
    found.add(
      "agreement",
      [indexOf.get(other) ?? 0, indexOf.get(entry) ?? 0],
      () => `${Told(other)}, committed; and ${told(entry)}, committed as well.`,
    );
    return;
  }
  before.nodes.add(entry.node);
  if (ballot === null) return;
  // A leader that was replaced may yet learn what a later one has committed.
  const by = Math.max(ballot, entry.ballot);
  if (by >= before.by) return;
  before.by = by;
  before.byEntry = entry;
}

function told({ line, node, slot, ballot, digest }: Entry): string {
  return `line ${line}: ${node} has ${digest} of ballot ${ballot} in slot ${slot}`;
}

function Told(entry: Entry): string {
  return `L${told(entry).slice(1)}`;
}
