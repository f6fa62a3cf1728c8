import { describe, expect, test } from "vitest";
import { monitorFor, monitors } from "./monitors.ts";
import { memoryAfter, watch, watchInPlace, type Scene } from "./testing.ts";
import type { ConsensusView, LogEntry, QuorumCertificate } from "./view.ts";

/** A log from entries such as "1:a 1:b 2:c", ballot and value; "-" where nothing is known. */
function log(text: string, committed = 0, first = 0): ConsensusView {
  const entries = text
    .split(" ")
    .filter((word) => word !== "")
    .map((word): LogEntry | null => {
      const [ballot = "", value = ""] = word.split(":");
      return word === "-" ? null : { ballot: Number(ballot), value };
    });
  return { log: { first, entries, committed } };
}

const at = (node: string, view: ConsensusView, occasion?: "start" | "restart"): Scene => ({
  node,
  view,
  ...(occasion === undefined ? {} : { occasion }),
});
const propose = (value: string, key = "x"): Scene => ({ asked: { type: "propose", key, value } });
const broadcast = (message: number): Scene => ({ asked: { type: "broadcast", message } });
const votes = (ballot: number, value: string, instance = "x"): ConsensusView => ({
  votes: { [instance]: { ballot, value } },
});

function found(property: string, scenes: readonly Scene[]): string | undefined {
  const violation = watch(monitorFor(property), scenes);
  if (violation !== undefined) expect(violation.property).toBe(property);
  return violation?.explanation;
}

describe("agreement", () => {
  test("nodes that decide the same agree", () => {
    expect(
      found("agreement", [
        at("n1", { decided: { x: "a" } }),
        at("n2", { decided: { x: "a", y: ["b", { c: 1 }] } }),
        at("n3", { decided: { y: ["b", { c: 1 }] } }),
      ]),
    ).toBeUndefined();
  });
  test("two nodes decide differently", () => {
    expect(found("agreement", [at("n1", { decided: { x: "a" } }), at("n2", { decided: { x: "b" } })])).toBe(
      'n2 decided "b" in instance x, where "a" was decided before.',
    );
  });
  test("a decision changes, of one node, after a crash, and inside a value", () => {
    const changed = [at("n1", { decided: { x: "a" } }), at("n1", { decided: { x: "b" } }, "restart")];
    expect(found("agreement", changed)).toBeDefined();
    const value = { list: [1] };
    const first = at("n1", { decided: { x: value } });
    const scenes = function* (): Generator<Scene> {
      yield first;
      value.list.push(2);
      yield first;
    };
    expect(watchInPlace(monitorFor("agreement"), scenes())?.explanation).toContain('{"list":[1]}');
  });
  test("instances named like members of every object are instances", () => {
    expect(found("agreement", [at("n1", { decided: { constructor: "a", toString: "b" } })])).toBeUndefined();
    expect(
      found("agreement", [
        at("n1", { decided: { constructor: "a" } }),
        at("n2", { decided: { constructor: "b" } }),
      ]),
    ).toBeDefined();
  });
  test("what is committed in a slot is decided; the ballot may differ", () => {
    expect(found("agreement", [at("n1", log("1:a", 1)), at("n2", log("2:a", 1))])).toBeUndefined();
    expect(found("agreement", [at("n1", log("1:a 1:b", 1)), at("n2", log("1:a 2:c", 2))])).toBeUndefined();
    expect(found("agreement", [at("n1", log("1:a 1:b", 2)), at("n2", log("1:a 2:c", 2))])).toBe(
      'n2 has "c" committed in slot 1, where "b" was committed before.',
    );
  });
  test("decisions and logs are judged side by side", () => {
    const both = (value: string): ConsensusView => ({ ...log(`1:${value}`, 1), decided: { x: "a" } });
    expect(found("agreement", [at("n1", both("b")), at("n2", both("b"))])).toBeUndefined();
    expect(found("agreement", [at("n1", both("b")), at("n2", both("c"))])).toBeDefined();
  });
  test("a snapshot and unknown slots say nothing", () => {
    expect(
      found("agreement", [
        at("n1", log("1:a 1:b", 2)),
        at("n2", log("1:c", 3, 2)),
        at("n3", log("- 1:b", 2)),
      ]),
    ).toBeUndefined();
    expect(found("agreement", [at("n2", log("1:c", 3, 2)), at("n1", log("1:a 1:b 1:d", 3))])).toBeDefined();
  });
  test("what a client was told is decided", () => {
    const told = (value: string): Scene => ({
      node: "n3",
      request: { type: "propose", key: "x", value: "a" },
      answer: { type: "propose_ok", value },
    });
    expect(found("agreement", [at("n1", { decided: { x: "a" } }), told("a")])).toBeUndefined();
    expect(found("agreement", [told("a"), told("b")])).toBe(
      'n3 told its client "b" in instance x, where "a" was decided before.',
    );
    const refused: Scene = {
      request: { type: "propose", key: "x", value: "b" },
      answer: { type: "error", code: 11, value: "b" },
    };
    expect(found("agreement", [told("a"), refused])).toBeUndefined();
  });
});

describe("validity", () => {
  test("what somebody proposed for the instance", () => {
    expect(
      found("validity", [
        propose("a"),
        propose("b"),
        at("n1", { decided: { x: "a" } }),
        at("n2", { decided: { x: "b" } }),
      ]),
    ).toBeUndefined();
  });
  test("nobody proposed it there", () => {
    expect(found("validity", [propose("a"), propose("b", "y"), at("n1", { decided: { x: "b" } })])).toBe(
      'n1 decided "b" in instance x, which nobody had proposed there; proposed were "a".',
    );
  });
  test("it is none of several that were proposed", () => {
    const several = [propose("a"), propose("b"), propose("c")];
    expect(found("validity", [...several, at("n1", { decided: { x: "d" } })])).toBeDefined();
    expect(found("validity", [...several, at("n1", { decided: { x: "c" } })])).toBeUndefined();
  });
  test("it was proposed only later", () => {
    expect(found("validity", [propose("a"), at("n1", { decided: { x: "b" } }), propose("b")])).toBeDefined();
  });
  test("of instances that clients do not name nothing is said", () => {
    expect(found("validity", [propose("a"), at("n1", { decided: { "slot 3": "noop" } })])).toBeUndefined();
  });
  test("a proposal without a key is about the only instance", () => {
    const only: Scene = { asked: { type: "propose", value: 1 } };
    expect(found("validity", [only, at("n1", { decided: { decision: 1 } })])).toBeUndefined();
    expect(found("validity", [only, at("n1", { decided: { decision: 2 } })])).toBeDefined();
  });
  test("keys that are no text", () => {
    const keyed: Scene = { asked: { type: "propose", key: 7, value: 1 } };
    expect(found("validity", [keyed, at("n1", { decided: { "7": 2 } })])).toBeDefined();
  });
  test("the same proposals are remembered alike in whatever order they came", () => {
    const [a, b] = [propose("a"), propose("b")];
    expect(memoryAfter(monitorFor("validity"), [a, b, b])).toEqual(
      memoryAfter(monitorFor("validity"), [b, a]),
    );
  });
});

