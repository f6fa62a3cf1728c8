import { describe, expect, test } from "vitest";

import type { AnyProtocol, BeginningStep, Exploration } from "../../../systems/contracts/protocol.ts";
import { raft } from "../../../systems/protocols/consensus/raft/raft.ts";
import { explore } from "../explore.ts";
import { NetworkSystem } from "./network-system.ts";
import { traceOf } from "./trace.ts";

const configuration: Exploration = {
  name: "begun",
  nodes: 3,
  clients: [],
  timers: { limit: 2, names: ["election"] },
};

function begun(beginning: readonly BeginningStep[], more: Partial<Exploration> = {}): NetworkSystem {
  return new NetworkSystem({
    protocol: raft.build(),
    model: raft.model,
    configuration: { ...configuration, ...more, beginning },
    monitors: [],
    symmetry: more.symmetric !== undefined,
  });
}

const canvassed: readonly BeginningStep[] = [
  { do: "fire", node: "n1", timer: "election" },
  { do: "deliver", from: "n1", to: "n2", type: "pre-vote" },
  { do: "lose", from: "n1", to: "n3", type: "pre-vote" },
];

describe("a beginning", () => {
  test("is how every run begins; then anything may happen", () => {
    const system = begun(canvassed);
    const counts = [0, 1, 2, 3, 4].map((depth) => explore(system, { depth }).distinct);
    // Each step is one more state, and then there are those of three timers and of one answer.
    expect(counts).toEqual([1, 2, 3, 4, 8]);
    let [state] = system.initial();
    for (const _ of canvassed) state = system.next(state!, system.actions(state!)[0]!);
    expect(state?.messages.map(({ body }) => body["type"])).toEqual(["pre-voted"]);
    // Its timers are among those that may fire; what it loses is not among what may be lost.
    expect(state?.left).toEqual({ timers: 1, crashes: 0, losses: 0, duplicates: 0 });
  });

  test("may ask what clients ask", () => {
    const clients = [[{ node: "n1", body: { type: "read", key: "x" } }]];
    const system = begun([...canvassed, { do: "ask", node: "n1" }], { clients });
    expect([3, 4].map((depth) => explore(system, { depth }).distinct)).toEqual([4, 5]);
    const twice = begun([...canvassed, { do: "ask", node: "n1" }, { do: "ask", node: "n1" }], { clients });
    expect(() => explore(twice)).toThrow("step 5 of its beginning cannot be taken");
  });

  test("may have a node crash, between handlers or in the midst of one, and start again", () => {
    const crashes = { limit: 2 };
    const promised: readonly BeginningStep[] = [
      { do: "fire", node: "n1", timer: "election" },
      { do: "deliver", from: "n1", to: "n2", type: "pre-vote" },
      { do: "deliver", from: "n2", to: "n1", type: "pre-voted" },
    ];
    const stateAfter = (beginning: readonly BeginningStep[]) => {
      const system = begun(beginning, { crashes });
      let [state] = system.initial();
      for (const _ of beginning) state = system.next(state!, system.actions(state!)[0]!);
      return state!;
    };
    const between = stateAfter([...promised, { do: "crash", node: "n1" }, { do: "start", node: "n1" }]);
    expect(between.left.crashes).toBe(1);
    expect(between.locals[0]?.up).toBe(true);
    const down = stateAfter([...promised, { do: "crash", node: "n1" }]);
    expect(down.locals[0]?.up).toBe(false);
    // The vote of n2 is not on its disk, and nothing has left it.
    const vote: BeginningStep = { do: "deliver", from: "n1", to: "n2", type: "vote", crashing: true };
    expect(() => stateAfter([...promised, vote])).toThrow("cannot be taken");
  });

  test("may set clocks, each on its own, which then stand still through crashes", () => {
    const watching: AnyProtocol = {
      name: "watching",
      start(node) {
        node.setTimer("look", 1);
        return { seen: node.now() };
      },
      onMessage: () => undefined,
      onTimer: (state, _timer, node) => void Object.assign(state as object, { seen: node.now() }),
      onRequest: () => undefined,
    };
    const beginning: readonly BeginningStep[] = [
      { do: "clock", node: "n2", shows: 300 },
      { do: "fire", node: "n1", timer: "look" },
      { do: "crash", node: "n2" },
      { do: "start", node: "n2" },
    ];
    const system = new NetworkSystem({
      protocol: watching,
      model: raft.model,
      configuration: {
        name: "clocks",
        nodes: 2,
        clients: [],
        beginning,
        timers: { limit: 1 },
        crashes: { limit: 1 },
      },
      monitors: [],
    });
    let [state] = system.initial();
    for (const _ of beginning) state = system.next(state!, system.actions(state!)[0]!);
    expect(state?.locals.map((local) => local.state)).toEqual([{ seen: 0 }, { seen: 300 }]);
  });

  test("is part of the runs that are found and shown", () => {
    const system = begun(canvassed);
    const states = system.initial();
    const actions = [];
    for (const _ of canvassed) {
      const state = states.at(-1)!;
      actions.push(system.actions(state)[0]!);
      states.push(system.next(state, actions.at(-1)!));
    }
    const kinds = traceOf(system, { states, actions }).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === "lose" || kind === "receive")).toEqual(["receive", "lose"]);
  });

  test("whose step cannot be taken is an error that names it", () => {
    const system = begun([...canvassed, { do: "deliver", from: "n3", to: "n1", type: "pre-voted" }]);
    expect(() => explore(system)).toThrow('step 4 of its beginning cannot be taken: {"do":"deliver"');
  });

  test("does not go with nodes that are the same", () => {
    expect(() => begun(canvassed, { symmetric: [["n1", "n2"]] })).toThrow("is not the same for nodes");
  });
});
