import { describe, expect, test } from "vitest";

import type { NodeId } from "../../../contracts/protocol.ts";
import { WatchedSchedule } from "../../testing/watched-schedule.ts";
import { zabMutants } from "./mutants.ts";
import { zabRules, type Rules } from "./rules.ts";
import type { ZabState } from "./server.ts";
import { zab, zabBy } from "./zab.ts";

const anyLeader: Rules = { ...zabRules, electsByHistory: false };

function rulesOf(mutant: string): Rules {
  const found = zabMutants.find(({ name }) => name === mutant);
  if (found === undefined) throw new Error(`no mutant ${mutant}`);
  return found.rules;
}

function schedule(rules: Rules): WatchedSchedule<ZabState> {
  return new WatchedSchedule(zabBy(rules), ["n1", "n2", "n3"], zab.properties);
}

/** From a vote that reaches a looking follower to the acknowledgement that establishes the leader. */
function lead(s: WatchedSchedule<ZabState>, leader: NodeId, follower: NodeId): void {
  s.talk(leader, follower, "vote", "cepoch", "newepoch", "ackepoch", "newleader", "ack-ld");
}

/** A leader that alone has a proposal of its epoch comes back after another leader committed one of a later epoch. */
function oldProposal(rules: Rules): WatchedSchedule<ZabState> {
  const s = schedule(rules);
  s.cluster.fire("n1", "patience");
  lead(s, "n1", "n2");
  s.ask("first", "n1", { type: "broadcast", message: 1 });
  s.cluster.lose();
  s.cluster.fire("n2", "patience");
  lead(s, "n2", "n3");
  s.ask("second", "n2", { type: "broadcast", message: 2 });
  s.cluster.deliver("n2", "n3", "commit-ld");
  s.talk("n2", "n3", "propose", "ack");
  s.cluster.lose();
  // Nobody answers n1 any more; the second time it notices.
  s.cluster.fire("n1", "patience");
  s.cluster.fire("n1", "patience");
  s.cluster.fire("n3", "patience");
  lead(s, "n1", "n3");
  return s;
}

describe("the history of a new leader", () => {
  test("is the best of its followers', by epoch first", () => {
    const s = oldProposal(anyLeader);
    expect(s.violation).toBeUndefined();
    s.ask("read", "n1", { type: "read", local: true });
    expect(s.answers["read"]).toEqual({ type: "read_ok", messages: [2] });
  });
  test("lacks what was committed if the longest is taken", () => {
    expect(oldProposal(rulesOf("longest-history")).violation?.property).toBe("quorum-replication");
  });
});

test("of servers that know the same the later one is elected, whoever asks first", () => {
  const s = schedule(zabRules);
  s.cluster.fire("n1", "patience");
  s.talk("n1", "n2", "vote", "vote", "cepoch", "newepoch", "ackepoch", "newleader", "ack-ld");
  expect(s.cluster.inFlight).toContainEqual(
    expect.objectContaining({
      from: "n2",
      to: "n1",
      body: expect.objectContaining({ type: "commit-ld" }) as unknown,
    }),
  );
});

test("a broadcast asked of a follower is answered when that has delivered it", () => {
  const s = schedule(zabRules);
  s.cluster.fire("n3", "patience");
  lead(s, "n3", "n1");
  s.talk("n3", "n1", "commit-ld");
  s.ask("say", "n1", { type: "broadcast", message: "a" });
  s.talk("n1", "n3", "forward", "propose", "ack");
  expect(s.answers).toEqual({});
  s.talk("n3", "n1", "commit");
  expect(s.answers).toEqual({ say: { type: "broadcast_ok" } });
});

describe("on links that do not keep the order", () => {
  /** n3 leads, n1 follows. */
  function led(rules: Rules): WatchedSchedule<ZabState> {
    const s = schedule(rules);
    s.cluster.fire("n3", "patience");
    lead(s, "n3", "n1");
    s.talk("n3", "n1", "commit-ld");
    s.cluster.lose();
    return s;
  }

  function doubled(rules: Rules): WatchedSchedule<ZabState> {
    const s = led(rules);
    s.ask("first", "n3", { type: "broadcast", message: "a" });
    s.cluster.inFlight.push(...s.cluster.inFlight);
    s.talk("n3", "n1", "propose", "ack");
    s.ask("second", "n3", { type: "broadcast", message: "b" });
    s.cluster.deliver("n3", "n1", "propose");
    return s;
  }

  function missed(rules: Rules): WatchedSchedule<ZabState> {
    const s = led(rules);
    s.ask("first", "n3", { type: "broadcast", message: "a" });
    s.cluster.lose();
    s.ask("second", "n3", { type: "broadcast", message: "b" });
    s.cluster.deliver("n3", "n1", "propose");
    return s;
  }

  test("a proposal that comes twice is taken once", () => {
    const s = doubled(zabRules);
    expect(s.violation).toBeUndefined();
    s.cluster.deliver("n1", "n3", "ack");
    expect(s.answers).toEqual({ first: { type: "broadcast_ok" }, second: { type: "broadcast_ok" } });
    expect(doubled(rulesOf("takes-any-proposal")).violation?.property).toBe("log-matching");
  });

  test("a follower that has missed a proposal takes the history anew", () => {
    const s = missed(zabRules);
    s.talk("n1", "n3", "vote", "leading", "cepoch", "newepoch", "ackepoch", "newleader", "ack-ld");
    expect(s.violation).toBeUndefined();
    expect(s.answers).toEqual({ first: { type: "broadcast_ok" }, second: { type: "broadcast_ok" } });
    expect(missed(rulesOf("takes-any-proposal")).violation?.property).toBe("log-matching");
  });
});
