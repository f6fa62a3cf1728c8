import { describe, expect, test } from "vitest";

import type { NodeId } from "../../../contracts/protocol.ts";
import { WatchedSchedule } from "../../testing/watched-schedule.ts";
import { multiPaxosBy } from "../multi-paxos/multi-paxos.ts";
import type { Rules } from "../multi-paxos/rules.ts";
import type { MultiPaxosState } from "../multi-paxos/server.ts";
import { horizontalPaxos } from "./horizontal-paxos.ts";
import { horizontalPaxosMutants } from "./mutants.ts";
import { horizontalPaxosRules } from "./rules.ts";

type Schedule = WatchedSchedule<MultiPaxosState>;

const plain: Rules = { ...horizontalPaxosRules, loyal: false, checksQuorum: false };

function rulesOf(mutant: string): Rules {
  const found = horizontalPaxosMutants.find(({ name }) => name === mutant);
  if (found === undefined) throw new Error(`no mutant ${mutant}`);
  return found.rules;
}

/** Nodes of which `leader` leads, by the promises of these. */
function led(rules: Rules, leader: NodeId, ...voters: readonly NodeId[]): Schedule {
  const s = new WatchedSchedule(
    multiPaxosBy(rules, "horizontal-paxos"),
    ["n1", "n2", "n3"],
    horizontalPaxos.properties,
  );
  elect(s, leader, ...voters);
  return s;
}

function elect({ cluster }: Schedule, candidate: NodeId, ...voters: readonly NodeId[]): void {
  cluster.fire(candidate, "election");
  for (const voter of voters) cluster.deliver(candidate, voter, "prepare");
  for (const voter of voters) cluster.deliver(voter, candidate, "promised");
}

/** The leader tells one other node all that it lacks, and hears of it. */
function inform({ cluster }: Schedule, leader: NodeId, other: NodeId): void {
  cluster.lose();
  cluster.fire(leader, "heartbeat");
  cluster.deliver(leader, other, "accept");
  cluster.deliver(other, leader, "accepted");
}

const write = (value: number) => ({ type: "write", key: "x", value });
const reconfigure = (...members: NodeId[]) => ({ type: "reconfigure", members });

/** The slots in which the messages in flight propose something. */
function proposed({ cluster }: Schedule): number[] {
  const slots = new Set<number>();
  for (const { body } of cluster.inFlight) {
    const { type, first, values } = body;
    if (type !== "accept" || typeof first !== "number" || !Array.isArray(values)) continue;
    values.forEach((_, i) => slots.add(first + i));
  }
  return [...slots].toSorted((a, b) => a - b);
}

describe("the window", () => {
  test("lets a leader propose in α slots before it knows what the first of them holds", () => {
    const s = led(plain, "n1", "n2");
    s.cluster.lose();
    for (const value of [1, 2, 3]) s.ask(`write ${value}`, "n1", write(value));
    expect(plain.window).toBe(2);
    expect(proposed(s)).toEqual([0, 1]);
    // With the first chosen there is room for the third, which has waited.
    s.talk("n1", "n2", "accept", "accepted");
    expect(s.answers).toEqual({ "write 1": { type: "write_ok" }, "write 2": { type: "write_ok" } });
    expect(proposed(s)).toContain(2);
  });
  test("is what keeps a slot from having two sets of acceptors", () => {
    const s = led(rulesOf("ignores-window"), "n1", "n2");
    s.cluster.lose();
    for (const value of [1, 2, 3]) s.ask(`write ${value}`, "n1", write(value));
    expect(proposed(s)).toEqual([0, 1, 2]);
  });
});

