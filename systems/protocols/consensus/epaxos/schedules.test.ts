import { describe, expect, test } from "vitest";

import { canonical, type JsonObject } from "../../../../histories/json.ts";
import type { NodeId } from "../../../contracts/protocol.ts";
import { TestCluster } from "../../testing/test-cluster.ts";
import { epaxos, epaxosBy } from "./epaxos.ts";
import type { InstanceId } from "./instance.ts";
import { epaxosMutants } from "./mutants.ts";
import type { EpaxosState } from "./replica.ts";
import { epaxosRules, type Rules } from "./rules.ts";

/** Nodes whose messages wait until the schedule delivers them. */
class Schedule {
  readonly cluster: TestCluster<EpaxosState>;
  readonly answers: Record<string, JsonObject | undefined> = {};
  /** What was committed of each instance, by anybody: what it depends on, or that nothing is done in it. */
  readonly committed: Record<InstanceId, Set<string>> = {};
  readonly states: Record<NodeId, EpaxosState> = {};

  constructor(rules: Rules, count = 3) {
    const nodes = Array.from({ length: count }, (_, i) => `n${i + 1}`);
    this.cluster = new TestCluster({
      protocol: epaxosBy(rules),
      nodes,
      random: () => 0,
      onStep: (node, state) => {
        this.states[node] = state;
        for (const [id, value] of Object.entries(state.committed)) {
          const what = value.command === null ? "nothing" : canonical(value.deps);
          (this.committed[id] ??= new Set()).add(what);
        }
      },
    });
  }

  ask(name: string, node: NodeId, body: JsonObject): void {
    this.cluster.request(node, body, (answer) => {
      this.answers[name] = answer;
    });
  }

  /** Client `name` writes x. */
  write(name: string, node: NodeId, value: number): void {
    this.ask(name, node, { type: "write", key: "x", value });
  }

  /** A question from one node to others and back; and what it tells itself when it has settled something. */
  round(from: NodeId, type: string, answer: string, ...others: readonly NodeId[]): void {
    for (const to of others) {
      this.cluster.deliver(from, to, type);
      this.cluster.deliver(to, from, answer);
    }
    const stable = this.cluster.inFlight.some((message) => message.from === from && message.to === from);
    if (stable) this.cluster.deliver(from, from, "commit");
  }

  /** A node takes an instance over and hears from another. */
  recover(node: NodeId, id: InstanceId, other: NodeId): void {
    this.cluster.fire(node, `recover/${id}`);
    this.round(node, "prepare", "prepared", other);
  }
}

