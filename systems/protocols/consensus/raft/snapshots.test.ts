import { expect, test } from "vitest";

import type { JsonObject } from "../../../../histories/json.ts";
import type { NodeContext } from "../../../contracts/protocol.ts";
import { ringSize } from "./log.ts";
import { raftRules } from "./rules.ts";
import { startServer, type Server } from "./server.ts";
import { compact } from "./snapshots.ts";

const ignored = (): void => undefined;
const node: NodeContext<JsonObject> = {
  id: "n1",
  nodes: ["n1"],
  now: () => 0,
  random: () => 0,
  send: ignored,
  reply: ignored,
  setTimer: ignored,
  cancelTimer: ignored,
  persist: ignored,
  sync: ignored,
  log: ignored,
};

/** A server with so many committed entries, which have led to so many keys. */
function serverWith(entries: number, keys: number): Server {
  const state = startServer(node, new Map(), raftRules);
  for (let i = 0; i < entries; i++) state.log.entries.push({ ballot: 1, value: { begins: 1 } });
  state.committed = entries;
  for (let i = 0; i < keys; i++) state.machine.store.values[`key ${i}`] = i;
  return { state, rules: raftRules, node };
}

test.each([
  { entries: 9, keys: 1, index: 0, because: "few entries are no burden" },
  { entries: 10, keys: 1, index: 10, because: "the state is smaller" },
  { entries: 50, keys: 51, index: 0, because: "the state is larger" },
  { entries: ringSize / 2 - 1, keys: ringSize, index: 0, because: "the state is larger, and there is room" },
  { entries: ringSize / 2, keys: ringSize, index: ringSize / 2, because: "the ring on disk would overflow" },
])("of a log of $entries entries for $keys keys: $because", ({ entries, keys, index }) => {
  const server = serverWith(entries, keys);
  compact(server);
  expect(server.state.log.snapshot.index).toBe(index);
});
