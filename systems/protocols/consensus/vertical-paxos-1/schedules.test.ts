import { describe, expect, test } from "vitest";

import type { JsonObject } from "../../../../histories/json.ts";
import type { NodeId } from "../../../contracts/protocol.ts";
import { TestCluster } from "../../testing/test-cluster.ts";
import { verticalPaxosOneMutants } from "./mutants.ts";
import { verticalPaxosOneRules, type Rules } from "./rules.ts";
import type { VerticalPaxosOneState } from "./server.ts";
import { verticalPaxosOne, verticalPaxosOneBy } from "./vertical-paxos-1.ts";

/** Three nodes whose messages wait until the schedule delivers them; one key. */
class Schedule {
  readonly cluster: TestCluster<VerticalPaxosOneState>;
  readonly answers: Record<string, JsonObject | undefined> = {};

  constructor(rules: Rules = verticalPaxosOneRules) {
    const nodes = ["n1", "n2", "n3"];
    this.cluster = new TestCluster({ protocol: verticalPaxosOneBy(rules), nodes, random: () => 0 });
  }

  propose(node: NodeId, value: number): void {
    this.cluster.request(node, { type: "propose", key: "k", value }, (answer) => {
      this.answers[node] = answer;
    });
  }

  /** A question to another node, and back. */
  round(from: NodeId, to: NodeId, question: string, answer: string): void {
    this.cluster.deliver(from, to, question);
    this.cluster.deliver(to, from, answer);
  }

  /** The master makes so many entries, of which one node learns with the help of another. */
  entries(count: number, node: NodeId, helper: NodeId): void {
    for (let i = 0; i < 2 * count; i++) this.round(node, helper, "master", "master");
  }

  inFlight(type: string): string[] {
    const found = this.cluster.inFlight.filter(({ body }) => body["type"] === type);
    return found.map(({ from, to }) => `${from}→${to}`).toSorted();
  }
}

function mutant(name: string): Rules {
  const found = verticalPaxosOneMutants.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no mutant ${name}`);
  return found.rules;
}

const decided = (value: number): JsonObject => ({ type: "propose_ok", value });

/** In n1's ballot its acceptors, n1 and n2, have voted for 1; nobody else knows. */
function chosen(rules = verticalPaxosOneRules): Schedule {
  const s = new Schedule(rules);
  s.propose("n1", 1);
  s.entries(1, "n1", "n2");
  s.cluster.deliver("n1", "n2", "accept");
  return s;
}

describe("a ballot", () => {
  test("that is the first has nothing to read, and decides when all its acceptors voted", () => {
    const s = chosen();
    expect(s.answers["n1"]).toBeUndefined();
    s.cluster.deliver("n2", "n1", "accepted");
    expect(s.answers["n1"]).toEqual(decided(1));
    expect(s.inFlight("decided")).toEqual(["n1→n2", "n1→n3"]);
    s.cluster.deliver("n1", "n3", "decided");
    s.propose("n3", 2);
    expect(s.answers["n3"]).toEqual(decided(1));
  });

  test("takes over what those before may have chosen, of which any of their acceptors tells", () => {
    const s = chosen();
    s.cluster.crash("n1");
    s.propose("n3", 2);
    s.entries(2, "n3", "n2");
    expect(s.inFlight("read")).toEqual(["n3→n1", "n3→n2"]);
    s.round("n3", "n2", "read", "told");
    // Of its acceptors, n3 and n1, one is down: it goes on with those of whom it has heard.
    s.cluster.fire("n3", "round/");
    s.cluster.fire("n3", "round/");
    s.entries(1, "n3", "n2");
    s.round("n3", "n3", "read", "told");
    s.round("n3", "n2", "accept", "accepted");
    expect(s.answers["n3"]).toEqual(decided(1));
  });

  test("reads no further than to the one that is complete", () => {
    const s = chosen();
    s.cluster.deliver("n2", "n1", "accepted");
    // Nothing was at stake before: it was complete at once.
    s.entries(1, "n1", "n2");
    s.cluster.lose();
    s.cluster.crash("n3");
    s.cluster.start("n3");
    s.propose("n3", 2);
    s.entries(3, "n3", "n2");
    expect(s.inFlight("read")).toEqual(["n3→n1", "n3→n2"]);
    s.cluster.deliver("n3", "n1", "read");
    s.cluster.deliver("n1", "n3", "decided");
    expect(s.answers["n3"]).toEqual(decided(1));
  });

  test("is lost to a later one that has read its acceptors", () => {
    const s = new Schedule();
    s.propose("n1", 1);
    s.entries(1, "n1", "n2");
    s.propose("n3", 2);
    s.entries(2, "n3", "n2");
    s.round("n3", "n2", "read", "told");
    s.round("n1", "n2", "accept", "nack");
    s.round("n3", "n1", "accept", "accepted");
    s.cluster.deliver("n3", "n1", "decided");
    expect([s.answers["n1"], s.answers["n3"]]).toEqual([decided(2), decided(2)]);
  });
});

/** n2 finds 1, and before its acceptors, n2 and n3, have voted n3 begins a ballot of n3 and n1. */
function interrupted(rules: Rules): Schedule {
  const s = chosen(rules);
  s.cluster.lose();
  s.propose("n2", 2);
  s.entries(2, "n2", "n3");
  s.round("n2", "n2", "read", "told");
  // What n2 has found it says to be complete, if it is hasty.
  const hasty = s.inFlight("master").includes("n2→n3");
  if (hasty) s.entries(1, "n2", "n3");
  s.cluster.lose();
  s.propose("n3", 3);
  s.entries(hasty ? 4 : 3, "n3", "n2");
  s.round("n3", "n3", "read", "told");
  if (!hasty) s.round("n3", "n2", "read", "told");
  s.round("n3", "n1", "accept", "accepted");
  // Late, as it may be.
  s.cluster.inFlight.push({ from: "n2", to: "n1", body: { type: "accepted", key: "k", ballot: 3 } });
  s.cluster.deliver("n2", "n1", "accepted");
  return s;
}

describe("a ballot with an earlier value", () => {
  test("is not complete before its acceptors have voted for it", () => {
    expect(interrupted(verticalPaxosOneRules).answers).toEqual({ n1: decided(1), n3: decided(1) });
  });

  test("loses it if it is said to be", () => {
    expect(interrupted(mutant("completes-early")).answers).toEqual({ n1: decided(1), n3: decided(3) });
  });
});

test("a leader that restarts leads no ballot that it has led", () => {
  const s = new Schedule();
  s.propose("n1", 1);
  s.entries(1, "n1", "n2");
  s.cluster.lose();
  s.cluster.crash("n1");
  s.cluster.start("n1");
  s.propose("n1", 2);
  s.entries(2, "n1", "n2");
  s.round("n1", "n1", "read", "told");
  s.round("n1", "n2", "accept", "accepted");
  // It finds its own vote.
  expect(s.answers["n1"]).toEqual(decided(1));
});

test("nothing else is asked for, and an unknown mutant is refused", () => {
  const s = new Schedule();
  const answers: unknown[] = [];
  for (const body of [
    { type: "read", key: 1 },
    { type: "propose", key: 1 },
    { type: "propose", key: "__proto__", value: 1 },
  ]) {
    s.cluster.request("n1", body, (answer) => void answers.push(answer?.["code"]));
  }
  expect(answers).toEqual([10, 12, 12]);
  expect(() => verticalPaxosOne.build("no-such")).toThrow(/mutant of vertical-paxos-1/);
});
