import { describe, expect, test } from "vitest";

import type { JsonObject } from "../../../../histories/json.ts";
import type { NodeId } from "../../../contracts/protocol.ts";
import { TestCluster } from "../../testing/test-cluster.ts";
import { verticalPaxosMutants } from "./mutants.ts";
import { verticalPaxosRules, type Rules } from "./rules.ts";
import type { VerticalPaxosState } from "./server.ts";
import { verticalPaxos, verticalPaxosBy } from "./vertical-paxos.ts";

/** Nodes whose messages wait until the schedule delivers them. */
class Schedule {
  readonly cluster: TestCluster<VerticalPaxosState>;
  readonly answers: Record<string, JsonObject | undefined> = {};
  readonly states: Record<NodeId, VerticalPaxosState> = {};

  constructor(rules: Rules = verticalPaxosRules, count = 3) {
    const nodes = Array.from({ length: count }, (_, i) => `n${i + 1}`);
    this.cluster = new TestCluster({
      protocol: verticalPaxosBy(rules),
      nodes,
      random: () => 0,
      onStep: (node, state) => void (this.states[node] = state),
    });
  }

  ask(name: string, node: NodeId, body: JsonObject): void {
    this.cluster.request(node, body, (answer) => {
      this.answers[name] = answer;
    });
  }

  /** A node begins a ballot with another, with the state that `source` has, as far as that the master is asked. */
  begin(leader: NodeId, member: NodeId, source = leader): void {
    const { cluster } = this;
    cluster.fire(leader, "election");
    cluster.deliver(leader, member, "probe");
    cluster.deliver(member, leader, "here");
    cluster.deliver(leader, source, "prepare");
    cluster.deliver(source, leader, "promised");
    cluster.deliver(leader, member, "transfer");
    cluster.deliver(member, leader, "transferred");
  }

  /** A round of the master's Paxos, led by one node with the help of another. */
  master(leader: NodeId, helper: NodeId): void {
    for (let i = 0; i < 2; i++) {
      this.cluster.deliver(leader, helper, "master");
      this.cluster.deliver(helper, leader, "master");
    }
  }

  /** A member votes for what the leader sends. */
  vote(leader: NodeId, member: NodeId): void {
    this.cluster.deliver(leader, member, "accept");
    this.cluster.deliver(member, leader, "accepted");
  }
}

function mutant(name: string): Rules {
  const found = verticalPaxosMutants.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no mutant ${name}`);
  return found.rules;
}

const write = (value: number): JsonObject => ({ type: "write", key: "x", value });

/** n1 leads a ballot of n1 and n2, in which x is 1. */
function written(rules = verticalPaxosRules): Schedule {
  const s = new Schedule(rules);
  s.begin("n1", "n2");
  s.master("n1", "n2");
  s.ask("a", "n1", write(1));
  s.vote("n1", "n2");
  return s;
}

describe("a ballot", () => {
  test("takes commands when the master has activated it, and does them when all its members voted", () => {
    const s = new Schedule();
    s.begin("n1", "n2");
    s.ask("a", "n1", write(1));
    expect(s.states["n1"]?.leading?.phase).toBe("completing");
    expect(s.states["n1"]?.vote.operations).toEqual([]);
    s.master("n1", "n2");
    expect(s.states["n1"]?.leading?.phase).toBe("active");
    expect(s.states["n1"]?.leading?.members).toEqual(["n1", "n2"]);
    expect(s.answers["a"]).toBeUndefined();
    s.vote("n1", "n2");
    expect(s.answers["a"]).toEqual({ type: "write_ok" });
  });

  test("begins with what any member of the one before has", () => {
    const s = written();
    s.cluster.crash("n1");
    s.cluster.lose();
    // n3 has heard of no ballot: n2 tells it which one is complete, and what was done there.
    s.begin("n3", "n2", "n2");
    s.master("n3", "n2");
    s.ask("b", "n3", { type: "read", key: "x" });
    s.vote("n3", "n2");
    expect(s.answers["b"]).toEqual({ type: "read_ok", value: 1 });
  });

  test("answers reads only when all its members say that it is not over", () => {
    const s = written();
    s.cluster.lose();
    s.ask("b", "n1", { type: "read", key: "x" });
    expect(s.answers["b"]).toBeUndefined();
    s.vote("n1", "n2");
    expect(s.answers["b"]).toEqual({ type: "read_ok", value: 1 });
    const hasty = written(mutant("local-reads"));
    hasty.ask("b", "n1", { type: "read", key: "x" });
    expect(hasty.answers["b"]).toEqual({ type: "read_ok", value: 1 });
  });

  test("is over for a member that has told its state for a later one", () => {
    const s = written();
    s.cluster.lose();
    s.cluster.fire("n3", "election");
    s.cluster.deliver("n3", "n2", "probe");
    s.cluster.deliver("n2", "n3", "here");
    s.cluster.deliver("n3", "n2", "prepare");
    s.ask("b", "n1", write(2));
    s.cluster.deliver("n1", "n2", "accept");
    s.cluster.deliver("n2", "n1", "nack");
    expect(s.states["n1"]?.leading).toBeNull();
    expect(s.answers["b"]).toBeUndefined();
  });

  test("keeps what it did through a restart of all its members", () => {
    const s = written();
    s.cluster.lose();
    for (const node of ["n1", "n2"]) s.cluster.crash(node);
    for (const node of ["n1", "n2"]) s.cluster.start(node);
    s.begin("n1", "n2");
    s.master("n1", "n2");
    s.ask("b", "n1", { type: "cas", key: "x", from: 1, to: 2 });
    s.vote("n1", "n2");
    expect(s.answers["b"]).toEqual({ type: "cas_ok" });
  });
});

/** Ballots of n1 and of n3 that both begin where the first ends; the master lets n1's follow. */
function rivals(rules: Rules): Schedule {
  const s = new Schedule(rules);
  s.begin("n1", "n2");
  s.begin("n3", "n2");
  s.master("n1", "n2");
  s.master("n3", "n1");
  return s;
}

describe("of two ballots that begin where the one before ends", () => {
  test("one becomes active", () => {
    const s = rivals(verticalPaxosRules);
    expect(s.states["n1"]?.leading?.phase).toBe("active");
    expect(s.states["n3"]?.leading?.phase).toBe("probing");
    expect(s.states["n3"]?.complete.members).toEqual(["n1", "n2"]);
  });

  test("both do if the master does not compare", () => {
    const s = rivals(mutant("two-successors"));
    expect([s.states["n1"]?.leading?.phase, s.states["n3"]?.leading?.phase]).toEqual(["active", "active"]);
  });
});

test("nothing else is asked for, and an unknown mutant is refused", () => {
  const s = new Schedule();
  s.ask("a", "n1", { type: "append", key: "x" });
  expect(s.answers["a"]).toMatchObject({ type: "error", code: 10 });
  expect(() => verticalPaxos.build("no-such")).toThrow(/mutant of vertical-paxos/);
});