describe("integrity", () => {
  const delivered = (...messages: number[]): ConsensusView => ({ delivered: { log: messages } });
  test("what was broadcast, once each", () => {
    expect(
      found("integrity", [broadcast(1), broadcast(2), at("n1", delivered(1, 2)), at("n2", delivered(2, 1))]),
    ).toBeUndefined();
  });
  test("nobody broadcast it", () => {
    expect(found("integrity", [broadcast(1), at("n1", delivered(1, 3))])).toBe(
      "n1 delivered 3 in place 1 of log, which nobody had broadcast.",
    );
  });
  test("delivered twice, in one step or two, whatever others did", () => {
    expect(found("integrity", [broadcast(1), at("n1", delivered(1, 1))])).toBe(
      "n1 delivered 1 in place 1 of log, which it had delivered before.",
    );
    expect(
      found("integrity", [
        broadcast(1),
        broadcast(2),
        at("n2", delivered(2, 1)),
        at("n1", delivered(1)),
        at("n1", delivered(1, 2)),
        at("n1", delivered(1, 2, 1)),
      ]),
    ).toBeDefined();
  });
  test("what was broadcast twice may be delivered twice", () => {
    const twice = [broadcast(1), broadcast(1), at("n1", delivered(1, 1))];
    expect(found("integrity", twice)).toBeUndefined();
    expect(found("integrity", [...twice, at("n1", delivered(1, 1, 1))])).toBe(
      "n1 delivered 1 in place 2 of log, 3 times by now, though it was broadcast 2 times.",
    );
  });
});

describe("total-order", () => {
  const delivered = (...messages: number[]): ConsensusView => ({ delivered: { log: messages } });
  test("prefixes of one sequence, in any order of catching up", () => {
    expect(
      found("total-order", [
        at("n1", delivered(1)),
        at("n2", delivered(1, 2, 3)),
        at("n3", delivered()),
        at("n1", delivered(1, 2)),
        at("n2", delivered(), "restart"),
        at("n2", delivered(1)),
      ]),
    ).toBeUndefined();
  });
  test("another message in the same place", () => {
    expect(found("total-order", [at("n1", delivered(1, 2)), at("n2", delivered(1, 3))])).toBe(
      "n2 delivered 3 in place 1 of log, where 2 was delivered before.",
    );
  });
  test("a message left out, and one in a sequence of a crashed node", () => {
    expect(found("total-order", [at("n1", delivered(1, 2, 3)), at("n2", delivered(1, 3))])).toBeDefined();
    expect(
      found("total-order", [at("n1", delivered(1, 2)), { crashed: "n1" }, at("n1", delivered(2), "restart")]),
    ).toBeDefined();
  });
  test("sequences of other names are others", () => {
    expect(
      found("total-order", [
        at("n1", { delivered: { x: [1], y: [2] } }),
        at("n2", { delivered: { x: [1], y: [2, 1] } }),
      ]),
    ).toBeUndefined();
  });
});

describe("leader-uniqueness", () => {
  test("each leads in its own ballot", () => {
    expect(
      found("leader-uniqueness", [
        at("n1", { leads: 1 }),
        at("n2", { leads: 2 }),
        at("n1", { leads: 1 }),
        at("n1", { leads: null }),
      ]),
    ).toBeUndefined();
  });
  test("two lead in one, even if the first has long stepped down", () => {
    const scenes = [at("n1", { leads: 1 }), at("n1", { leads: null }), at("n2", { leads: 1 })];
    expect(found("leader-uniqueness", scenes)).toBe("n2 leads in ballot 1, in which n1 led.");
  });
});

describe("log-matching", () => {
  test("logs that differ only behind what they share", () => {
    expect(
      found("log-matching", [
        at("n1", log("1:a 1:b 2:c")),
        at("n2", log("1:a 1:b 3:d")),
        at("n3", log("1:a 3:b")),
      ]),
    ).toBeUndefined();
  });
  test("an entry of one ballot has two values", () => {
    expect(found("log-matching", [at("n1", log("1:a 2:b")), at("n2", log("1:a 2:c"))])).toBe(
      'n2 has "c" in slot 1 from ballot 2, and a log had "b" there from the same ballot.',
    );
  });
  test("the same entry stands on different entries, directly or further down", () => {
    expect(found("log-matching", [at("n1", log("1:a 3:c")), at("n2", log("2:b 3:c"))])).toBe(
      'n2 has "c" in slot 1 from ballot 3, as another log had; but before it n2 has an entry of ballot 2 in slot 0, and the other log had an entry of ballot 1.',
    );
    expect(found("log-matching", [at("n1", log("1:a 3:b 3:c")), at("n2", log("1:d 3:b 3:c"))])).toBeDefined();
  });
  test("what a snapshot tells of the entry before counts", () => {
    const behind = (before: number): Scene =>
      at("n2", { log: { first: 1, before, entries: [entry], committed: 0 } });
    const entry = { ballot: 3, value: "c" };
    expect(found("log-matching", [at("n1", log("1:a 3:c")), behind(1)])).toBeUndefined();
    expect(found("log-matching", [at("n1", log("1:a 3:c")), behind(2)])).toBe(
      'n2 has "c" in slot 1 from ballot 3, as another log had; but before it n2 has an entry of ballot 2 in slot 0, and the other log had an entry of ballot 1.',
    );
  });
  test("an entry changes in place: after some looks, and at the end in any case", () => {
    for (const property of ["log-matching", "state-machine-safety", "leader-completeness"]) {
      const value = { list: [1] };
      const view: ConsensusView = {
        log: { first: 0, entries: [{ ballot: 1, value }], committed: 1 },
        leads: 1,
      };
      const changed = function* (then: Scene[]): Generator<Scene> {
        yield* [at("n1", view), at("n1", view)];
        value.list.push(2);
        yield* then;
        value.list.pop();
      };
      const often = Array.from({ length: 40 }, () => at("n1", view));
      expect(watchInPlace(monitorFor(property), changed(often))).toBeDefined();
      value.list = [1];
      expect(watchInPlace(monitorFor(property), changed([{ finish: "n1", view }]))).toBeDefined();
    }
  });
  test("behind a snapshot nothing is known of the entry before", () => {
    expect(found("log-matching", [at("n1", log("1:a 3:c")), at("n2", log("3:c", 2, 1))])).toBeUndefined();
    expect(
      found("log-matching", [at("n2", log("3:c", 2, 1)), at("n1", log("1:a 3:c")), at("n3", log("2:a 3:c"))]),
    ).toBeDefined();
  });
});

