import { describe, expect, test } from "vitest";

import type { NodeId } from "../../../contracts/protocol.ts";
import { WatchedSchedule } from "../../testing/watched-schedule.ts";
import { multiPaxos, multiPaxosBy } from "./multi-paxos.ts";
import { multiPaxosMutants } from "./mutants.ts";
import { multiPaxosRules, type Rules } from "./rules.ts";
import type { MultiPaxosState } from "./server.ts";

type Schedule = WatchedSchedule<MultiPaxosState>;

/** Multi-Paxos without what is there for the sake of progress only. */
const plain: Rules = { ...multiPaxosRules, loyal: false, checksQuorum: false };

/** The mutant's one wrong rule, without that as well. */
function rulesOf(mutant: string): Rules {
  const found = multiPaxosMutants.find(({ name }) => name === mutant);
  if (found === undefined) throw new Error(`no mutant ${mutant}`);
  return { ...found.rules, loyal: false, checksQuorum: false };
}

function schedule(rules: Rules): Schedule {
  return new WatchedSchedule(multiPaxosBy(rules), ["n1", "n2", "n3"], multiPaxos.properties);
}

/** A node stands for election and gets these promises. */
function elect({ cluster }: Schedule, candidate: NodeId, ...voters: readonly NodeId[]): void {
  cluster.fire(candidate, "election");
  for (const voter of voters) cluster.deliver(candidate, voter, "prepare");
  for (const voter of voters) cluster.deliver(voter, candidate, "promised");
}

const write = (value: number) => ({ type: "write", key: "x", value });
const read = { type: "read", key: "x" };
const append = (element: number) => ({ type: "txn", txn: [["append", "x", element]] });
const readList = { type: "txn", txn: [["r", "x", null]] };

/** Asks the leader, who has it done with one other. */
function whole(s: Schedule, name: string, leader: NodeId, other: NodeId, body: typeof read): unknown {
  s.ask(name, leader, body);
  s.talk(leader, other, "accept", "accepted");
  s.cluster.lose();
  return s.answers[name];
}

describe("a gap in the log", () => {
  /** n1 proposes in slots 0 and 1, of which n3 hears of the second only; n3 leads then by the promise of n2. */
  function gap(rules: Rules): Schedule {
    const s = schedule(rules);
    elect(s, "n1", "n2", "n3");
    s.ask("lost", "n1", write(1));
    s.cluster.lose();
    s.ask("second", "n1", write(2));
    s.cluster.deliver("n1", "n3", "accept");
    s.cluster.lose();
    elect(s, "n3", "n2");
    s.talk("n3", "n2", "accept", "accepted");
    s.ask("read", "n3", read);
    s.cluster.lose();
    s.cluster.fire("n3", "heartbeat");
    s.talk("n3", "n2", "accept", "accepted");
    return s;
  }

  test("is filled with nothing, so that what comes after is executed", () => {
    const s = gap(plain);
    expect(s.answers["read"]).toEqual({ type: "read_ok", value: 2 });
    expect(s.violation).toBeUndefined();
  });
  test("holds everything up if it is left", () => {
    expect(gap(rulesOf("leaves-gaps")).answers["read"]).toBeUndefined();
  });
});

describe("what was chosen and executed", () => {
  /** n1 and n2 have chosen a write, of which n3 knows nothing; n3 leads then by the promise of n2. */
  function chosen(rules: Rules): Schedule {
    const s = schedule(rules);
    elect(s, "n1", "n2");
    expect(whole(s, "first", "n1", "n2", write(1))).toEqual({ type: "write_ok" });
    s.cluster.fire("n1", "heartbeat");
    s.talk("n1", "n2", "accept", "accepted");
    s.cluster.lose();
    elect(s, "n3", "n2");
    s.ask("second", "n3", { type: "cas", key: "x", from: 1, to: 2 });
    s.cluster.deliver("n3", "n2", "accept");
    return s;
  }

  test("is told of in promises, and stays", () => {
    const s = chosen(plain);
    s.cluster.deliver("n2", "n3", "learn");
    s.cluster.fire("n3", "heartbeat");
    s.talk("n3", "n2", "accept", "accepted");
    expect(s.answers["second"]).toEqual({ type: "cas_ok" });
    expect(s.violation).toBeUndefined();
  });
  test("is overwritten if promises leave it out", () => {
    expect(chosen(rulesOf("omits-chosen")).violation?.property).toBe("leader-completeness");
  });
});

