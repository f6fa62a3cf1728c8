import { describe, expect, test } from "vitest";

import type { BeginningStep, Exploration } from "../../../systems/contracts/protocol.ts";
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