describe("leader-completeness", () => {
  const leader = (leads: number, text: string, committed = 0, first = 0): ConsensusView => ({
    ...log(text, committed, first),
    leads,
  });
  test("later leaders have what was committed; older ones need not", () => {
    expect(
      found("leader-completeness", [
        at("n1", leader(1, "1:a", 1)),
        at("n2", leader(2, "1:a 2:b", 2)),
        at("n1", leader(1, "1:a 1:c", 1)),
        at("n3", leader(3, "2:b", 2, 1)),
      ]),
    ).toBeUndefined();
  });
  test("a later leader lacks a committed entry, or has another", () => {
    expect(
      found("leader-completeness", [at("n1", leader(1, "1:a 1:b", 2)), at("n2", leader(2, "1:a"))]),
    ).toBe('n2 leads in ballot 2 and has nothing in slot 1, where "b" was committed by ballot 1.');
    expect(
      found("leader-completeness", [at("n1", leader(1, "1:a", 1)), at("n2", leader(2, "2:c"))]),
    ).toBeDefined();
  });
  test("a leader loses what it committed itself", () => {
    expect(
      found("leader-completeness", [at("n1", leader(1, "1:a", 1)), at("n1", leader(1, ""))]),
    ).toBeDefined();
  });
  test("in which ballot it was committed shows with the leader of then", () => {
    const scenes = [
      at("n3", leader(3, "1:a 3:c", 1)),
      at("n4", leader(4, "1:a 2:b", 1)),
      at("n2", log("1:a 2:b", 2)),
    ];
    expect(found("leader-completeness", [...scenes, at("n3", leader(3, "1:a 3:c", 1))])).toBeUndefined();
    const told = at("n1", leader(2, "1:a 2:b", 2));
    expect(found("leader-completeness", [...scenes, told, at("n3", leader(3, "1:a 3:c", 1))])).toBeDefined();
  });
  test("it may be found out after the later leader was elected", () => {
    expect(
      found("leader-completeness", [
        at("n2", leader(2, "2:c")),
        at("n1", leader(1, "1:a", 1)),
        at("n2", leader(2, "2:c")),
      ]),
    ).toBeDefined();
  });
  test("an old entry that a later leader commits was not there for leaders in between", () => {
    // As in figure 8 of the Raft paper: the entry of ballot 2 is committed in ballot 4 only.
    expect(
      found("leader-completeness", [
        at("n3", leader(3, "1:a 3:c", 1)),
        at("n1", leader(4, "1:a 2:b 4:d", 3)),
        at("n3", leader(3, "1:a 3:c", 1)),
      ]),
    ).toBeUndefined();
    // A follower shows it first.
    expect(
      found("leader-completeness", [
        at("n3", leader(3, "1:a 3:c", 1)),
        at("n1", leader(4, "1:a 2:b 4:d", 1)),
        at("n2", log("1:a 2:b 4:d", 3)),
        at("n3", leader(3, "1:a 3:c", 1)),
      ]),
    ).toBeUndefined();
  });
});

describe("state-machine-safety", () => {
  test("equal positions, equal states", () => {
    const state = (position: number, digest: string): ConsensusView => ({ state: { position, digest } });
    expect(
      found("state-machine-safety", [
        at("n1", state(1, "p")),
        at("n2", state(2, "q")),
        at("n2", state(1, "p")),
      ]),
    ).toBeUndefined();
    expect(found("state-machine-safety", [at("n1", state(1, "p")), at("n2", state(1, "q"))])).toBe(
      "After 1 commands the state of n2 is q; another replica's was p there.",
    );
  });
  test("equal slots, equal committed entries", () => {
    expect(found("state-machine-safety", [at("n1", log("1:a", 1)), at("n2", log("2:b", 1))])).toBeDefined();
    expect(found("state-machine-safety", [at("n1", log("1:a", 1)), at("n2", log("2:b", 0))])).toBeUndefined();
  });
});

