import { describe, expect, test } from "vitest";

import type { JsonObject } from "../../../../histories/json.ts";
import type { NodeId } from "../../../contracts/protocol.ts";
import { WatchedSchedule } from "../../testing/watched-schedule.ts";
import { fastPaxos, fastPaxosBy } from "./fast-paxos.ts";
import { fastPaxosMutants } from "./mutants.ts";
import { fastPaxosRules } from "./rules.ts";
import type { FastPaxosState } from "./server.ts";

const nodes = ["n1", "n2", "n3"];
const write = (value: number): JsonObject => ({ type: "write", key: "x", value });
const read: JsonObject = { type: "read", key: "x" };
const done: JsonObject = { type: "write_ok" };

function schedule(mutant?: string): WatchedSchedule<FastPaxosState> {
  const rules = fastPaxosMutants.find(({ name }) => name === mutant)?.rules ?? fastPaxosRules;
  return new WatchedSchedule(fastPaxosBy(rules), nodes, fastPaxos.properties);
}

/** What a node proposed last is voted for by all. */
function chosenFast({ cluster }: WatchedSchedule<FastPaxosState>, proposer: NodeId): void {
  for (const node of nodes) {
    if (node === proposer) continue;
    cluster.deliver(proposer, node, "value");
    cluster.deliver(node, proposer, "voted");
  }
}

describe("a command", () => {
  test("is done after two message delays, and read wherever the log is known", () => {
    const s = schedule();
    s.ask("write", "n2", write(1));
    chosenFast(s, "n2");
    expect(s.answers["write"]).toEqual(done);
    s.cluster.deliver("n2", "n3", "decided");
    s.ask("read", "n3", read);
    chosenFast(s, "n3");
    expect(s.answers["read"]).toEqual({ type: "read_ok", value: 1 });
    expect(s.violation).toBeUndefined();
  });

  test("that loses its slot goes to a later one", () => {
    const s = schedule();
    s.ask("first", "n2", write(1));
    s.cluster.fire("n2", "round/slot/0");
    s.talk("n2", "n1", "prepare", "promised", "accept", "voted");
    expect(s.answers["first"]).toEqual(done);
    s.cluster.lose();
    // n3 has not heard of it.
    s.ask("second", "n3", write(2));
    s.talk("n3", "n2", "value", "learn");
    expect(s.answers["second"]).toBeUndefined();
    s.cluster.lose();
    s.cluster.fire("n3", "lost");
    chosenFast(s, "n3");
    expect(s.answers["second"]).toEqual(done);
    expect(s.violation).toBeUndefined();
  });

  test("is answered and not done if losers are answered", () => {
    const s = schedule("answers-losers");
    s.ask("first", "n2", write(1));
    s.cluster.fire("n2", "round/slot/0");
    s.talk("n2", "n1", "prepare", "promised", "accept", "voted");
    s.cluster.lose();
    s.ask("second", "n3", write(2));
    s.talk("n3", "n2", "value", "learn");
    expect(s.answers["second"]).toEqual(done);
    s.cluster.lose();
    s.ask("read", "n3", read);
    chosenFast(s, "n3");
    expect(s.answers["read"]).toEqual({ type: "read_ok", value: 1 });
  });
});

/** Of two commands of n3's clients the second one is chosen, in slot 1; nobody has heard of the first one, in slot 0. */
function holeBefore(mutant?: string): WatchedSchedule<FastPaxosState> {
  const s = schedule(mutant);
  s.ask("first", "n3", write(1));
  s.cluster.lose();
  s.ask("second", "n3", write(2));
  chosenFast(s, "n3");
  s.cluster.deliver("n3", "n2", "decided");
  return s;
}

describe("a slot that is left open", () => {
  test("holds up those after it until it is filled with nothing", () => {
    const s = holeBefore();
    expect(s.answers["second"]).toBeUndefined();
    s.cluster.fire("n2", "holes");
    s.talk("n2", "n1", "prepare", "promised", "accept", "voted");
    s.cluster.deliver("n2", "n3", "decided");
    expect(s.answers["second"]).toEqual(done);
    expect(s.answers["first"]).toBeUndefined();
    s.cluster.fire("n3", "lost");
    s.cluster.fire("n3", "round/slot/2");
    s.talk("n3", "n2", "prepare", "promised", "accept", "voted");
    expect(s.answers["first"]).toEqual(done);
    expect(s.violation).toBeUndefined();
  });

  test("splits the log if those after it are not held up", () => {
    const s = holeBefore("executes-past-holes");
    expect(s.answers["second"]).toEqual(done);
    s.cluster.lose();
    s.cluster.fire("n3", "round/slot/0");
    s.talk("n3", "n1", "prepare", "promised", "accept", "voted", "decided");
    expect(s.violation?.property).toBe("total-order");
  });
});

test("a node that is back from a crash executes again what it knows to be chosen, and goes on after it", () => {
  const s = schedule();
  s.ask("write", "n2", write(1));
  chosenFast(s, "n2");
  s.ask("overwrite", "n2", write(2));
  chosenFast(s, "n2");
  s.cluster.lose();
  // The second decision was not synced; that it voted for it was.
  s.cluster.crash("n2");
  s.cluster.start("n2");
  s.ask("read", "n2", read);
  chosenFast(s, "n2");
  expect(s.answers["read"]).toBeUndefined();
  s.cluster.lose();
  s.cluster.fire("n2", "holes");
  s.talk("n2", "n1", "prepare", "promised", "accept", "voted");
  expect(s.answers["read"]).toEqual({ type: "read_ok", value: 2 });
  expect(s.violation).toBeUndefined();
});

test("no decision of a client's own is taken in a slot", () => {
  const s = schedule();
  s.ask("propose", "n1", { type: "propose", key: "slot/0", value: 1 });
  expect(s.answers["propose"]).toMatchObject({ type: "error", code: 12 });
});
