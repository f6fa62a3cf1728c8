import { describe, expect, test } from "vitest";

import type { JsonObject } from "../../../../histories/json.ts";
import type { NodeId } from "../../../contracts/protocol.ts";
import { TestCluster } from "../../testing/test-cluster.ts";
import { paxosMutants } from "./mutants.ts";
import { paxosBy, type PaxosState } from "./paxos.ts";
import { paxosRules, type Rules } from "./rules.ts";

/** Three nodes whose messages wait until the schedule delivers them. Ballots are 3, 6, … of n1, 4, 7, … of n2. */
class Schedule {
  readonly cluster: TestCluster<PaxosState>;
  readonly answers: Record<string, JsonObject | undefined> = {};

  constructor(rules: Rules) {
    const nodes = ["n1", "n2", "n3"];
    // No chance: pauses are scripted, and a crash loses all that was not synced.
    this.cluster = new TestCluster({ protocol: paxosBy(rules), nodes, random: () => 0 });
  }

  /** Client `name` asks `node`; its answer will be in `answers`. */
  ask(name: string, node: NodeId, body: JsonObject): void {
    this.cluster.request(node, { key: "x", ...body }, (answer) => {
      this.answers[name] = answer ?? { type: "lost" };
    });
  }

  /** The first phase of `proposer` with one other acceptor. */
  prepare(proposer: NodeId, acceptor: NodeId): void {
    this.cluster.deliver(proposer, acceptor, "prepare");
    this.cluster.deliver(acceptor, proposer, "promised");
  }

  /** The second phase of `proposer` with one other acceptor. */
  accept(proposer: NodeId, acceptor: NodeId): void {
    this.cluster.deliver(proposer, acceptor, "accept");
    this.cluster.deliver(acceptor, proposer, "accepted");
  }

  /** A request from its beginning to its answer; nothing else is in flight afterwards. */
  whole(name: string, node: NodeId, other: NodeId, body: JsonObject): JsonObject | undefined {
    this.ask(name, node, body);
    this.prepare(node, other);
    this.accept(node, other);
    this.cluster.lose();
    return this.answers[name];
  }

  restart(node: NodeId): void {
    this.cluster.crash(node);
    this.cluster.start(node);
  }

  ballotsOf(type: string): unknown[] {
    return this.cluster.inFlight
      .filter(({ body }) => body["type"] === type)
      .map(({ body }) => body["ballot"]);
  }
}

const forgetful = paxosMutants.find(({ name }) => name === "forgetful-acceptor")?.rules ?? paxosRules;
const localReads = paxosMutants.find(({ name }) => name === "local-reads")?.rules ?? paxosRules;
const ok = (value: number): JsonObject => ({ type: "read_ok", value });

describe("a round", () => {
  test("reads, writes and compares", () => {
    const s = new Schedule(paxosRules);
    expect(s.whole("a", "n1", "n2", { type: "read" })).toMatchObject({ type: "error", code: 20 });
    expect(s.whole("b", "n1", "n2", { type: "cas", from: 1, to: 2 })).toMatchObject({ code: 20 });
    expect(s.whole("c", "n2", "n3", { type: "write", value: 1 })).toEqual({ type: "write_ok" });
    expect(s.whole("d", "n3", "n1", { type: "cas", from: 2, to: 3 })).toMatchObject({ code: 22 });
    expect(s.whole("e", "n3", "n1", { type: "cas", from: 1, to: 3 })).toEqual({ type: "cas_ok" });
    expect(s.whole("f", "n1", "n2", { type: "read" })).toEqual(ok(3));
  });

  test("serves all reads that wait at once", () => {
    const s = new Schedule(paxosRules);
    s.ask("first", "n1", { type: "write", value: 1 });
    s.ask("second", "n1", { type: "read" });
    s.ask("third", "n1", { type: "read" });
    s.prepare("n1", "n2");
    s.accept("n1", "n2");
    s.cluster.lose();
    s.cluster.fire("n1", "round/");
    s.prepare("n1", "n3");
    s.accept("n1", "n3");
    expect(s.answers).toEqual({ first: { type: "write_ok" }, second: ok(1), third: ok(1) });
    expect(s.ballotsOf("prepare").every((ballot) => ballot === 6)).toBe(true);
  });

  test("asks again what was not answered, and counts no acceptor twice", () => {
    const s = new Schedule(paxosRules);
    s.ask("write", "n1", { type: "write", value: 1 });
    s.cluster.lose();
    s.cluster.fire("n1", "round/");
    s.cluster.fire("n1", "round/");
    s.prepare("n1", "n2");
    expect(s.ballotsOf("accept")).toEqual([3, 3]);
    s.accept("n1", "n2");
    expect(s.answers["write"]).toEqual({ type: "write_ok" });
  });

  test("refuses what it does not understand", () => {
    const s = new Schedule(paxosRules);
    s.ask("unknown", "n1", { type: "append", value: 1 });
    s.ask("malformed", "n1", { type: "cas", from: 1 });
    expect(s.answers["unknown"]).toMatchObject({ type: "error", code: 10 });
    expect(s.answers["malformed"]).toMatchObject({ type: "error", code: 12, text: "to is missing" });
  });

  test("ignores messages that are none of its own", () => {
    const s = new Schedule(paxosRules);
    const register = { applied: {} };
    s.cluster.inFlight.push({ from: "n2", to: "n1", body: { type: "accept", key: '"x"', ballot: 9 } });
    s.cluster.inFlight.push({
      from: "n2",
      to: "n1",
      body: { type: "accept", key: "__proto__", ballot: 9, register },
    });
    s.cluster.deliver("n2", "n1", "accept");
    expect(s.cluster.inFlight).toEqual([]);
  });
});