describe("a change of members", () => {
  /** n1 leads, and n2 and it choose that n3 alone be a member, and nothing in the slots up to there. */
  function changed(rules: Rules): Schedule {
    const s = led(rules, "n1", "n2");
    s.cluster.lose();
    s.ask("write", "n1", write(1));
    s.talk("n1", "n2", "accept", "accepted");
    s.cluster.lose();
    s.ask("change", "n1", reconfigure("n3"));
    s.talk("n1", "n2", "accept", "accepted", "accept", "accepted");
    return s;
  }

  test("fills the slots up to where it counts with nothing", () => {
    const s = led(plain, "n1", "n2");
    s.cluster.lose();
    s.ask("change", "n1", reconfigure("n3"));
    expect(proposed(s)).toEqual([0]);
    s.talk("n1", "n2", "accept", "accepted");
    const [accept] = s.cluster.inFlight.filter(({ to, body }) => to === "n2" && body["type"] === "accept");
    expect(accept?.body).toMatchObject({ first: 1, values: [null], committed: 1 });
  });

  test("is done when the new members know what was before, and then the leader is none any more", () => {
    const s = changed(plain);
    expect(s.answers["change"]).toBeUndefined();
    s.cluster.lose();
    s.cluster.fire("n1", "heartbeat");
    s.talk("n1", "n3", "accept", "fetch", "install");
    inform(s, "n1", "n3");
    expect(s.answers["change"]).toEqual({ type: "reconfigure_ok" });
    s.cluster.lose();
    // n3 leads without asking anybody; n1 may not even stand.
    s.cluster.fire("n1", "election");
    expect(s.cluster.inFlight.map(({ body }) => body["type"])).toEqual(["fetch", "fetch"]);
    s.cluster.fire("n3", "election");
    s.cluster.deliver("n3", "n3", "promised");
    s.ask("next", "n3", write(2));
    s.cluster.deliver("n3", "n3", "accepted");
    expect(s.answers["next"]).toEqual({ type: "write_ok" });
    expect(s.violation).toBeUndefined();
  });
  test("lets those before go for good", () => {
    const s = changed(plain);
    s.cluster.lose();
    s.cluster.fire("n1", "heartbeat");
    s.talk("n1", "n3", "accept", "fetch", "install");
    inform(s, "n1", "n3");
    expect(s.answers["change"]).toEqual({ type: "reconfigure_ok" });
    for (const node of ["n1", "n2", "n3"]) s.cluster.crash(node);
    s.cluster.start("n3");
    s.cluster.fire("n3", "election");
    s.cluster.deliver("n3", "n3", "promised");
    s.ask("read", "n3", { type: "read", key: "x" });
    s.cluster.fire("n3", "heartbeat");
    s.cluster.lose();
    s.ask("next", "n3", write(2));
    s.cluster.deliver("n3", "n3", "accepted");
    expect(s.answers).toMatchObject({ read: { type: "read_ok", value: 1 }, next: { type: "write_ok" } });
    expect(s.violation).toBeUndefined();
  });
  test("makes those that are none ask what is chosen, for they may have come to be members again", () => {
    const s = changed(plain);
    inform(s, "n1", "n2");
    s.cluster.lose();
    s.cluster.fire("n2", "election");
    expect(s.cluster.inFlight.map(({ body }) => body["type"])).toEqual(["fetch", "fetch"]);
  });
  test("that is taken for done before that would lose what only old members have", () => {
    const s = changed(rulesOf("leaves-state-behind"));
    expect(s.answers["change"]).toEqual({ type: "reconfigure_ok" });
    s.cluster.fire("n1", "election");
    expect(s.violation?.property).toBe("handover");
  });

  test("is done once at a time, for names of nodes, by the leader", () => {
    const s = led(plain, "n1", "n2");
    s.ask("change", "n1", reconfigure("n1"));
    s.ask("second", "n1", reconfigure("n2"));
    s.ask("unknown", "n1", reconfigure("n9"));
    s.ask("nobody", "n1", reconfigure());
    s.ask("follower", "n2", reconfigure("n2"));
    expect(s.answers["second"]).toMatchObject({ type: "error", code: 11 });
    expect(s.answers["unknown"]).toMatchObject({ type: "error", code: 12 });
    expect(s.answers["nobody"]).toMatchObject({ type: "error", code: 12 });
    expect(s.answers["follower"]).toMatchObject({ type: "error", code: 11 });
  });

  test("may come about or not, if it takes too long or the leader loses its lead", () => {
    const slow = led(plain, "n1", "n2");
    slow.ask("change", "n1", reconfigure("n1"));
    slow.cluster.fire("n1", "reconfiguration");
    expect(slow.answers["change"]).toMatchObject({ type: "error", code: 0 });
    const lost = led(plain, "n1", "n2");
    lost.ask("change", "n1", reconfigure("n1"));
    lost.cluster.lose();
    elect(lost, "n2", "n3");
    lost.cluster.fire("n2", "heartbeat");
    lost.cluster.deliver("n2", "n1", "accept");
    expect(lost.answers["change"]).toMatchObject({ type: "error", code: 0 });
  });
});

describe("new members", () => {
  test("are asked for their promises before anything is proposed to them", () => {
    const s = led(plain, "n1", "n2");
    s.cluster.lose();
    s.ask("change", "n1", reconfigure("n3"));
    s.talk("n1", "n2", "accept", "accepted", "accept", "accepted");
    s.cluster.lose();
    s.ask("write", "n1", write(1));
    expect(proposed(s)).toEqual([]);
    s.cluster.fire("n1", "heartbeat");
    s.talk("n1", "n3", "prepare", "promised");
    expect(proposed(s)).toEqual([2]);
  });
  test("count for a node that was down from what its disk has", () => {
    const s = led(plain, "n1", "n2");
    s.cluster.lose();
    s.ask("change", "n1", reconfigure("n1"));
    s.talk("n1", "n2", "accept", "accepted", "accept", "accepted");
    expect(s.answers["change"]).toEqual({ type: "reconfigure_ok" });
    s.cluster.lose();
    s.ask("alone", "n1", write(1));
    s.cluster.deliver("n1", "n1", "accepted");
    expect(s.answers["alone"]).toEqual({ type: "write_ok" });
    s.cluster.crash("n1");
    s.cluster.start("n1");
    s.cluster.lose();
    // It is the only one that may lead, and whoever else has a vote of before is not asked.
    s.cluster.fire("n1", "election");
    s.cluster.deliver("n1", "n1", "promised");
    s.ask("read", "n1", { type: "read", key: "x" });
    s.cluster.deliver("n1", "n1", "accepted");
    expect(s.answers["read"]).toEqual({ type: "read_ok", value: 1 });
    expect(s.violation).toBeUndefined();
  });
});
