import { describe, expect, test } from "vitest";

import type { NodeId } from "../../../contracts/protocol.ts";
import { WatchedSchedule } from "../../testing/watched-schedule.ts";
import { raftMutants } from "./mutants.ts";
import { raft, raftBy } from "./raft.ts";
import { raftRules, type Rules } from "./rules.ts";
import type { RaftState } from "./server.ts";

/** As in the paper of 2014, an entry a message. */
const paper: Rules = { ...raftRules, preVote: false, checkQuorum: false, batch: 1 };

/** The mutant's one wrong rule, in the paper's Raft. */
function rulesOf(mutant: string): Rules {
  const found = raftMutants.find(({ name }) => name === mutant);
  if (found === undefined) throw new Error(`no mutant ${mutant}`);
  return { ...found.rules, preVote: false, checkQuorum: false };
}

function schedule(rules: Rules, nodes = 3): WatchedSchedule<RaftState> {
  const names = Array.from({ length: nodes }, (_, i) => `n${i + 1}`);
  return new WatchedSchedule(raftBy(rules), names, raft.properties);
}

/** A server stands for election and gets these votes. */
function elect(
  { cluster }: WatchedSchedule<RaftState>,
  candidate: NodeId,
  ...voters: readonly NodeId[]
): void {
  cluster.fire(candidate, "election");
  for (const voter of voters) cluster.deliver(candidate, voter, "request-vote");
  for (const voter of voters) cluster.deliver(voter, candidate, "voted");
}

/** Until the follower has all that the leader has. */
function replicate({ cluster }: WatchedSchedule<RaftState>, leader: NodeId, follower: NodeId): void {
  const isUnderWay = (): boolean =>
    cluster.inFlight.some(
      ({ from, to, body }) => from === leader && to === follower && body["type"] === "append",
    );
  while (isUnderWay()) {
    cluster.deliver(leader, follower, "append");
    cluster.deliver(follower, leader, "appended");
  }
}

/** Figure 8 of the paper with three servers. */
function figure8(rules: Rules): WatchedSchedule<RaftState> {
  const s = schedule(rules);
  elect(s, "n1", "n3");
  elect(s, "n3", "n2");
  s.cluster.deliver("n3", "n1", "request-vote");
  s.cluster.lose();
  elect(s, "n1", "n2");
  s.cluster.deliver("n1", "n3", "request-vote");
  // n2 lacks what comes before; then it is sent the entry of the first term, and not yet that of the third.
  s.talk("n1", "n2", "append", "appended", "append", "appended");
  s.cluster.lose();
  elect(s, "n3", "n2");
  return s;
}

/** Two leaders each leave out one server, and go by their new members at once (Ongaro 2015). */
function twoChanges(rules: Rules): WatchedSchedule<RaftState> {
  const s = schedule(rules, 4);
  elect(s, "n1", "n2", "n3");
  s.ask("without n4", "n1", { type: "reconfigure", members: ["n1", "n2", "n3"] });
  elect(s, "n2", "n3", "n4");
  s.ask("without n1", "n2", { type: "reconfigure", members: ["n2", "n3", "n4"] });
  s.cluster.deliver("n2", "n4", "append");
  s.cluster.deliver("n4", "n2", "appended");
  s.cluster.deliver("n2", "n1", "request-vote");
  s.cluster.lose();
  s.cluster.fire("n1", "election");
  s.cluster.deliver("n1", "n3", "request-vote");
  if (s.cluster.inFlight.some(({ body }) => body["type"] === "voted")) s.cluster.deliver("n3", "n1", "voted");
  return s;
}

describe("entries of earlier terms", () => {
  test("that a majority has are not committed by that", () => {
    expect(figure8(paper).violation).toBeUndefined();
  });
  test("are lost if they were taken for committed", () => {
    expect(figure8(rulesOf("counts-old-terms")).violation?.property).toBe("leader-completeness");
  });
});

describe("a change of one member", () => {
  test("waits until the leader has committed something", () => {
    const s = twoChanges(paper);
    expect(s.answers["without n4"]).toMatchObject({ type: "error", code: 11 });
    expect(s.violation).toBeUndefined();
  });
  test("makes majorities that share nobody if it does not", () => {
    const s = twoChanges(rulesOf("reconfigures-unsettled"));
    expect(s.violation?.property).toBe("leader-completeness");
  });
});

