import { describe, expect, test } from "vitest";

import type { NodeId } from "../../../contracts/protocol.ts";
import { WatchedSchedule } from "../../testing/watched-schedule.ts";
import { multiPaxosBy } from "../multi-paxos/multi-paxos.ts";
import type { Rules } from "../multi-paxos/rules.ts";
import type { MultiPaxosState } from "../multi-paxos/server.ts";
import { leasePaxos } from "./lease-paxos.ts";
import { leasePaxosMutants } from "./mutants.ts";
import { clockBound, lease, leasePaxosRules } from "./rules.ts";

type Schedule = WatchedSchedule<MultiPaxosState>;

const plain: Rules = { ...leasePaxosRules, loyal: false, checksQuorum: false };

function rulesOf(mutant: string): Rules {
  const found = leasePaxosMutants.find(({ name }) => name === mutant);
  if (found === undefined) throw new Error(`no mutant ${mutant}`);
  return found.rules;
}

const start = 10_000;

/** n1 leads, has written 1 with n2, and holds a lease from `start` on; its clock is off by `offset`. */
function leased(rules: Rules, offset = 0): Schedule {
  const s: Schedule = new WatchedSchedule(
    multiPaxosBy(rules, "lease-paxos"),
    ["n1", "n2", "n3"],
    leasePaxos.properties,
  );
  s.cluster.now = start;
  s.cluster.clockOffsets.set("n1", offset);
  elect(s, "n1", "n2");
  s.ask("first", "n1", { type: "write", key: "x", value: 1 });
  s.talk("n1", "n2", "accept", "accepted");
  s.cluster.lose();
  s.cluster.fire("n1", "heartbeat");
  s.talk("n1", "n2", "accept", "accepted");
  s.cluster.lose();
  return s;
}

function elect({ cluster }: Schedule, candidate: NodeId, voter: NodeId): void {
  cluster.fire(candidate, "election");
  cluster.deliver(candidate, voter, "prepare");
  cluster.deliver(voter, candidate, "promised");
}

/** Whether a candidate gets the promise that it needs. */
function isElected(s: Schedule, candidate: NodeId, voter: NodeId): boolean {
  s.cluster.lose();
  s.cluster.fire(candidate, "election");
  if (s.cluster.inFlight.length === 0) return false;
  s.cluster.deliver(candidate, voter, "prepare");
  if (s.cluster.inFlight.every(({ from }) => from !== voter)) return false;
  s.cluster.deliver(voter, candidate, "promised");
  s.cluster.lose();
  return true;
}

/** The leader writes 2 with one other. */
function overwrite(s: Schedule, leader: NodeId, other: NodeId): void {
  s.ask("second", leader, { type: "write", key: "x", value: 2 });
  // Twice, for the other may know of the first write that it is chosen, and say only that.
  for (let i = 0; i < 2; i++) {
    s.cluster.fire(leader, "heartbeat");
    s.cluster.deliver(leader, other, "accept");
    for (const type of ["accepted", "learn"]) {
      const isSaid = s.cluster.inFlight.some(({ from, body }) => from === other && body["type"] === type);
      if (isSaid) s.cluster.deliver(other, leader, type);
    }
    s.cluster.lose();
  }
  expect(s.answers["second"]).toEqual({ type: "write_ok" });
}

/** What n1 says to a read at once, with no message. */
function readAtOnce(s: Schedule): unknown {
  s.ask("read", "n1", { type: "read", key: "x" });
  return s.answers["read"];
}

const old = { type: "read_ok", value: 1 };

describe("a leader that holds a lease", () => {
  test("answers reads at once until it ends by its clock, less what clocks may be off", () => {
    const s = leased(plain);
    s.cluster.now = start + lease.duration - 2 * clockBound - 1;
    expect(readAtOnce(s)).toEqual(old);
    s.cluster.now++;
    const late = leased(plain);
    late.cluster.now = s.cluster.now;
    expect(readAtOnce(late)).toBeUndefined();
    late.talk("n1", "n2", "accept", "accepted");
    expect(late.answers["read"]).toEqual(old);
  });

  test("is the only one, whatever clocks show within their bound", () => {
    // The leader's clock was early when it asked and is late now; those of the others are early.
    const s = leased(plain, clockBound);
    s.cluster.clockOffsets.set("n1", -clockBound).set("n2", clockBound);
    s.cluster.now = start + lease.duration - 1;
    expect(isElected(s, "n3", "n2")).toBe(false);
    s.cluster.now++;
    expect(isElected(s, "n3", "n2")).toBe(true);
    overwrite(s, "n3", "n2");
    expect(readAtOnce(s)).toBeUndefined();
  });
  test("answers what is stale if it trusts its clock", () => {
    const s = leased(rulesOf("trusts-its-clock"), clockBound);
    s.cluster.clockOffsets.set("n1", -clockBound).set("n2", clockBound);
    s.cluster.now = start + lease.duration;
    expect(isElected(s, "n3", "n2")).toBe(true);
    overwrite(s, "n3", "n2");
    expect(readAtOnce(s)).toEqual(old);
  });
});

describe("an acceptor that has granted a lease", () => {
  test("does not stand for election before it ends", () => {
    const s = leased(plain);
    expect(isElected(s, "n2", "n3")).toBe(false);
    s.cluster.now = start + lease.duration;
    expect(isElected(s, "n2", "n3")).toBe(true);
  });
  test("makes reads stale if it does", () => {
    const s = leased(rulesOf("breaks-own-lease"));
    expect(isElected(s, "n2", "n3")).toBe(true);
    overwrite(s, "n2", "n3");
    expect(readAtOnce(s)).toEqual(old);
  });

  test("keeps to it when it is back from a crash", () => {
    const s = leased(plain, clockBound);
    s.cluster.clockOffsets.set("n2", -clockBound);
    s.cluster.crash("n2");
    s.cluster.start("n2");
    s.cluster.clockOffsets.set("n2", clockBound);
    s.cluster.now = start + lease.duration;
    expect(isElected(s, "n3", "n2")).toBe(false);
    s.cluster.now++;
    expect(isElected(s, "n3", "n2")).toBe(true);
  });

  test("grants nothing to a leader that asked so long ago that the lease has ended", () => {
    const s = leased(plain);
    s.cluster.fire("n1", "heartbeat");
    s.cluster.now = start + lease.duration;
    s.cluster.deliver("n1", "n2", "accept");
    expect(isElected(s, "n3", "n2")).toBe(true);
  });
  test("makes reads stale if it forgets", () => {
    const s = leased(rulesOf("forgets-lease"));
    s.cluster.crash("n2");
    s.cluster.start("n2");
    expect(isElected(s, "n3", "n2")).toBe(true);
    overwrite(s, "n3", "n2");
    expect(readAtOnce(s)).toEqual(old);
  });
});