describe("a read", () => {
  /** n1 leads and is told of nothing any more, while n3 leads and writes. */
  function deposed(rules: Rules): Schedule {
    const s = schedule(rules);
    elect(s, "n1", "n2");
    whole(s, "before", "n1", "n2", write(1));
    elect(s, "n3", "n2");
    s.talk("n3", "n2", "accept", "accepted");
    whole(s, "after", "n3", "n2", write(2));
    s.cluster.fire("n3", "heartbeat");
    s.talk("n3", "n2", "accept", "accepted");
    s.ask("read", "n1", read);
    return s;
  }

  test("is answered when a quorum has said that the leader still leads", () => {
    const s = schedule(plain);
    elect(s, "n1", "n2");
    whole(s, "write", "n1", "n2", write(1));
    s.ask("read", "n1", read);
    expect(s.answers["read"]).toBeUndefined();
    s.talk("n1", "n2", "accept", "accepted");
    expect(s.answers["read"]).toEqual({ type: "read_ok", value: 1 });
  });
  test("that comes while a question is under way waits for the next one", () => {
    const s = schedule(plain);
    elect(s, "n1", "n2");
    whole(s, "write", "n1", "n2", write(1));
    s.ask("first", "n1", read);
    s.ask("second", "n1", read);
    s.talk("n1", "n2", "accept", "accepted");
    expect(s.answers["first"]).toBeDefined();
    expect(s.answers["second"]).toBeUndefined();
    s.talk("n1", "n2", "accept", "accepted");
    expect(s.answers["second"]).toEqual({ type: "read_ok", value: 1 });
  });
  test("is not answered by a leader of the past", () => {
    const s = deposed(plain);
    s.talk("n1", "n2", "accept", "nack");
    expect(s.answers["read"]).toBeUndefined();
    expect(s.cluster.inFlight.some(({ from }) => from === "n1")).toBe(true);
  });
  test("would be stale if it were", () => {
    expect(deposed(rulesOf("local-reads")).answers["read"]).toEqual({ type: "read_ok", value: 1 });
  });
});

describe("an operation that is sent again", () => {
  test("takes effect once, and has the answer of its first time", () => {
    const s = schedule(plain);
    elect(s, "n1", "n2", "n3");
    s.cluster.fire("n1", "heartbeat");
    s.cluster.deliver("n1", "n3", "accept");
    s.cluster.lose();
    s.ask("append", "n3", append(5));
    s.cluster.fire("n3", "resend");
    s.cluster.deliver("n3", "n1", "forward");
    s.talk("n1", "n2", "accept", "accepted");
    // The answer of n1 is lost, and n3 asks n2, which leads then.
    s.cluster.lose();
    elect(s, "n2", "n3");
    s.cluster.fire("n2", "heartbeat");
    s.talk("n2", "n3", "accept", "accepted");
    s.cluster.fire("n3", "resend");
    s.cluster.deliver("n3", "n2", "forward");
    s.cluster.deliver("n2", "n3", "answer");
    expect(s.answers["append"]).toEqual({ type: "txn_ok", txn: [["append", "x", 5]] });
    s.cluster.lose();
    s.ask("read", "n2", readList);
    s.talk("n2", "n3", "accept", "accepted");
    expect(s.answers["read"]).toEqual({ type: "txn_ok", txn: [["r", "x", [5]]] });
    expect(s.violation).toBeUndefined();
  });
});