describe("a request past its deadline", () => {
  test("certainly changed nothing if nothing was proposed", () => {
    const s = new Schedule(paxosRules);
    s.ask("write", "n1", { type: "write", value: 1 });
    s.ask("waiting", "n1", { type: "write", value: 2 });
    s.cluster.fire("n1", "deadline/");
    s.cluster.fire("n1", "deadline/");
    expect(s.answers["write"]).toMatchObject({ type: "error", code: 11 });
    expect(s.answers["waiting"]).toMatchObject({ type: "error", code: 11 });
  });

  test("may have changed something if a result was sent", () => {
    const s = new Schedule(paxosRules);
    s.ask("write", "n1", { type: "write", value: 1 });
    s.prepare("n1", "n2");
    s.cluster.fire("n1", "deadline/");
    expect(s.answers["write"]).toMatchObject({ type: "error", code: 0 });
    // And so it did: the acceptance that comes late is carried on by the next round.
    s.cluster.deliver("n1", "n3", "accept");
    s.cluster.lose();
    expect(s.whole("read", "n2", "n3", { type: "read" })).toMatchObject({ type: "read_ok", value: 1 });
  });

  test("certainly changed nothing if only a cas that does not match was proposed", () => {
    const s = new Schedule(paxosRules);
    s.ask("cas", "n1", { type: "cas", from: 1, to: 2 });
    s.prepare("n1", "n2");
    s.cluster.fire("n1", "deadline/");
    expect(s.answers["cas"]).toMatchObject({ type: "error", code: 11 });
  });
});

/** n1's write of 1 is chosen unknown to n1; n3 writes 2 over it; n1 tries again. */
function overtaken(body: JsonObject): Schedule {
  const s = new Schedule(paxosRules);
  s.ask("n1's", "n1", body);
  s.prepare("n1", "n2");
  s.cluster.deliver("n1", "n2", "accept");
  s.cluster.lose();
  expect(s.whole("n3's", "n3", "n2", { type: "write", value: 2 })).toEqual({ type: "write_ok" });
  s.cluster.fire("n1", "round/");
  s.cluster.deliver("n1", "n2", "accept");
  s.cluster.deliver("n2", "n1", "nack");
  s.cluster.lose();
  s.cluster.fire("n1", "round/");
  s.prepare("n1", "n2");
  s.accept("n1", "n2");
  s.cluster.lose();
  return s;
}

describe("a change whose round was lost", () => {
  test("takes effect once: a write that was overwritten stays so", () => {
    const s = overtaken({ type: "write", value: 1 });
    expect(s.answers["n1's"]).toEqual({ type: "write_ok" });
    expect(s.whole("read", "n2", "n3", { type: "read" })).toEqual(ok(2));
  });

  test("is tried again if it took no effect", () => {
    const s = overtaken({ type: "cas", from: 2, to: 3 });
    expect(s.answers["n1's"]).toEqual({ type: "cas_ok" });
    expect(s.whole("read", "n2", "n3", { type: "read" })).toEqual(ok(3));
  });
});

/**
 * n2 promises ballot 5 to n3, restarts, and is then asked to accept ballot 3 of n1. If it does, n1's write
 * is acknowledged by {n1, n2}, and the register that n3 saw without it replaces it at {n2, n3}.
 */
