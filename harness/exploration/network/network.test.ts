import { describe, expect, test } from "vitest";

import { agreement } from "../../../checkers/consensus/agreement.ts";
import type { Monitor } from "../../../checkers/consensus/monitor.ts";
import { monotonicBallots } from "../../../checkers/consensus/monotonic-ballots.ts";
import type { JsonObject } from "../../../histories/json.ts";
import type {
  AnyProtocol,
  Exploration,
  NodeContext,
  SystemModel,
} from "../../../systems/contracts/protocol.ts";
import { explore, type Explored } from "../explore.ts";
import { replayScript, scriptOf, stepsInWords } from "../script.ts";
import { modelWith } from "../testing/table-protocol.ts";
import type { NetworkAction, NetworkState } from "./network-state.ts";
import { NetworkSystem } from "./network-system.ts";
import { traceOf } from "./trace.ts";

type Node = NodeContext<JsonObject>;

/** What is decided at a node, in place of a state with more to it. */
interface State {
  decided?: number;
  promised?: number;
  seen: number[];
}

/** A protocol of a few lines: handlers do what the test says. */
function protocol(handlers: {
  start?(node: Node, stored: number | undefined): State;
  message?(state: State, message: JsonObject, node: Node, from: string): void;
  timer?(state: State, timer: string, node: Node): void;
  request?(state: State, request: string, body: JsonObject, node: Node): void;
}): AnyProtocol {
  return {
    name: "few lines",
    start(node, durable) {
      const stored = durable.get("x");
      return handlers.start?.(node, typeof stored === "number" ? stored : undefined) ?? { seen: [] };
    },
    // The state is what `start` made.
    onMessage: (state, from, message, node) => handlers.message?.(state as State, message, node, from),
    onTimer: (state, timer, node) => handlers.timer?.(state as State, timer, node),
    onRequest: (state, { id, body }, node) => handlers.request?.(state as State, id, body, node),
    view(state) {
      const { decided, promised } = state as State;
      return {
        ...(decided === undefined ? {} : { decided: { it: decided } }),
        ...(promised === undefined ? {} : { promised: { it: promised } }),
      };
    },
  };
}

const monitors = [agreement, monotonicBallots] as unknown as readonly Monitor[];

function system(
  of: AnyProtocol,
  configuration: Omit<Exploration, "name" | "clients"> & Partial<Exploration>,
  model: Partial<SystemModel> = {},
): NetworkSystem {
  return new NetworkSystem({
    protocol: of,
    model: { ...modelWith("any"), ...model },
    configuration: { name: "test", clients: [], ...configuration },
    monitors,
  });
}

const asking = (node: string, value: number): Exploration["clients"][number][number] => ({
  node,
  body: { type: "write", key: "x", value },
});

function words(network: NetworkSystem, explored: Explored<NetworkState, NetworkAction>): readonly string[] {
  return stepsInWords(network, explored.counterexample!);
}

/** Every state that can be reached. */
function statesOf(network: NetworkSystem): NetworkState[] {
  const states = network.initial();
  const seen = new Set(states.map((state) => network.plainFingerprint(state).join(" ")));
  for (const state of states) {
    for (const action of network.actions(state)) {
      const next = network.next(state, action);
      const own = network.plainFingerprint(next).join(" ");
      if (seen.has(own)) continue;
      seen.add(own);
      states.push(next);
    }
  }
  return states;
}

/** At its start n1 sends 1 and 2 to n2, which decides what comes last. */
const twoMessages = protocol({
  start(node) {
    if (node.id === "n1") for (const value of [1, 2]) node.send("n2", { type: "v", value });
    return { seen: [] };
  },
  message(state, { value }) {
    state.seen.push(Number(value));
  },
});