describe("a change of members", () => {
  const joint = (): WatchedSchedule<RaftState> => {
    const s = schedule(paper);
    elect(s, "n1", "n2");
    s.talk("n1", "n2", "append", "appended");
    s.ask("alone", "n1", { type: "reconfigure", members: ["n1"] });
    return s;
  };

  test("of several takes a majority of those before, too", () => {
    const s = joint();
    expect(s.answers["alone"]).toBeUndefined();
    s.talk("n1", "n2", "append", "appended");
    // Both have agreed; now the new members are an entry, which n1 commits alone.
    s.cluster.deliver("n1", "n1", "appended");
    expect(s.answers["alone"]).toEqual({ type: "reconfigure_ok" });
    expect(s.violation).toBeUndefined();
  });

  test("comes one at a time, of known nodes, at the leader", () => {
    const s = joint();
    s.ask("second", "n1", { type: "reconfigure", members: ["n1", "n2"] });
    s.ask("unknown", "n1", { type: "reconfigure", members: ["n9"] });
    s.ask("follower", "n2", { type: "reconfigure", members: ["n1"] });
    expect(s.answers["second"]).toMatchObject({ code: 11 });
    expect(s.answers["unknown"]).toMatchObject({ code: 12 });
    expect(s.answers["follower"]).toMatchObject({ code: 11, text: "not the leader; ask n1" });
  });

  test("that leaves the leader out ends its lead", () => {
    const s = schedule(paper);
    elect(s, "n1", "n2");
    s.talk("n1", "n2", "append", "appended");
    s.ask("without me", "n1", { type: "reconfigure", members: ["n2", "n3"] });
    s.talk("n1", "n2", "append", "appended");
    expect(s.answers["without me"]).toBeUndefined();
    s.talk("n1", "n3", "append", "appended", "append", "appended");
    expect(s.answers["without me"]).toEqual({ type: "reconfigure_ok" });
    s.cluster.lose();
    s.cluster.fire("n1", "election");
    expect(s.cluster.inFlight).toEqual([]);
  });
});

describe("a request", () => {
  const write = { type: "write", key: "x", value: 1 };

  test("goes to the leader, and its answer back through the node that was asked", () => {
    const s = schedule(paper);
    elect(s, "n1", "n2");
    s.talk("n1", "n2", "append", "appended");
    s.ask("write", "n2", write);
    s.cluster.deliver("n2", "n1", "forward");
    s.talk("n1", "n2", "append", "appended", "answer");
    expect(s.answers["write"]).toEqual({ type: "write_ok" });
  });

  test("that is sent again to another leader takes effect once", () => {
    const s = schedule(paper);
    elect(s, "n1", "n2", "n3");
    s.talk("n1", "n2", "append", "appended");
    s.ask("append", "n3", { type: "txn", txn: [["append", 1, 5]] });
    s.cluster.deliver("n1", "n3", "append");
    s.cluster.fire("n3", "resend");
    s.cluster.deliver("n3", "n1", "forward");
    s.talk("n1", "n2", "append", "appended");
    s.cluster.lose();
    elect(s, "n2", "n3");
    replicate(s, "n2", "n3");
    s.cluster.fire("n3", "resend");
    s.cluster.deliver("n3", "n2", "forward");
    replicate(s, "n2", "n3");
    s.cluster.deliver("n2", "n3", "answer");
    s.ask("read", "n2", { type: "txn", txn: [["r", 1, null]] });
    s.talk("n2", "n3", "append", "appended");
    expect(s.answers["read"]).toEqual({ type: "txn_ok", txn: [["r", 1, [5]]] });
    expect(s.answers["append"]).toEqual({ type: "txn_ok", txn: [["append", 1, 5]] });
  });

  test("to a server without a leader is denied when its time is over", () => {
    const s = schedule(paper);
    s.ask("write", "n1", write);
    s.cluster.fire("n1", "deadline/");
    expect(s.answers["write"]).toMatchObject({ type: "error", code: 11 });
  });
});

test("whoever asks first disturbs nobody that has a leader", () => {
  const s = schedule(raftRules);
  s.cluster.fire("n1", "election");
  s.talk("n1", "n2", "pre-vote", "pre-voted", "request-vote", "voted", "append", "appended");
  s.cluster.deliver("n1", "n3", "append");
  s.cluster.lose();
  s.cluster.fire("n3", "election");
  s.cluster.deliver("n3", "n2", "pre-vote");
  expect(s.cluster.inFlight.filter(({ from }) => from === "n2")).toEqual([]);
});