describe("quorum-certificates", () => {
  const certificate = (changes: Partial<QuorumCertificate> = {}): QuorumCertificate => ({
    instance: "x",
    ballot: 1,
    value: "a",
    voters: ["n1", "n2"],
    quorum: { size: 2, members: ["n1", "n2", "n3"] },
    ...changes,
  });
  const shows = (...certificates: QuorumCertificate[]): ConsensusView => ({ certificates });
  test("a quorum that did vote", () => {
    expect(
      found("quorum-certificates", [
        at("n1", votes(1, "a")),
        at("n2", votes(1, "a")),
        at("n1", votes(2, "b")),
        at("n3", { ...shows(certificate()), decided: { x: "a" } }),
        at("n2", { decided: { x: "a" } }),
      ]),
    ).toBeUndefined();
  });
  test.each([
    ["too few voters", { voters: ["n1"] }, "that is fewer voters than the 2 of a quorum"],
    ["one voter twice", { voters: ["n1", "n1"] }, "that is fewer voters than the 2 of a quorum"],
    ["a stranger", { voters: ["n1", "n9"] }, "n9 has no vote there: members are n1, n2, n3"],
    [
      "a quorum that is none",
      { voters: ["n1"], quorum: { size: 1, members: ["n1", "n2", "n3"] } },
      "quorums of 1 out of 3 need not meet one another",
    ],
  ])("%s", (_, changes, problem) => {
    expect(found("quorum-certificates", [at("n1", shows(certificate(changes)))])).toContain(problem);
  });
  test("flexible quorums meet those of the other phase", () => {
    const members = ["n1", "n2", "n3", "n4"];
    const flexible = (meets: number): Scene =>
      at("n1", shows(certificate({ quorum: { size: 2, members, meets } })));
    expect(found("quorum-certificates", [flexible(3)])).toBeUndefined();
    expect(found("quorum-certificates", [flexible(2)])).toBeDefined();
  });
  test("a voter that never voted so", () => {
    const scenes = [at("n1", votes(1, "a")), at("n2", votes(1, "b")), at("n3", shows(certificate()))];
    expect(found("quorum-certificates", scenes)).toBe(
      'n3 has a certificate that "a" was chosen in ballot 1 of instance x by n1, n2; but n2 never voted so.',
    );
    const otherBallot = [at("n1", votes(1, "a")), at("n2", votes(2, "a")), at("n3", shows(certificate()))];
    expect(found("quorum-certificates", otherBallot)).toBeDefined();
  });
  test("votes of another ballot are no votes", () => {
    const scenes = [
      at("n1", votes(1, "a")),
      at("n2", votes(1, "a")),
      at("n3", shows(certificate({ ballot: 2 }))),
    ];
    expect(found("quorum-certificates", scenes)).toContain("n1 never voted so");
  });
  test("a decision without a certificate", () => {
    expect(
      found("quorum-certificates", [at("n1", shows(certificate())), at("n1", { decided: { x: "b" } })]),
    ).toBe('n1 decided "b" in instance x, for which nobody had a certificate.');
  });
  test("where only votes are shown, a decision has those of a majority in one ballot", () => {
    const decided = at("n1", { decided: { x: "a" } });
    expect(
      found("quorum-certificates", [
        at("n1", votes(1, "a")),
        at("n2", votes(1, "a")),
        at("n2", votes(3, "b")),
        decided,
      ]),
    ).toBeUndefined();
    expect(found("quorum-certificates", [at("n1", votes(1, "a")), at("n2", votes(2, "a")), decided])).toBe(
      'n1 decided "a" in instance x, which has 1 vote at most in any one ballot; a majority is 2.',
    );
  });
  test("the same votes are remembered alike in whatever order they came", () => {
    const [a, b] = [at("n1", votes(1, "a")), at("n2", votes(1, "a"))];
    const [c, d] = [at("n3", votes(1, "b")), at("n3", votes(0, "c"))];
    const monitor = monitorFor("quorum-certificates");
    expect(memoryAfter(monitor, [a, b, c, d])).toEqual(memoryAfter(monitor, [d, c, b, a]));
  });
});

describe("promised-entries", () => {
  const promising = (entries: string, ballot: number): Scene =>
    at("n1", { ...log(entries), promised: { accepted: ballot, current: 0 } });
  test("no entry is later than what the node has promised", () => {
    expect(found("promised-entries", [promising("1:a 2:b", 2), promising("1:a 2:b", 3)])).toBeUndefined();
    expect(found("promised-entries", [at("n1", log("1:a 2:b"))])).toBeUndefined();
  });
  test("an entry is", () => {
    expect(found("promised-entries", [promising("1:a 2:b", 1)])).toBe(
      'n1 has "b" of ballot 2 in slot 1, and has promised no more than ballot 1.',
    );
  });
});

describe("ballot-order", () => {
  const last = (view: ConsensusView, before: number): ConsensusView => ({
    log: { ...view.log!, before },
  });
  test("ballots that grow, or stay, along a log", () => {
    expect(found("ballot-order", [at("n1", log("1:a 1:b 3:c")), at("n1", log("1:a 2:d"))])).toBeUndefined();
    expect(found("ballot-order", [at("n1", last(log("2:a 3:b", 0, 5), 2))])).toBeUndefined();
  });
  test("an entry behind one of a later ballot, be that in a snapshot", () => {
    expect(found("ballot-order", [at("n1", log("1:a 3:b 2:c"))])).toBe(
      'n1 has "c" of ballot 2 in slot 2, behind an entry of the later ballot 3.',
    );
    expect(found("ballot-order", [at("n1", last(log("1:a", 0, 5), 2))])).toContain("slot 5");
  });
  test("long logs as they grow", () => {
    const scenes = function* (spoilt: number): Generator<Scene> {
      const entries = [];
      for (let slot = 0; slot < 400; slot++) {
        entries.push({ ballot: slot === spoilt ? 1 : 2 + slot, value: slot });
        yield at("n1", { log: { first: 0, entries, committed: 0 } });
      }
    };
    expect(watchInPlace(monitorFor("ballot-order"), scenes(-1))).toBeUndefined();
    expect(watchInPlace(monitorFor("ballot-order"), scenes(399))?.explanation).toContain("slot 399");
  });
});

describe("acknowledgements", () => {
  const promising = (ballot: number, view: ConsensusView = {}): ConsensusView => ({
    ...view,
    promised: { term: ballot },
  });
  /** A leader that counts on n2 to have promised its ballot, and so many of its slots. */
  const counting = (ballot: number, slots: number, view: ConsensusView): ConsensusView => ({
    ...promising(ballot, view),
    acknowledged: { ballot, by: { n2: { slots, promised: { term: ballot } } } },
  });
  const leader = at("n1", counting(2, 2, log("1:a 2:b 2:c")));

  test("who has what it said, and more that is its own", () => {
    expect(
      found("acknowledgements", [
        at("n2", promising(2, log("1:a 2:b"))),
        leader,
        at("n2", promising(2, log("1:a 2:b 2:x"))),
        leader,
      ]),
    ).toBeUndefined();
  });
  test("who lacks it when it is counted, or has another there", () => {
    expect(found("acknowledgements", [at("n2", promising(2, log("1:a"))), leader])).toBe(
      "n1, in ballot 2, counts on n2 to have what its own log has up to slot 1; but n2 has nothing there, and n1 one of ballot 2.",
    );
    expect(found("acknowledgements", [at("n2", promising(2, log("1:a 1:b"))), leader])).toContain(
      "has an entry of ballot 1 there",
    );
  });
  test("who has it no more, at once or after a crash", () => {
    const had = [at("n2", promising(2, log("1:a 2:b"))), leader];
    expect(found("acknowledgements", [...had, at("n2", promising(2, log("1:a")))])).toBeDefined();
    const crash: Scene = { crashed: "n2", lost: true };
    expect(
      found("acknowledgements", [...had, crash, at("n2", promising(2, log("1:a")), "restart")]),
    ).toBeDefined();
    expect(
      found("acknowledgements", [...had, crash, at("n2", promising(2, log("1:a 2:b")), "restart")]),
    ).toBeUndefined();
  });
  test("whoever has promised a later ballot is bound no more", () => {
    const had = [at("n2", promising(2, log("1:a 2:b"))), leader];
    expect(found("acknowledgements", [...had, at("n2", promising(3, log("1:a"))), leader])).toBeUndefined();
  });
  test("a promise that was counted and is not there", () => {
    const candidate = at("n1", counting(2, 0, log("")));
    expect(found("acknowledgements", [at("n2", promising(2)), candidate])).toBeUndefined();
    expect(found("acknowledgements", [at("n2", promising(1)), candidate])).toBe(
      "n1, in ballot 2, counts on n2 to have promised 2 for term; but n2 has promised 1.",
    );
  });
  test("what a snapshot stands for, here or there, is not asked for", () => {
    expect(found("acknowledgements", [at("n2", promising(2, log("2:d", 0, 2))), leader])).toBeUndefined();
    const compacted = at("n1", counting(2, 2, log("2:c", 0, 2)));
    expect(found("acknowledgements", [at("n2", promising(2, log("1:a"))), compacted])).toBeUndefined();
  });
  test("who leads no more, or has crashed, counts on nobody", () => {
    const had = [at("n2", promising(2, log("1:a 2:b"))), leader];
    const lost = at("n2", promising(2, log("1:a")));
    expect(found("acknowledgements", [...had, at("n1", promising(2, log("1:a 2:b"))), lost])).toBeUndefined();
    expect(found("acknowledgements", [...had, { crashed: "n1" }, lost])).toBeUndefined();
  });
});