describe("messages", () => {
  test("come in any order, or not at all", () => {
    // None, 1, 2, 1 2, 2 1.
    expect(explore(system(twoMessages, { nodes: 2 })).distinct).toBe(5);
  });

  test("come in their order on links that keep it", () => {
    expect(explore(system(twoMessages, { nodes: 2 }, { channels: "fifo" })).distinct).toBe(3);
  });

  test("come in their order to the node itself, and die with it", () => {
    const itself = protocol({
      start(node, stored) {
        if (stored === undefined) for (const value of [1, 2]) node.send(node.id, { type: "v", value });
        node.persist("x", 1);
        node.sync();
        return { seen: [] };
      },
      message: (state, { value }) => void state.seen.push(Number(value)),
    });
    expect(explore(system(itself, { nodes: 1 })).distinct).toBe(3);
    // Down, and up again with nothing to come.
    expect(explore(system(itself, { nodes: 1, crashes: { limit: 1 } })).distinct).toBe(5);
  });

  test("may be lost, or come twice, as often as said", () => {
    const seen = (more: Partial<Exploration>): number =>
      explore(system(twoMessages, { nodes: 2, ...more })).depth;
    expect(seen({})).toBe(2);
    expect(seen({ duplicates: 1 })).toBe(3);
    expect(seen({ duplicates: 2 })).toBe(4);
    const { distinct } = explore(system(twoMessages, { nodes: 2, losses: 1 }));
    // As without losses, or with one of the two lost, before or after the other came.
    expect(distinct).toBe(5 + 4);
  });

  test("that are on a link that keeps the order are lost when its receiver crashes", () => {
    const counting = protocol({
      start(node, stored) {
        if (node.id === "n1") for (const value of [1, 2, 3]) node.send("n2", { type: "v", value });
        return { seen: [], promised: stored ?? 0 };
      },
      message(state, { value }) {
        if (state.seen.length > 0 && state.seen.at(-1) !== Number(value) - 1) state.decided = -1;
        state.seen.push(Number(value));
      },
    });
    const gap = (channels: SystemModel["channels"]): boolean => {
      const network = system(counting, { nodes: 2, crashes: { limit: 1, nodes: ["n2"] } }, { channels });
      return statesOf(network).some((state) => (state.locals[1]!.state as State | undefined)?.decided === -1);
    };
    expect(gap("any")).toBe(true);
    expect(gap("fifo")).toBe(false);
  });
});

describe("crashes", () => {
  /** Promises what it is asked, and says so before or after it is on the disk. */
  const promising = (how: "before" | "after" | "never"): AnyProtocol =>
    protocol({
      start: (_node, stored) => ({ seen: [], promised: stored ?? 0 }),
      request(state, request, { value }, node) {
        state.promised = Number(value);
        node.persist("x", state.promised);
        if (how === "after") node.sync();
        node.reply(request, { type: "write_ok" });
        if (how === "before") node.sync();
      },
    });
  const configuration = { nodes: 1, clients: [[asking("n1", 1)]], crashes: { limit: 1 } };

  test("between what is said and the disk show a promise that is forgotten", () => {
    const network = system(promising("before"), {
      ...configuration,
      check: { checker: "linearizable", model: "register" },
    });
    // Monitors forgive what was not synced; it is for those who were told.
    expect(explore(network).valid).toBe(true);
    const states = (how: "before" | "after" | "never"): readonly string[] => {
      const seen = statesOf(system(promising(how), configuration)).map(({ locals, clients }) => {
        const promised = (locals[0]!.state as State | undefined)?.promised ?? "down";
        return `${clients[0]} ${promised} ${JSON.stringify(locals[0]!.stable.get("x") ?? "nothing")}`;
      });
      return [...new Set(seen)].toSorted();
    };
    const told = '2 0 "nothing"';
    expect(states("after")).not.toContain(told);
    // Unanswered: the client has gone on, and nothing was kept; answered looks the same to it.
    expect(states("before")).toContain('2 down "nothing"');
    expect(states("never")).toContain(told);
  });

  test("keep the first writes that were not synced, or none, or all", () => {
    const writing = protocol({
      start(node, stored) {
        if (stored === undefined) for (const value of [1, 2, 3]) node.persist("x", value);
        return { seen: stored === undefined ? [] : [stored] };
      },
    });
    const network = system(writing, { nodes: 1, crashes: { limit: 1 } });
    const found = statesOf(network).map(({ locals }) =>
      JSON.stringify((locals[0]!.state as State | undefined)?.seen ?? "down"),
    );
    expect([...new Set(found)].toSorted()).toEqual(['"down"', "[1]", "[2]", "[3]", "[]"]);
  });

  test("are only those that the model knows", () => {
    const idle = protocol({});
    const distinct = (failures: SystemModel["failures"]): number =>
      explore(system(idle, { nodes: 1, crashes: { limit: 1 } }, { failures })).distinct;
    expect([distinct("none"), distinct("crash-stop"), distinct("crash-recovery")]).toEqual([1, 2, 3]);
  });
});