function mutant(name: string): Rules {
  const found = epaxosMutants.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no mutant ${name}`);
  return found.rules;
}

describe("a command", () => {
  test("without conflict is committed after one round trip to a fast quorum", () => {
    const s = new Schedule(epaxosRules);
    s.write("a", "n1", 1);
    s.round("n1", "pre-accept", "pre-accepted", "n2");
    expect(s.answers["a"]).toEqual({ type: "write_ok" });
    s.ask("b", "n1", { type: "read", key: "x" });
    s.round("n1", "pre-accept", "pre-accepted", "n2");
    expect(s.answers["b"]).toEqual({ type: "read_ok", value: 1 });
  });

  test("of five replicas waits for four, and after a while does with three", () => {
    const s = new Schedule(epaxosRules, 5);
    s.write("a", "n1", 1);
    s.round("n1", "pre-accept", "pre-accepted", "n2", "n3");
    expect(s.answers["a"]).toBeUndefined();
    s.cluster.fire("n1", "recover/");
    s.round("n1", "accept", "accepted", "n2", "n3");
    expect(s.answers["a"]).toEqual({ type: "write_ok" });
  });

  test("that meets another goes through a second phase, and is executed alike everywhere", () => {
    const s = new Schedule(epaxosRules);
    s.write("a", "n1", 1);
    s.write("b", "n2", 2);
    s.cluster.deliver("n1", "n2", "pre-accept");
    s.cluster.deliver("n2", "n1", "pre-accept");
    s.cluster.deliver("n2", "n1", "pre-accepted");
    s.cluster.deliver("n1", "n2", "pre-accepted");
    s.round("n1", "accept", "accepted", "n2");
    s.round("n2", "accept", "accepted", "n1");
    s.cluster.deliver("n2", "n1", "commit");
    s.cluster.deliver("n1", "n2", "commit");
    expect([s.answers["a"], s.answers["b"]]).toEqual([{ type: "write_ok" }, { type: "write_ok" }]);
    expect(s.committed).toEqual({ "n1.1": new Set(['["n2.1"]']), "n2.1": new Set(['["n1.1"]']) });
    // Each depends on the other: the sequence numbers are equal, so the names of their owners decide.
    expect(s.states["n1"]?.executed).toEqual({ '"x"': ["n1.1", "n2.1"] });
    expect(s.states["n2"]?.executed).toEqual({ '"x"': ["n1.1", "n2.1"] });
  });

  test("that waits for a dependency is executed when that is recovered", () => {
    const s = new Schedule(epaxosRules);
    s.write("a", "n1", 1);
    s.cluster.deliver("n1", "n2", "pre-accept");
    s.cluster.crash("n1");
    s.cluster.lose();
    s.ask("b", "n2", { type: "cas", key: "x", from: 1, to: 2 });
    s.round("n2", "pre-accept", "pre-accepted", "n3");
    expect(s.answers["b"]).toBeUndefined();
    s.recover("n2", "n1.1", "n3");
    s.round("n2", "accept", "accepted", "n3");
    expect(s.answers["b"]).toEqual({ type: "cas_ok" });
  });

  test("whose instance was given up is led again in another", () => {
    const s = new Schedule(epaxosRules);
    s.write("a", "n1", 1);
    s.cluster.lose();
    // n2 has heard of the instance, and nothing about it.
    s.cluster.inFlight.push({
      from: "n1",
      to: "n2",
      body: {
        type: "commit",
        id: "n3.7",
        value: {
          command: { type: "write", key: "x", value: 7 },
          seq: 2,
          deps: ["n1.1"],
          reads: [],
          writes: ['"x"'],
        },
      },
    });
    s.cluster.deliver("n1", "n2", "commit");
    s.recover("n2", "n1.1", "n3");
    s.round("n2", "accept", "accepted", "n3");
    s.cluster.deliver("n2", "n1", "commit");
    expect(s.answers["a"]).toBeUndefined();
    s.round("n1", "pre-accept", "pre-accepted", "n3");
    expect(s.answers["a"]).toEqual({ type: "write_ok" });
    expect(s.states["n1"]?.executed).toEqual({ '"x"': ["n1.2"] });
  });

  test("that no replica knows is refused", () => {
    const s = new Schedule(epaxosRules);
    s.ask("a", "n1", { type: "append", key: "x" });
    expect(s.answers["a"]).toMatchObject({ type: "error", code: 10 });
  });
});

test("a replica that restarts executes what it had once more", () => {
  const s = new Schedule(epaxosRules);
  s.write("a", "n1", 1);
  s.round("n1", "pre-accept", "pre-accepted", "n2");
  s.cluster.lose();
  s.cluster.crash("n1");
  s.cluster.start("n1");
  s.ask("b", "n1", { type: "read", key: "x" });
  s.round("n1", "pre-accept", "pre-accepted", "n2");
  expect(s.answers["b"]).toEqual({ type: "read_ok", value: 1 });
  expect(s.states["n1"]?.executed).toEqual({ '"x"': ["n1.1"] });
});

/**
 * What Pierre Sutra found ("On the correctness of Egalitarian Paxos", 2020) in the protocol with one ballot, in 19
 * steps. n2, which does not know the command of instance n1.1, votes in a ballot of its own to give it up, and nobody else does.
 * Then n3 has the command accepted by n1, a majority, in a later ballot. n2 joins that ballot too. Only if it remembers in
 * which one it voted, n1 sees that its own vote is the later one.
 */
function sutra(rules: Rules): Schedule {
  const s = new Schedule(rules);
  const { cluster } = s;
  s.write("c", "n1", 1);
  cluster.deliver("n1", "n3", "pre-accept");
  cluster.fire("n3", "recover/n1.1");
  cluster.deliver("n3", "n2", "prepare");
  cluster.fire("n2", "recover/n1.1");
  s.round("n2", "prepare", "prepared", "n1");
  cluster.deliver("n2", "n3", "prepare");
  cluster.lose();
  s.recover("n3", "n1.1", "n1");
  cluster.deliver("n3", "n1", "accept");
  cluster.deliver("n3", "n2", "prepare");
  cluster.deliver("n1", "n3", "accepted");
  cluster.lose();
  s.recover("n1", "n1.1", "n2");
  s.round("n1", "accept", "accepted", "n2");
  return s;
}

describe("recoveries one after the other", () => {
  test("agree if votes have ballots of their own", () => {
    expect(sutra(epaxosRules).committed).toEqual({ "n1.1": new Set(["[]"]) });
  });

  test("do not if a replica has one ballot for all", () => {
    expect(sutra(mutant("single-ballot")).committed).toEqual({ "n1.1": new Set(["[]", "nothing"]) });
  });
});

describe("whoever recovers", () => {
  test("gives up what a majority does not know and nobody can have committed", () => {
    const s = new Schedule(epaxosRules);
    s.write("a", "n2", 1);
    s.write("b", "n1", 2);
    s.cluster.deliver("n1", "n2", "pre-accept");
    s.cluster.crash("n1");
    s.cluster.lose();
    s.recover("n2", "n1.1", "n3");
    s.round("n2", "accept", "accepted", "n3");
    expect(s.committed["n1.1"]).toEqual(new Set(["nothing"]));
  });

  test("takes what all of a majority know, with what any of them found, and nothing that came later", () => {
    const s = new Schedule(epaxosRules, 5);
    s.write("a", "n2", 1);
    s.write("b", "n3", 1);
    s.cluster.lose();
    s.write("c", "n1", 2);
    for (const to of ["n2", "n3", "n4"]) s.cluster.deliver("n1", to, "pre-accept");
    s.cluster.crash("n1");
    s.cluster.lose();
    s.write("later", "n4", 3);
    s.cluster.lose();
    s.cluster.fire("n3", "recover/n1.1");
    s.round("n3", "prepare", "prepared", "n2", "n4");
    s.round("n3", "accept", "accepted", "n2", "n4");
    expect(s.committed["n1.1"]).toEqual(new Set(['["n2.1","n3.1"]']));
  });

  test("is given time once: it may ask again and again and hear no answers", () => {
    const network = { maximumDelay: 1, lostOf100: 0, doubledOf100: 0 };
    const nodes = ["n1", "n2", "n3"];
    const cluster = new TestCluster({ protocol: epaxosBy(epaxosRules), nodes, random: () => 0, network });
    cluster.partition((_, to) => to !== "n3");
    cluster.request("n1", { type: "write", key: "x", value: 1 }, () => undefined);
    cluster.run(10);
    cluster.crash("n1");
    cluster.start("n1");
    cluster.partition((_, to) => to === "n3");
    cluster.run(1000);
    const answers: unknown[] = [];
    cluster.request("n1", { type: "write", key: "x", value: 2 }, () => undefined);
    cluster.request("n1", { type: "read", key: "x" }, (answer) => void answers.push(answer));
    cluster.run(1500);
    expect(answers).toEqual([{ type: "read_ok", value: 2 }]);
  });
});

test("a command that a replica has voted to give up goes on interfering there, after a restart as well", () => {
  const s = new Schedule(epaxosRules);
  s.write("known", "n3", 0);
  s.write("given up", "n1", 1);
  s.cluster.deliver("n1", "n3", "pre-accept");
  s.cluster.fire("n3", "recover/n1.1");
  s.round("n3", "prepare", "prepared", "n2");
  expect(s.states["n3"]?.votes["n1.1"]?.value.command).toBeNull();
  const dependsOn = (name: string): unknown => {
    s.cluster.lose();
    s.write(name, "n2", 2);
    s.cluster.deliver("n2", "n3", "pre-accept");
    return s.cluster.inFlight.find(({ body }) => body["type"] === "pre-accepted")?.body["deps"];
  };
  expect(dependsOn("next")).toEqual(["n1.1", "n3.1"]);
  s.cluster.crash("n3");
  s.cluster.start("n3");
  expect(dependsOn("later")).toEqual(["n1.1", "n2.1", "n3.1"]);
});

test("an unknown mutant is refused", () => {
  expect(() => epaxos.build("no-such")).toThrow(/mutant of epaxos/);
});