describe("quorum-replication", () => {
  const grouped = (view: ConsensusView, ...members: string[][]): ConsensusView => ({ ...view, members });
  test("what is committed when a majority has it, or a snapshot of it", () => {
    const scenes = [at("n2", log("1:a 2:b")), at("n1", log("1:a 2:b", 2)), at("n2", log("3:c", 2, 2))];
    expect(found("quorum-replication", scenes)).toBeUndefined();
  });
  test("what too few have, or another entry in its place", () => {
    expect(found("quorum-replication", [at("n2", log("1:a")), at("n1", log("1:a 2:b", 2))])).toBe(
      "Slot 1 is committed with an entry of ballot 2; but of n1, n2, n3 only n1 has it.",
    );
    expect(
      found("quorum-replication", [at("n2", log("1:a 1:b")), at("n1", log("1:a 2:b", 2))]),
    ).toBeDefined();
  });
  test("what is gone after a restart", () => {
    const scenes: Scene[] = [at("n2", log("1:a")), at("n1", log("1:a", 1)), { crashed: "n1", lost: true }];
    expect(found("quorum-replication", scenes)).toBeUndefined();
    expect(found("quorum-replication", [...scenes, at("n1", log(""), "restart")])).toBeDefined();
  });
  test("what its first node shows in a snapshot at once is of that node's members", () => {
    const all = grouped(log("1:a"), ["n1", "n2", "n3"]);
    const compacted = (before: { before?: number }): ConsensusView => ({
      ...all,
      log: { first: 1, entries: [], committed: 1, ...before },
    });
    const later = at("n3", grouped(log("1:a", 1), ["n1", "n3"]));
    for (const before of [{ before: 1 }, {}])
      expect(
        found("quorum-replication", [at("n3", all), at("n2", compacted(before)), later]),
      ).toBeUndefined();
    const only = [at("n3", grouped(log(""), ["n1", "n2", "n3"])), at("n2", compacted({ before: 1 }))];
    expect(found("quorum-replication", only)).toBeDefined();
    // Of logs that begin in slot 1 there is none before.
    expect(found("quorum-replication", only.slice(1))).toBeUndefined();
  });
  test("majorities of both groups, where there are two", () => {
    const scenes = [at("n2", log("1:a")), at("n1", grouped(log("1:a", 1), ["n1", "n2"], ["n2", "n3"]))];
    expect(found("quorum-replication", scenes)).toBe(
      "Slot 0 is committed with an entry of ballot 1; but of n2, n3 only n2 has it.",
    );
    expect(found("quorum-replication", [at("n3", log("1:a")), ...scenes])).toBeUndefined();
  });
});

describe("single-vote", () => {
  test("one value a ballot", () => {
    expect(
      found("single-vote", [at("n1", votes(1, "a")), at("n2", votes(1, "b")), at("n1", votes(2, "b"))]),
    ).toBeUndefined();
    expect(found("single-vote", [at("n1", votes(1, "a")), at("n1", votes(1, "b"))])).toBe(
      'n1 votes for "b" in ballot 1 of instance x, where it had voted for "a".',
    );
    const restarted = [at("n1", votes(1, "a")), at("n1", {}, "restart"), at("n1", votes(1, "b"))];
    expect(found("single-vote", restarted)).toBeDefined();
  });
  test("a vote that was not synced may be forgotten", () => {
    const scenes: Scene[] = [at("n1", votes(1, "a")), { crashed: "n1", lost: true }, at("n1", votes(1, "b"))];
    expect(found("single-vote", scenes)).toBeUndefined();
  });
});

describe("monotonic-ballots", () => {
  const promised = (ballot: number): ConsensusView => ({ promised: { term: ballot } });
  test("promises that grow, and nodes by themselves", () => {
    expect(
      found("monotonic-ballots", [
        at("n1", promised(1)),
        at("n2", promised(3)),
        at("n1", promised(1), "restart"),
        at("n1", promised(2)),
      ]),
    ).toBeUndefined();
  });
  test("a promise goes back, at once or in a restart", () => {
    expect(found("monotonic-ballots", [at("n1", promised(2)), at("n1", promised(1))])).toBe(
      "n1 had promised 2 for term and now shows 1.",
    );
    expect(
      found("monotonic-ballots", [
        at("n1", promised(2)),
        { crashed: "n1" },
        at("n1", promised(1), "restart"),
      ]),
    ).toBe("n1 had promised 2 for term and now shows 1, after a restart.");
  });
  test("a promise is gone after a restart", () => {
    expect(found("monotonic-ballots", [at("n1", promised(2)), at("n1", { promised: {} }, "restart")])).toBe(
      "n1 had promised 2 for term and now shows no promise, after a restart.",
    );
    // What was dropped while running is not lost.
    const dropped = [
      at("n1", promised(2)),
      at("n1", { promised: {} }),
      at("n1", { promised: {} }, "restart"),
    ];
    expect(found("monotonic-ballots", dropped)).toBeUndefined();
  });
  test("what was not synced may be lost, and what comes then counts", () => {
    const lost: Scene[] = [
      at("n1", promised(2)),
      { crashed: "n1", lost: true },
      at("n1", promised(1), "restart"),
    ];
    expect(found("monotonic-ballots", lost)).toBeUndefined();
    expect(found("monotonic-ballots", [...lost, at("n1", promised(0))])).toBeDefined();
  });
  test("the ballot of a vote goes back", () => {
    expect(found("monotonic-ballots", [at("n1", votes(2, "a")), at("n1", votes(1, "b"))])).toBe(
      "n1 had voted in ballot 2 of instance x and now shows its vote in 1.",
    );
  });
});