describe("timers and random numbers", () => {
  const ticking = protocol({
    start(node) {
      node.setTimer("tick", 10);
      node.setTimer("other", 10);
      return { seen: [] };
    },
    timer(state, timer, node) {
      if (timer === "tick") state.seen.push(node.random(3));
      if (timer === "tick") node.setTimer("tick", 10);
    },
  });

  test("timers fire at any time, as often in all as said, those that are named", () => {
    const timers = { limit: 2, names: ["tick"] };
    expect(explore(system(ticking, { nodes: 1, timers })).distinct).toBe(3);
    expect(explore(system(ticking, { nodes: 2, timers })).distinct).toBe(6);
    expect(explore(system(ticking, { nodes: 2, timers: { ...timers, nodes: ["n2"] } })).distinct).toBe(3);
    expect(explore(system(ticking, { nodes: 1, timers: { limit: 0 } })).distinct).toBe(1);
  });

  test("random numbers are 0, or all that they may be", () => {
    const all = new NetworkSystem({
      protocol: ticking,
      model: modelWith("any"),
      configuration: { name: "test", nodes: 1, clients: [], timers: { limit: 2, names: ["tick"] } },
      monitors,
      randomness: "all",
    });
    expect(explore(all).distinct).toBe(1 + 3 + 9);
  });
});

describe("a counterexample", () => {
  /** Decides what it is asked, or hears; so two clients are one too many. */
  const hasty = protocol({
    request(state, request, { value }, node) {
      state.decided ??= Number(value);
      for (const to of node.nodes)
        if (to !== node.id) node.send(to, { type: "decided", value: state.decided });
      node.log("decided");
      node.reply(request, { type: "write_ok" });
    },
    message(state, { value }) {
      state.decided ??= Number(value);
    },
  });
  const network = system(hasty, { nodes: 3, clients: [[asking("n1", 1)], [asking("n2", 2)]] });

  test("is told step by step", () => {
    const explored = explore(network);
    expect(words(network, explored)).toEqual([
      'client 1 asks n1 to write {key: "x", value: 1}',
      'client 2 asks n2 to write {key: "x", value: 2}',
    ]);
    expect(explored.counterexample!.violation.property).toBe("agreement");
  });

  test("is replayed from its script, and only by what it was found in", () => {
    const { counterexample } = explore(network);
    const origin = { protocol: "hasty", configuration: "test" };
    const script = scriptOf(network, counterexample!, origin);
    const fresh = system(hasty, { nodes: 3, clients: [[asking("n1", 1)], [asking("n2", 2)]] });
    expect(replayScript(fresh, script).violation).toEqual(counterexample!.violation);
    const other = system(hasty, { nodes: 3, clients: [[asking("n1", 1)]] });
    expect(() => replayScript(other, script)).toThrow(/at step 2 one of: deliver decided/);
  });

  test("is a trace, with what happened before what", () => {
    const { counterexample } = explore(
      system(hasty, { nodes: 2, clients: [[asking("n1", 1)], [asking("n1", 2)]] }),
    );
    expect(counterexample).toBeUndefined();
    const short = explore(network).counterexample!;
    expect(traceOf(network, short).map(({ kind, node }) => `${kind} ${node}`)).toEqual([
      "start n1",
      "start n2",
      "start n3",
      "request n1",
      "send n1",
      "send n1",
      "local n1",
      "reply n1",
      "request n2",
      "send n2",
      "send n2",
      "local n2",
      "reply n2",
    ]);
    expect(traceOf(network, short).at(-1)).toMatchObject({
      index: 12,
      time: 2_000_000,
      process: 1,
      clock: { n2: 6 },
    });
  });

  test("shows a handler that throws", () => {
    const failing = protocol({
      request() {
        throw new Error("no such thing");
      },
    });
    const explored = explore(system(failing, { nodes: 1, clients: [[asking("n1", 1)]] }));
    expect(explored.counterexample!.violation).toMatchObject({
      property: "no-exception",
      explanation: "n1 failed: no such thing",
    });
  });
});