function promiseThenRestart(rules: Rules): Schedule {
  const s = new Schedule(rules);
  s.ask("write", "n1", { type: "write", value: 1 });
  s.prepare("n1", "n2");
  s.ask("read", "n3", { type: "read" });
  s.prepare("n3", "n2");
  s.restart("n2");
  s.cluster.deliver("n1", "n2", "accept");
  return s;
}

describe("an acceptor that restarts", () => {
  test("keeps its promise", () => {
    const s = promiseThenRestart(paxosRules);
    s.cluster.deliver("n2", "n1", "nack");
    expect(s.answers["write"]).toBeUndefined();
  });

  test("loses an acknowledged write if it forgets its promise", () => {
    const s = promiseThenRestart(forgetful);
    s.cluster.deliver("n2", "n1", "accepted");
    expect(s.answers["write"]).toEqual({ type: "write_ok" });
    s.accept("n3", "n2");
    s.cluster.lose();
    expect(s.whole("later read", "n2", "n3", { type: "read" })).toMatchObject({ type: "error", code: 20 });
  });
});

function writeRestartWrite(rules: Rules): Schedule {
  const s = new Schedule(rules);
  expect(s.whole("first", "n1", "n2", { type: "write", value: 1 })).toEqual({ type: "write_ok" });
  s.restart("n1");
  expect(s.whole("second", "n1", "n2", { type: "write", value: 2 })).toEqual({ type: "write_ok" });
  return s;
}

describe("a proposer that restarts", () => {
  test("never uses a ballot again, even one of which only a prepare had left", () => {
    const s = new Schedule(paxosRules);
    s.ask("write", "n1", { type: "write", value: 1 });
    expect(s.ballotsOf("prepare")).toEqual([3, 3]);
    s.cluster.lose();
    s.restart("n1");
    s.ask("write", "n1", { type: "write", value: 2 });
    expect(s.ballotsOf("prepare")).toEqual([6, 6]);
  });

  test("numbers its changes on", () => {
    expect(writeRestartWrite(paxosRules).whole("read", "n2", "n1", { type: "read" })).toEqual(ok(2));
  });

  test("takes a new write for an old one if its acceptor forgot what it promised", () => {
    expect(writeRestartWrite(forgetful).whole("read", "n2", "n1", { type: "read" })).toEqual(ok(1));
  });
});

test("a local read misses a write that a quorum has without this node", () => {
  const s = new Schedule(localReads);
  expect(s.whole("write", "n1", "n2", { type: "write", value: 1 })).toEqual({ type: "write_ok" });
  s.ask("read", "n3", { type: "read" });
  expect(s.answers["read"]).toMatchObject({ type: "error", code: 20 });
});

/**
 * What Fischer, Lynch and Paterson (1985) found of all consensus: delays alone, without a loss and without a crash, can keep it from an end.
 * Here the promise that n2 gives to the one proposer always comes before what the other wants accepted.
 */
describe("two proposers that duel", () => {
  const rounds = 200;

  function duel(): Schedule {
    const s = new Schedule(paxosRules);
    s.ask("one", "n1", { type: "propose", value: 1 });
    s.ask("three", "n3", { type: "propose", value: 3 });
    s.cluster.deliver("n1", "n3", "prepare");
    s.prepare("n1", "n2");
    let [last, next] = ["n1", "n3"];
    for (let round = 0; round < rounds; round++) {
      // A proposer that has lost its round begins another one, above all of which it has heard.
      if (round > 0) s.cluster.fire(next, "round/");
      s.cluster.deliver(next, last, "prepare");
      s.prepare(next, "n2");
      s.cluster.deliver(last, next, "promised");
      // Only now it comes to what was to be accepted before, and all that is on its way arrives.
      for (const acceptor of ["n2", next]) {
        s.cluster.deliver(last, acceptor, "accept");
        s.cluster.deliver(acceptor, last, "nack");
      }
      [last, next] = [next, last];
    }
    return s;
  }

  test("need never decide, though every message arrives", () => {
    const s = duel();
    expect(s.answers).toEqual({});
    // Nothing is left on its way but what the last round wants accepted.
    const left = s.cluster.inFlight.map(({ body }) => body);
    expect(left.map(({ type }) => type)).toEqual(["accept", "accept"]);
    expect(left.every(({ ballot }) => Number(ballot) > rounds)).toBe(true);
  });

  test("decide as soon as one of them is left alone", () => {
    const s = duel();
    const [last] = s.cluster.inFlight.filter(({ body }) => body["type"] === "accept");
    s.accept(last?.from ?? "", "n2");
    const name = last?.from === "n1" ? "one" : "three";
    expect(s.answers).toEqual({ [name]: { type: "propose_ok", value: name === "one" ? 1 : 3 } });
  });
});