describe("durability", () => {
  test("a log that has all that was committed, or a snapshot of it", () => {
    expect(
      found("durability", [at("n1", log("1:a 1:b", 1)), at("n1", log("1:a"), "restart")]),
    ).toBeUndefined();
    expect(
      found("durability", [at("n1", log("1:a 1:b", 2)), at("n1", log("", 2, 2), "restart")]),
    ).toBeUndefined();
  });
  test("a committed entry is gone, or another", () => {
    expect(found("durability", [at("n1", log("1:a 1:b", 2)), at("n1", log("1:a"), "restart")])).toBe(
      'Before its restart n1 had "b" committed in slot 1; now it has nothing there.',
    );
    expect(found("durability", [at("n1", log("1:a", 1)), at("n1", log("2:c"), "restart")])).toBeDefined();
    // What others had is theirs to keep.
    expect(found("durability", [at("n2", log("1:a", 1)), at("n1", log(""), "restart")])).toBeUndefined();
  });
  test("a vote is gone, or another", () => {
    const voted = at("n1", votes(2, "a"));
    expect(found("durability", [voted, at("n1", { votes: {} }, "restart")])).toBe(
      'Before its restart n1 had voted for "a" in ballot 2 of instance x; now it shows no vote.',
    );
    expect(found("durability", [voted, at("n1", votes(2, "b"), "restart")])).toBeDefined();
    expect(found("durability", [voted, at("n1", votes(1, "a"), "restart")])).toBeDefined();
    expect(found("durability", [voted, at("n1", votes(2, "a"), "restart")])).toBeUndefined();
    expect(
      found("durability", [voted, { crashed: "n1", lost: true }, at("n1", { votes: {} }, "restart")]),
    ).toBeUndefined();
  });
  test("a vote in a slot that is in a snapshot now is not lost", () => {
    const voted = at("n1", { ...log("1:a", 4, 3), ...votes(2, "b", "4") });
    const restarted = (first: number): Scene => at("n1", { ...log("", first, first), votes: {} }, "restart");
    expect(found("durability", [voted, restarted(5)])).toBeUndefined();
    expect(found("durability", [voted, restarted(4)])).toBeDefined();
  });
});

describe("handover", () => {
  const request = { type: "reconfigure", members: ["n2", "n3"] };
  const asked: Scene = { asked: request, node: "n1" };
  const done: Scene = { request, answer: { type: "reconfigure_ok" }, node: "n1" };
  const one = log("1:a", 1);

  test("most of the new members know what was committed when they were asked for", () => {
    const before = [at("n1", one), asked, at("n2", one), at("n3", one)];
    expect(found("handover", [...before, at("n2", log("1:a 1:b", 2)), done, at("n1", one)])).toBeUndefined();
    const refused = { ...done, answer: { type: "error", code: 11 } };
    expect(found("handover", [at("n1", one), asked, refused, at("n1", one)])).toBeUndefined();
  });
  test("too few of them do", () => {
    expect(found("handover", [at("n1", one), asked, at("n3", one), done, at("n1", one)])).toBe(
      "n1 said that the members are n2, n3 now; but of them only n3 knows all that came before (up to slot 0).",
    );
  });
  test("where acceptors are shown, all that was for others to decide counts", () => {
    const others: ConsensusView = { ...one, acceptors: { 1: ["n1"], 2: ["n3", "n2"] } };
    const told = [at("n1", one), asked, at("n1", others), at("n2", log("1:a 1:b", 2)), done];
    expect(found("handover", [...told, at("n3", one)])).toContain(
      "only n2 knows all that came before (up to slot 1)",
    );
    expect(found("handover", [at("n3", log("1:a 1:b", 2)), ...told, at("n1", others)])).toBeUndefined();
  });
  test("who answers may have learned it in that very step", () => {
    const alone = { type: "reconfigure", members: ["n1"] };
    const scenes = (last: ConsensusView): Scene[] => [
      at("n2", one),
      { asked: alone, node: "n1" },
      { request: alone, answer: { type: "reconfigure_ok" }, node: "n1" },
      at("n1", last),
    ];
    expect(found("handover", scenes(one))).toBeUndefined();
    expect(found("handover", scenes(log("1:a", 0)))).toBeDefined();
  });
});

describe("membership", () => {
  const request = { type: "reconfigure", members: ["n1", "n2"] };
  const asks: Scene = { node: "n1", asked: request };
  const isTold: Scene = { node: "n1", request, answer: { type: "reconfigure_ok" } };
  const by = (...members: string[][]): Scene => at("n1", { members });
  test("the members that the node goes by, or went by before the client heard", () => {
    const change = [by(["n1", "n2", "n3"]), asks, by(["n2", "n1"])];
    expect(found("membership", [...change, isTold, by(["n2", "n1"])])).toBeUndefined();
    expect(found("membership", [...change, by(["n3"]), isTold, by(["n3"])])).toBeUndefined();
    expect(found("membership", [by(["n1", "n2"]), asks, isTold, by(["n3"])])).toBeUndefined();
    expect(found("membership", [by(["n3"]), asks, isTold, by(["n1", "n2"])])).toBeUndefined();
  });
  test("others, or these and others", () => {
    expect(found("membership", [by(["n3"]), asks, isTold, by(["n3"])])).toBe(
      "n1 said that the members are n1, n2 now, but it goes by n3.",
    );
    const joint = by(["n1", "n2"], ["n3"]);
    expect(found("membership", [asks, joint, isTold, joint])).toContain("goes by n1, n2 and by n3");
    expect(found("membership", [by(["n1", "n2"]), by(["n3"]), asks, isTold, by(["n3"])])).toBeDefined();
  });
  test("a refusal says nothing", () => {
    const refused: Scene = { node: "n1", request, answer: { type: "error", code: 11 } };
    expect(found("membership", [asks, refused, by(["n3"])])).toBeUndefined();
  });
});