describe("a node that was down", () => {
  test("does not stand for election in a ballot of before, whose answers may yet come", () => {
    const s = schedule(plain);
    s.cluster.fire("n1", "election");
    s.cluster.crash("n1");
    s.cluster.start("n1");
    s.cluster.fire("n1", "election");
    const ballots = s.cluster.inFlight.filter(({ to }) => to === "n2").map(({ body }) => body["ballot"]);
    expect(ballots).toEqual([3, 6]);
  });

  test("stands by its promise and its votes", () => {
    const s = schedule(plain);
    elect(s, "n1", "n2");
    s.ask("write", "n1", write(1));
    s.talk("n1", "n2", "accept", "accepted");
    s.cluster.lose();
    s.cluster.crash("n2");
    s.cluster.start("n2");
    elect(s, "n3", "n2");
    s.talk("n3", "n2", "accept", "accepted");
    s.cluster.lose();
    s.ask("read", "n3", read);
    s.talk("n3", "n2", "accept", "accepted");
    expect(s.answers["read"]).toEqual({ type: "read_ok", value: 1 });
    expect(s.violation).toBeUndefined();
  });

  test("catches up by what is chosen, and by a snapshot of what is trimmed", () => {
    const s = schedule({ ...plain, snapshotAfter: 2 });
    elect(s, "n1", "n2");
    for (const i of [1, 2, 3]) whole(s, `write ${i}`, "n1", "n2", write(i));
    s.cluster.fire("n1", "heartbeat");
    s.talk("n1", "n3", "accept", "fetch", "install");
    s.cluster.lose();
    s.cluster.fire("n1", "heartbeat");
    s.talk("n1", "n3", "accept", "fetch", "learn");
    s.cluster.lose();
    // Now it can lead without what only n1 and n2 voted for.
    elect(s, "n3", "n2");
    s.ask("read", "n3", read);
    s.cluster.lose();
    s.cluster.fire("n3", "heartbeat");
    s.talk("n3", "n2", "accept", "accepted");
    expect(s.answers["read"]).toEqual({ type: "read_ok", value: 3 });
    expect(s.violation).toBeUndefined();
  });
});

describe("a request", () => {
  test("goes to the leader, and its answer back through the node that was asked", () => {
    const s = schedule(multiPaxosRules);
    elect(s, "n1", "n2");
    s.cluster.fire("n1", "heartbeat");
    s.cluster.deliver("n1", "n2", "accept");
    s.cluster.lose();
    s.ask("write", "n2", write(1));
    s.cluster.deliver("n2", "n1", "forward");
    s.talk("n1", "n2", "accept", "accepted", "answer");
    expect(s.answers["write"]).toEqual({ type: "write_ok" });
  });
  test("that nobody has heard of is denied when its time is over, and else left open", () => {
    const s = schedule(multiPaxosRules);
    s.ask("denied", "n1", write(1));
    s.cluster.fire("n1", "deadline/");
    expect(s.answers["denied"]).toMatchObject({ type: "error", code: 11 });
    elect(s, "n1", "n2");
    s.ask("open", "n1", write(1));
    s.cluster.fire("n1", "deadline/");
    expect(s.answers["open"]).toMatchObject({ type: "error", code: 0 });
  });
  test("to change the members is none that it knows", () => {
    const s = schedule(multiPaxosRules);
    s.ask("members", "n1", { type: "reconfigure", members: ["n1"] });
    expect(s.answers["members"]).toMatchObject({ type: "error", code: 10 });
  });
});

test("whoever hears from a leader keeps to it", () => {
  const s = schedule(multiPaxosRules);
  elect(s, "n1", "n2");
  s.cluster.fire("n1", "heartbeat");
  s.cluster.deliver("n1", "n2", "accept");
  s.cluster.lose();
  s.cluster.fire("n3", "election");
  s.cluster.deliver("n3", "n2", "prepare");
  expect(s.cluster.inFlight.filter(({ from }) => from === "n2")).toEqual([]);
});

test("a leader without a quorum gives up", () => {
  const s = schedule(multiPaxosRules);
  elect(s, "n1", "n2");
  s.cluster.lose();
  s.cluster.fire("n1", "quorum");
  s.ask("read", "n1", read);
  expect(s.cluster.inFlight).toEqual([]);
});
