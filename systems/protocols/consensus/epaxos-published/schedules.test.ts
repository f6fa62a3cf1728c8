import { expect, test } from "vitest";

import type { NodeId } from "../../../contracts/protocol.ts";
import { WatchedSchedule } from "../../testing/watched-schedule.ts";
import { epaxosBy } from "../epaxos/epaxos.ts";
import type { EpaxosState } from "../epaxos/replica.ts";
import type { Rules } from "../epaxos/rules.ts";
import { epaxosPublished } from "./epaxos-published.ts";
import { optimized, epaxosPublishedRules } from "./rules.ts";

class Schedule extends WatchedSchedule<EpaxosState> {
  constructor(rules: Rules = epaxosPublishedRules) {
    super(epaxosBy(rules, epaxosPublished.name), ["n1", "n2", "n3", "n4", "n5"], epaxosPublished.properties);
  }

  /** A question to others, and their answers; and what the node tells itself when it has settled something. */
  round(from: NodeId, type: string, answer: string, ...others: readonly NodeId[]): void {
    for (const to of others) this.talk(from, to, type, answer);
    if (this.cluster.inFlight.some((message) => message.from === from && message.to === from))
      this.cluster.deliver(from, from, "commit");
  }

  write(name: string, node: NodeId): void {
    this.ask(name, node, { type: "write", key: "x", value: name });
  }

  sent(type: string): number {
    return this.cluster.inFlight.filter(({ body }) => body["type"] === type).length;
  }
}

test("of five replicas three commit a command in one round trip, with dependencies that are committed", () => {
  const s = new Schedule();
  s.write("a", "n1");
  s.round("n1", "pre-accept", "pre-accepted", "n2", "n3");
  expect(s.answers["a"]).toEqual({ type: "write_ok" });
  s.write("b", "n1");
  s.round("n1", "pre-accept", "pre-accepted", "n2", "n3");
  expect(s.answers["b"]).toEqual({ type: "write_ok" });
});

test("a dependency that nobody knows to be committed takes a second phase", () => {
  const s = new Schedule();
  s.write("a", "n4");
  for (const to of ["n1", "n2", "n3"]) s.cluster.deliver("n4", to, "pre-accept");
  s.cluster.lose();
  s.write("b", "n1");
  s.round("n1", "pre-accept", "pre-accepted", "n2", "n3");
  expect(s.answers["b"]).toBeUndefined();
  s.round("n1", "accept", "accepted", "n2", "n3");
  expect(s.answers["b"]).toEqual({ type: "write_ok" });
});

/**
 * n1 has committed its command with n2 and n3, and is gone. n4's stands against it, of which only n4 and n5 know, whom n2 asks when it
 * takes n1's over.
 */
function blocked(): Schedule {
  const s = new Schedule();
  s.write("other", "n4");
  s.cluster.deliver("n4", "n5", "pre-accept");
  s.cluster.lose();
  s.write("gone", "n1");
  s.round("n1", "pre-accept", "pre-accepted", "n2", "n3");
  s.cluster.crash("n1");
  s.cluster.lose();
  s.cluster.fire("n2", "recover/n1.1");
  s.round("n2", "prepare", "prepared", "n4", "n5");
  s.round("n2", "try-pre-accept", "tried", "n4", "n5");
  return s;
}

test("an attempt waits for what stands against it, and is recovered as it was committed", () => {
  const s = blocked();
  expect([s.sent("pre-accept"), s.sent("accept")]).toEqual([0, 0]);
  // n4 hears of n1's command by its own.
  s.cluster.lose();
  s.cluster.fire("n4", "recover/n4.1");
  s.round("n4", "pre-accept", "pre-accepted", "n2", "n5");
  s.round("n4", "accept", "accepted", "n2", "n5");
  expect(s.answers["other"]).toEqual({ type: "write_ok" });
  s.cluster.fire("n2", "recover/n1.1");
  s.round("n2", "try-pre-accept", "tried", "n4");
  s.round("n2", "accept", "accepted", "n4", "n5");
  expect(s.violation).toBeUndefined();
});

test("what stands against it and is committed settles that it was not, if anybody says so", () => {
  const outcome = (rules: Rules): number => {
    const s = new Schedule(rules);
    s.write("other", "n4");
    s.round("n4", "pre-accept", "pre-accepted", "n5", "n3");
    s.cluster.lose();
    s.write("lost", "n1");
    s.cluster.deliver("n1", "n2", "pre-accept");
    s.cluster.crash("n1");
    s.cluster.crash("n3");
    s.cluster.lose();
    s.cluster.fire("n2", "recover/n1.1");
    s.round("n2", "prepare", "prepared", "n4", "n5");
    s.round("n2", "try-pre-accept", "tried", "n4", "n5");
    return s.sent("pre-accept");
  };
  expect(outcome(epaxosPublishedRules)).toBeGreaterThan(0);
  expect(outcome({ ...epaxosPublishedRules, optimized: { ...optimized, heedsCommitted: false } })).toBe(0);
});