describe("agreed-acceptors", () => {
  const by = (node: string, acceptors: ConsensusView["acceptors"]): Scene =>
    at(node, acceptors === undefined ? {} : { acceptors });
  const chosenBy = (...members: string[]): ConsensusView => ({
    acceptors: {},
    certificates: [
      { instance: "7", ballot: 1, value: "a", voters: members, quorum: { size: members.length, members } },
    ],
  });
  test("the same for everybody, whenever and in whatever order it is shown", () => {
    const same = [
      by("n1", { 7: ["n1", "n2"] }),
      by("n2", { 7: ["n2", "n1"], 8: ["n3"] }),
      by("n1", { 8: ["n3"] }),
    ];
    expect(
      found("agreed-acceptors", [...same, by("n3", undefined), at("n1", chosenBy("n1", "n2"))]),
    ).toBeUndefined();
  });
  test("others", () => {
    expect(found("agreed-acceptors", [by("n1", { 7: ["n1", "n2"] }), by("n2", { 7: ["n1", "n3"] })])).toBe(
      "n2 takes n1, n3 for the acceptors of instance 7, which were n1, n2 before.",
    );
    expect(
      found("agreed-acceptors", [by("n1", { 7: ["n1"] }), at("n1", { acceptors: { 7: ["n2"] } }, "restart")]),
    ).toBeDefined();
    expect(
      found("agreed-acceptors", [by("n1", { 7: ["n1", "n2"] }), at("n2", chosenBy("n2", "n3"))]),
    ).toBeDefined();
  });
});

describe("promised-quorum", () => {
  const promised = (node: string, ballot: number): Scene => at(node, { promised: { ballot }, votes: {} });
  const voted = (node: string, ballot: number, own = ballot): Scene =>
    at(node, { promised: { ballot: own }, votes: { 0: { ballot, value: "a" } } });
  test("a vote in a ballot that most have promised, or a later one", () => {
    expect(found("promised-quorum", [promised("n2", 4), voted("n1", 3)])).toBeUndefined();
    expect(
      found("promised-quorum", [promised("n1", 3), promised("n2", 3), voted("n3", 3, 5)]),
    ).toBeUndefined();
  });
  test("a vote before that", () => {
    expect(found("promised-quorum", [promised("n2", 2), voted("n1", 3)])).toBe(
      "n1 has voted in ballot 3 of instance 0, which only n1 of n1, n2, n3 has promised.",
    );
    const lost = at("n2", { promised: { ballot: 2 }, votes: {} }, "restart");
    expect(found("promised-quorum", [promised("n2", 3), lost, voted("n1", 3)])).toBeDefined();
  });
  test("promises of each instance, and acceptors of each", () => {
    const two = (x: number, y: number): Scene => at("n2", { promised: { x, y }, votes: {} });
    const vote = at("n1", { promised: { x: 3, y: 1 }, votes: { x: { ballot: 3, value: "a" } } });
    expect(found("promised-quorum", [two(3, 0), vote])).toBeUndefined();
    expect(found("promised-quorum", [two(0, 3), vote])).toBeDefined();
    const known = at("n1", { promised: { ballot: 3 }, votes: {}, acceptors: { 0: ["n3"] } });
    expect(found("promised-quorum", [known, promised("n2", 3), voted("n1", 3)])).toContain("none of n3");
    expect(found("promised-quorum", [known, promised("n3", 3), voted("n1", 3)])).toBeUndefined();
  });
  test("none is asked for in the first ballots where these have leaders from the start", () => {
    const view = { promised: {}, votes: { x: { ballot: 1, value: "a" } } };
    expect(found("promised-quorum", [at("n1", { ...view, unpromised: 1 })])).toBeUndefined();
    expect(found("promised-quorum", [at("n1", { ...view, unpromised: 0 })])).toBeDefined();
  });
});

describe("exactly-once", () => {
  const executed = (...commands: (string | null)[]): ConsensusView => ({ delivered: { commands } });
  test("commands differ by who asked and when; nothing may be done often", () => {
    expect(found("exactly-once", [at("n1", executed("c1.1", null, "c1.2", null))])).toBeUndefined();
    expect(
      found("exactly-once", [at("n1", executed("c1.1", "c1.2")), at("n2", executed("c1.2", "c1.1"))]),
    ).toBeUndefined();
  });
  test("one is executed twice", () => {
    expect(
      found("exactly-once", [at("n1", executed("c1.1", "c2.1")), at("n1", executed("c1.1", "c2.1", "c1.1"))]),
    ).toBe('n1 executed "c1.1" twice, in places 0 and 2 of commands.');
  });
});

describe("first-come-first-served", () => {
  const waits = (place: number): ConsensusView => ({ turns: { a: place }, holds: [] });
  const holds = (place: number): ConsensusView => ({ turns: { a: place }, holds: ["a"] });
  const idle: ConsensusView = { turns: {}, holds: [] };
  const property = "first-come-first-served";
  test("the earliest of those who wait is served", () => {
    const scenes = [at("n1", holds(2)), at("n2", waits(5)), at("n3", waits(4)), at("n1", idle)];
    expect(
      found(property, [...scenes, at("n3", holds(4)), at("n3", idle), at("n2", holds(5))]),
    ).toBeUndefined();
    expect(found(property, [...scenes, at("n2", holds(5))])).toBe(
      "n2 got a by the request in place 5, while n3 waited for it with the one in place 4.",
    );
  });
  test("who gives up, or crashes, is not passed over", () => {
    expect(found(property, [at("n1", waits(1)), at("n1", idle), at("n2", holds(2))])).toBeUndefined();
    expect(found(property, [at("n1", waits(1)), { crashed: "n1" }, at("n2", holds(2))])).toBeUndefined();
    expect(found(property, [at("n1", waits(1)), at("n2", holds(2))])).toBeDefined();
  });
  test("nobody is served whose request comes before one that was", () => {
    expect(found(property, [at("n1", holds(7)), at("n1", idle), at("n2", holds(3))])).toBe(
      "n2 got a by the request in place 3, after it had been given to the one in place 7.",
    );
  });
});

describe("mutual-exclusion", () => {
  const holds = (...locks: string[]): ConsensusView => ({ holds: locks });
  test("one after the other, and different locks at once", () => {
    expect(
      found("mutual-exclusion", [
        at("n1", holds("a")),
        at("n2", holds("b")),
        at("n1", holds()),
        at("n2", holds("a", "b")),
      ]),
    ).toBeUndefined();
  });
  test("two at once", () => {
    expect(found("mutual-exclusion", [at("n1", holds("a")), at("n2", holds("a"))])).toBe(
      "n2 entered the critical section of a while n1 was in it.",
    );
  });
  test("who has crashed is not in it any more", () => {
    expect(
      found("mutual-exclusion", [at("n1", holds("a")), { crashed: "n1" }, at("n2", holds("a"))]),
    ).toBeUndefined();
  });
});

