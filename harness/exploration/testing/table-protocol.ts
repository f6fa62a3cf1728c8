import * as fc from "fast-check";

import type { JsonObject } from "../../../histories/json.ts";
import type {
  AnyProtocol,
  Exploration,
  NodeContext,
  SystemModel,
} from "../../../systems/contracts/protocol.ts";

/** What a node does at an event, in one of its modes. */
interface Entry {
  readonly mode: number;
  /** Whom it sends to, as long as messages may cause messages. */
  readonly send: readonly ("sender" | "others" | "first" | "itself")[];
  readonly type: "a" | "b";
  readonly persist: boolean;
  readonly sync: boolean;
  readonly reply: boolean;
  readonly timer: boolean;
  /** Whether it remembers who sent. */
  readonly remember: boolean;
  readonly decide: boolean;
}

interface TableState {
  mode: number;
  /** Whom it remembers: a set, since a list in the order of names would not be the same with names exchanged. */
  heard: Record<string, true>;
  /** Open requests. */
  open: string[];
  decided: number | null;
}

export type Table = Readonly<Record<"a" | "b" | "ask" | "timer" | "restart", readonly Entry[]>>;

const modes = 3;

/** A protocol that does what a table says: small, lawful and without any sense. */
export function tableProtocol(table: Table): AnyProtocol {
  const act = (
    state: TableState,
    { mode, send, type, persist, sync, reply, timer, remember, decide }: Entry,
    from: string,
    hops: number,
    node: NodeContext<JsonObject>,
  ): void => {
    state.mode = mode;
    if (remember) state.heard[from] = true;
    if (decide) state.decided = mode;
    if (persist) node.persist("mode", mode);
    if (sync) node.sync();
    if (timer) node.setTimer("t", 1);
    if (hops > 0) {
      for (const whom of send) {
        const others = node.nodes.filter((each) => each !== node.id);
        const to = { sender: [from], others, first: node.nodes.slice(0, 1), itself: [node.id] }[whom];
        for (const each of to) node.send(each, { type, hops: hops - 1 });
      }
    }
    const [request] = state.open;
    if (reply && request !== undefined) {
      state.open = state.open.slice(1);
      node.reply(request, { type: "propose_ok", value: mode });
    }
  };
  // The state is its own.
  const own = (state: unknown): TableState => state as TableState;
  return {
    name: "table",
    start(node, durable) {
      const state: TableState = { mode: 0, heard: {}, open: [], decided: null };
      const mode = durable.get("mode");
      if (typeof mode === "number") act(state, table.restart[mode]!, node.id, 1, node);
      return state;
    },
    onMessage(state, from, { type, hops }, node) {
      const entry = table[type === "a" ? "a" : "b"][own(state).mode]!;
      act(own(state), entry, from, Number(hops), node);
    },
    onTimer: (state, _timer, node) => act(own(state), table.timer[own(state).mode]!, node.id, 1, node),
    onRequest(state, { id }, node) {
      own(state).open.push(id);
      act(own(state), table.ask[own(state).mode]!, node.id, 2, node);
    },
    view: (state) => {
      const { decided, heard } = own(state);
      return decided === null ? {} : { decided: { x: Object.keys(heard).length > 1 ? decided : modes } };
    },
  };
}

/** Tables; those that treat all nodes alike if `symmetric`. */
export function tables(symmetric: boolean): fc.Arbitrary<Table> {
  const whom = symmetric
    ? (["sender", "others", "itself"] as const)
    : (["sender", "others", "first", "itself"] as const);
  const entry: fc.Arbitrary<Entry> = fc.record({
    mode: fc.nat(modes - 1),
    send: fc.subarray([...whom], { maxLength: 1 }),
    type: fc.constantFrom("a", "b"),
    persist: fc.boolean(),
    sync: fc.boolean(),
    reply: fc.boolean(),
    timer: fc.boolean(),
    remember: fc.boolean(),
    decide: fc.boolean(),
  });
  const entries = fc.array(entry, { minLength: modes, maxLength: modes });
  return fc.record({ a: entries, b: entries, ask: entries, timer: entries, restart: entries });
}

const ask = (node: string, value: number): { node: string; body: JsonObject } => ({
  node,
  body: { type: "propose", key: "x", value },
});

export const configurations: fc.Arbitrary<Exploration> = fc.record({
  name: fc.constant("any"),
  nodes: fc.constant(3),
  clients: fc.constantFrom(
    [[ask("n1", 1)]],
    [[ask("n1", 1), ask("n1", 2)]],
    [[ask("n1", 1)], [ask("n1", 2)]],
  ),
  timers: fc.record({ limit: fc.nat(2) }),
  crashes: fc.record({ limit: fc.nat(1) }),
  losses: fc.nat(1),
  duplicates: fc.nat(1),
  symmetric: fc.constant([["n2", "n3"]]),
});

export function modelWith(channels: SystemModel["channels"]): SystemModel {
  return { timing: "asynchronous", channels, failures: "crash-recovery", tolerated: () => 1 };
}
