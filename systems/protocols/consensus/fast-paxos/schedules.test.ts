import { describe, expect, test } from "vitest";

import type { JsonObject } from "../../../../histories/json.ts";
import type { NodeId } from "../../../contracts/protocol.ts";
import { TestCluster } from "../../testing/test-cluster.ts";
import { fastPaxosMutants } from "./mutants.ts";
import { fastPaxos, fastPaxosBy } from "./fast-paxos.ts";
import { fastPaxosRules, type Rules } from "./rules.ts";
import type { FastPaxosState } from "./server.ts";

/** Nodes whose messages wait until the schedule delivers them; one key. */
class Schedule {
  readonly cluster: TestCluster<FastPaxosState>;
  readonly answers: Record<string, JsonObject | undefined> = {};

  constructor(rules: Rules, count: number) {
    const nodes = Array.from({ length: count }, (_, i) => `n${i + 1}`);
    this.cluster = new TestCluster({ protocol: fastPaxosBy(rules), nodes, random: () => 0 });
  }

  propose(node: NodeId, value: number): void {
    this.cluster.request(node, { type: "propose", key: "k", value }, (answer) => {
      this.answers[node] = answer;
    });
  }

  /** Messages of a type from one node to others. */
  from(from: NodeId, type: string, ...receivers: readonly NodeId[]): void {
    for (const to of receivers) this.cluster.deliver(from, to, type);
  }

  /** Answers of a type from nodes to one. */
  to(to: NodeId, type: string, ...senders: readonly NodeId[]): void {
    for (const from of senders) this.cluster.deliver(from, to, type);
  }
}

const decided = (value: number): JsonObject => ({ type: "propose_ok", value });

describe("a proposal", () => {
  test("alone is decided after two message delays", () => {
    const s = new Schedule(fastPaxosRules, 4);
    s.propose("n2", 1);
    s.from("n2", "value", "n3", "n4");
    s.to("n2", "voted", "n3", "n4");
    expect(s.answers["n2"]).toEqual(decided(1));
  });

  test("that comes too late learns the other's value", () => {
    const s = new Schedule(fastPaxosRules, 4);
    s.propose("n2", 1);
    s.from("n2", "value", "n1", "n3");
    s.propose("n4", 2);
    s.from("n4", "value", "n1", "n2", "n3");
    s.to("n4", "voted", "n1", "n2", "n3");
    expect(s.answers["n4"]).toEqual(decided(1));
  });

  test("that collides is settled by the coordinator, three message delays later", () => {
    const s = new Schedule(fastPaxosRules, 4);
    s.propose("n2", 2);
    s.propose("n3", 1);
    s.from("n2", "value", "n1");
    s.from("n3", "value", "n4");
    s.to("n1", "voted", "n2", "n3");
    s.from("n1", "accept", "n2", "n3");
    s.to("n1", "voted", "n2", "n3");
    s.from("n1", "decided", "n2", "n3");
    expect([s.answers["n2"], s.answers["n3"]]).toEqual([decided(2), decided(2)]);
  });

  test("is decided without the first node, in a round of the proposer's own", () => {
    const s = new Schedule(fastPaxosRules, 4);
    s.cluster.crash("n1");
    s.propose("n2", 2);
    s.propose("n3", 1);
    s.from("n3", "value", "n4");
    s.cluster.fire("n3", "round/");
    s.from("n3", "prepare", "n2", "n4");
    s.to("n3", "promised", "n2", "n4");
    s.from("n3", "accept", "n2", "n4");
    s.to("n3", "voted", "n2", "n4");
    expect(s.answers["n3"]).toEqual(decided(1));
  });

  test("is none without a value, and nothing else is asked for", () => {
    const s = new Schedule(fastPaxosRules, 3);
    const answers: unknown[] = [];
    for (const body of [
      { type: "take", key: 1 },
      { type: "propose", key: 1 },
      { type: "propose", key: "__proto__", value: 1 },
    ]) {
      s.cluster.request("n1", body, (answer) => void answers.push(answer?.["code"]));
    }
    expect(answers).toEqual([10, 12, 12]);
  });
});

test("a coordinator that restarts does not settle a collision in a round that it has used", () => {
  const s = new Schedule(fastPaxosRules, 3);
  s.propose("n2", 2);
  s.propose("n3", 1);
  s.from("n2", "value", "n1");
  s.to("n1", "voted", "n3");
  expect(s.cluster.inFlight.filter(({ body }) => body["type"] === "accept")).toHaveLength(2);
  s.cluster.lose();
  s.cluster.crash("n1");
  s.cluster.start("n1");
  s.from("n2", "value");
  s.cluster.inFlight.push(
    { from: "n2", to: "n1", body: { type: "voted", key: "k", round: 1, value: 2 } },
    { from: "n3", to: "n1", body: { type: "voted", key: "k", round: 1, value: 1 } },
  );
  s.to("n1", "voted", "n2", "n3");
  expect(s.cluster.inFlight.filter(({ body }) => body["type"] === "accept")).toEqual([]);
});

/** n3 has promises for a round in which it is free to pick; then the others vote fast for another value. */
function fastVotesAfterPromises(rules: Rules): Schedule {
  const s = new Schedule(rules, 4);
  s.propose("n3", 2);
  s.cluster.fire("n3", "round/");
  s.from("n3", "prepare", "n1", "n4");
  s.to("n3", "promised", "n1", "n4");
  s.propose("n2", 1);
  s.from("n2", "value", "n1", "n4");
  return s;
}

describe("an acceptor that has promised a later round", () => {
  const mutant = fastPaxosMutants.find(({ name }) => name === "fast-vote-after-promise");

  test("votes in the fast one no more", () => {
    const s = fastVotesAfterPromises(fastPaxosRules);
    expect(s.cluster.inFlight.filter(({ to, body }) => to === "n2" && body["type"] === "voted")).toEqual([]);
  });

  test("splits the decision if it does", () => {
    const s = fastVotesAfterPromises(mutant?.rules ?? fastPaxosRules);
    s.to("n2", "voted", "n1", "n4");
    expect(s.answers["n2"]).toEqual(decided(1));
    s.from("n3", "accept", "n1", "n4");
    s.to("n3", "voted", "n1", "n4");
    expect(s.answers["n3"]).toEqual(decided(2));
  });
});

test("an unknown mutant is refused", () => {
  expect(() => fastPaxos.build("no-such")).toThrow(/mutant of fast-paxos/);
});