describe("clients", () => {
  test("see what they see: a stale read is found, with real time", () => {
    // Every node serves its own copy, and tells the others of writes.
    const copies = protocol({
      request(state, request, { type, value }, node) {
        if (type === "read")
          return node.reply(request, { type: "read_ok", value: state.seen.at(-1) ?? null });
        state.seen = [Number(value)];
        for (const to of node.nodes) if (to !== node.id) node.send(to, { type: "copy", value: value! });
        node.reply(request, { type: "write_ok" });
      },
      message(state, { value }) {
        state.seen = [Number(value)];
      },
    });
    const read = { node: "n2", body: { type: "read", key: "x" } };
    const network = system(copies, {
      nodes: 2,
      clients: [[asking("n1", 1)], [read]],
      check: { checker: "linearizable", model: "cas-register" },
    });
    const explored = explore(network);
    expect(words(network, explored)).toEqual([
      'client 1 asks n1 to write {key: "x", value: 1}',
      'client 2 asks n2 to read {key: "x"}',
    ]);
    expect(explored.counterexample!.violation.property).toBe("linearizable");
  });

  test("whose node crashes go on; what they asked may have happened or not", () => {
    const silent = protocol({});
    const clients = [[asking("n1", 1), asking("n2", 2)]];
    const { depth } = explore(system(silent, { nodes: 2, clients, crashes: { limit: 1, nodes: ["n1"] } }));
    // Ask, crash, ask the other, restart.
    expect(depth).toBe(4);
    expect(explore(system(silent, { nodes: 2, clients })).depth).toBe(1);
  });
});

describe("liveness", () => {
  /** Answers a write when both others have said yes. */
  const voting = (nodesToHear: number): AnyProtocol =>
    protocol({
      request(state, request, _body, node) {
        state.seen = [];
        for (const to of node.nodes) if (to !== node.id) node.send(to, { type: "ask", request });
      },
      message(state, { type, request }, node, from) {
        if (type === "ask") return node.send(from, { type: "yes", request: request! });
        state.seen.push(1);
        if (state.seen.length === nodesToHear) node.reply(request as string, { type: "write_ok" });
      },
    });
  const configuration = { nodes: 3, clients: [[asking("n1", 1)]] };

  test("holds when what clients ask for can be had from every state", () => {
    expect(explore(system(voting(2), configuration), { liveness: true }).valid).toBe(true);
  });

  test("is broken at the first state from which it cannot", () => {
    const crashing = system(
      voting(2),
      { ...configuration, crashes: { limit: 1, nodes: ["n2"] } },
      { failures: "crash-stop" },
    );
    const { counterexample } = explore(crashing, { liveness: true });
    expect(stepsInWords(crashing, counterexample!)).toEqual(["n2 crashes"]);
    const one = system(
      voting(1),
      { ...configuration, crashes: { limit: 1, nodes: ["n2"] } },
      { failures: "crash-stop" },
    );
    expect(explore(one, { liveness: true }).valid).toBe(true);
  });

  test("is not blamed on a limit of timers", () => {
    const resending = protocol({
      request(_state, _request, _body, node) {
        node.setTimer("again", 10);
      },
      timer(_state, _timer, node) {
        node.setTimer("again", 10);
      },
    });
    expect(
      explore(system(resending, { ...configuration, timers: { limit: 2 } }), { liveness: true }).valid,
    ).toBe(true);
  });
});

describe("a configuration that makes no sense is refused", () => {
  const idle = protocol({});
  const symmetric =
    (more: Partial<Exploration>): (() => NetworkSystem) =>
    () =>
      new NetworkSystem({
        protocol: idle,
        model: modelWith("any"),
        configuration: { name: "test", nodes: 3, clients: [], symmetric: [["n2", "n3"]], ...more },
        monitors: [],
        symmetry: true,
      });

  test("with nodes that there are not, or losses on links that lose nothing", () => {
    expect(() => system(idle, { nodes: 2, clients: [[asking("n3", 1)]] })).toThrow(
      /a node of n1, n2, found n3/,
    );
    expect(() => system(idle, { nodes: 2, losses: 1 }, { channels: "fifo" })).toThrow(/nothing is lost/);
  });

  test("with symmetric nodes that are not treated alike", () => {
    expect(symmetric({ clients: [[asking("n2", 1)]] })).toThrow(/n2 is asked by a client/);
    expect(symmetric({ crashes: { limit: 1, nodes: ["n1", "n2"] } })).toThrow(/for some of n2, n3 only/);
    expect(symmetric({ symmetric: [["n2", "n4"]] })).toThrow(/found "n4"/);
  });

  test("with symmetric nodes that do not act alike", () => {
    const lopsided = protocol({
      request(_state, _request, _body, node) {
        for (const to of node.nodes) node.send(to, { type: "to all" });
      },
      message(state, _message, node) {
        if (node.id === "n2") state.decided = 1;
      },
    });
    const network = new NetworkSystem({
      protocol: lopsided,
      model: modelWith("any"),
      configuration: { name: "test", nodes: 3, clients: [[asking("n1", 1)]], symmetric: [["n2", "n3"]] },
      monitors: [],
      symmetry: true,
    });
    expect(() => explore(network)).toThrow(/n2 and n3 are not symmetric/);
  });
});