describe("wait-freedom", () => {
  const steps = (count: number, last: ConsensusView): Scene[] =>
    Array.from({ length: count }, (_, i) => at("p0", i === count - 1 ? last : {}));
  test("decides in time, however many steps others take", () => {
    const monitor = monitorFor("wait-freedom", { stepBound: 3 });
    expect(
      watch(monitor, [at("p1", {}), ...steps(3, { decided: { decision: 1 } }), at("p1", {})]),
    ).toBeUndefined();
    expect(
      watch(monitor, [...steps(3, { decided: { decision: 1 } }), at("p0", { decided: { decision: 1 } })]),
    ).toBeUndefined();
    expect(watch(monitor, steps(3, {}))?.explanation).toBe(
      "p0 has taken 3 steps and has not decided; it promises to within 3.",
    );
  });
});

describe("primary-order", () => {
  const primary = (leads: number, text: string, committed = 0, first = 0): ConsensusView => ({
    ...log(text, committed, first),
    leads,
  });
  test("what primaries broadcast, in order", () => {
    expect(
      found("primary-order", [
        at("n1", primary(1, "1:a 1:b")),
        at("n2", log("1:a 1:b", 2)),
        at("n2", primary(2, "1:a 1:b 2:c", 2)),
        at("n3", log("1:a 1:b 2:c", 3)),
      ]),
    ).toBeUndefined();
  });
  test("local: one left out, or in another order", () => {
    const sent = at("n1", primary(1, "1:a 1:b 1:c"));
    expect(found("primary-order", [sent, at("n2", log("1:a 1:c", 2))])).toContain(
      "local primary order is broken",
    );
    expect(found("primary-order", [sent, at("n2", log("1:b 1:a", 2))])).toContain(
      "local primary order is broken",
    );
  });
  test("local: what a primary put on its disk as it crashed counts as broadcast, and is one thing", () => {
    const sent = at("n1", primary(1, "1:a"));
    const more = at("n2", log("1:a 1:b", 2));
    const crash: Scene = { crashed: "n1" };
    expect(found("primary-order", [sent, more])).toContain("local primary order is broken");
    expect(found("primary-order", [sent, crash, more, at("n3", log("1:a 1:b", 2))])).toBeUndefined();
    expect(found("primary-order", [sent, crash, more, at("n3", log("1:a 1:c", 2))])).toBeDefined();
    expect(found("primary-order", [sent, crash, at("n3", log("1:c 1:a", 2))])).toBeDefined();
  });
  test("global: the later primary's first", () => {
    expect(found("primary-order", [at("n2", log("2:c 1:a", 2))])).toContain("global primary order is broken");
  });
  test("integrity: an earlier primary's behind the first of a later one", () => {
    const scenes = [at("n1", primary(1, "1:a")), at("n2", primary(2, "2:c")), at("n1", log("1:a", 1))];
    expect(found("primary-order", scenes)).toContain("primary integrity is broken");
  });
});

describe("causal-delivery", () => {
  const sends = (node: string, message: number): Scene => ({ node, asked: { type: "broadcast", message } });
  const delivered = (node: string, ...messages: number[]): Scene =>
    at(node, { delivered: { all: messages } });
  test("in orders that differ where nothing causes the other", () => {
    expect(
      found("causal-delivery", [
        sends("n1", 1),
        sends("n2", 2),
        delivered("n1", 1, 2),
        delivered("n2", 2, 1),
        sends("n2", 3),
        delivered("n3", 1, 2, 3),
      ]),
    ).toBeUndefined();
  });
  test("a message before one that caused it, or before an earlier one of the same node", () => {
    expect(
      found("causal-delivery", [sends("n1", 1), delivered("n2", 1), sends("n2", 2), delivered("n3", 2)]),
    ).toBe(
      "n3 delivered 2, and had delivered 0 messages of n1; its broadcaster n2 had delivered 1 of them before.",
    );
    expect(found("causal-delivery", [sends("n1", 1), sends("n1", 2), delivered("n3", 2)])).toBe(
      "n3 delivered 2, and had delivered 0 messages of n1; its broadcaster n1 had broadcast 1 of them before.",
    );
  });
  test("a message twice; after a restart it may come again", () => {
    expect(found("causal-delivery", [sends("n1", 1), delivered("n3", 1, 1)])).toBe(
      "n3 delivered 1, which it had delivered before.",
    );
    expect(
      found("causal-delivery", [
        sends("n1", 1),
        delivered("n3", 1),
        at("n3", {}, "restart"),
        delivered("n3", 1),
      ]),
    ).toBeUndefined();
  });
  test("what a crash lost before anybody had it; or what comes after all, to those who know of no order", () => {
    const crash: Scene[] = [{ crashed: "n1", lost: true }, at("n1", {}, "restart")];
    expect(
      found("causal-delivery", [sends("n1", 1), ...crash, sends("n1", 2), delivered("n2", 2)]),
    ).toBeUndefined();
    expect(
      found("causal-delivery", [sends("n1", 1), ...crash, sends("n1", 2), delivered("n2", 2, 1)]),
    ).toBeUndefined();
  });
  test("what a node has delivered again after its restart comes before what it broadcasts then", () => {
    const scenes = [
      sends("n1", 1),
      delivered("n1", 1),
      at("n1", {}, "restart"),
      delivered("n1", 1),
      sends("n1", 2),
      delivered("n2", 2),
    ];
    expect(found("causal-delivery", scenes)).toBe(
      "n2 delivered 2, and had delivered 0 messages of n1; its broadcaster n1 (after restart 1) had delivered 1 of them before.",
    );
    expect(
      found("causal-delivery", [at("n1", {}, "restart"), sends("n1", 1), sends("n1", 2), delivered("n2", 2)]),
    ).toContain("n1 (after restart 1) had broadcast 1 of them before");
  });
});

describe("the registry", () => {
  test("has each property once, with a line about it", () => {
    expect(new Set(monitors.map(({ name }) => name)).size).toBe(monitors.length);
    for (const entry of monitors) expect(entry.make({ stepBound: 1 }).name).toBe(entry.name);
  });
  test("knows no others", () => {
    expect(() => monitorFor("agreemnt")).toThrow('Unknown property "agreemnt". Did you mean agreement?');
    expect(() => monitorFor("wait-freedom")).toThrow("needs the number of steps");
  });
});
