import { describe, expect, test } from "vitest";

import type { Json, JsonObject } from "../../../histories/json.ts";
import type { NodeContext } from "../../contracts/protocol.ts";
import {
  beginLife,
  markUncertain,
  onDeadline,
  openOperations,
  settle,
  takeRequest,
  type OpenRequests,
} from "./open-requests.ts";

/** A node that notes what it does. */
function notingNode(): {
  node: NodeContext<JsonObject>;
  replies: Record<string, JsonObject>;
  durable: Map<string, Json>;
} {
  const replies: Record<string, JsonObject> = {};
  const durable = new Map<string, Json>();
  const nothing = (): void => undefined;
  const node: NodeContext<JsonObject> = {
    id: "n1",
    nodes: ["n1"],
    now: () => 0,
    random: () => 0,
    send: nothing,
    reply: (request, body) => {
      replies[request] = body;
    },
    setTimer: nothing,
    cancelTimer: nothing,
    persist: (key, value) => void durable.set(key, value),
    sync: nothing,
    log: nothing,
  };
  return { node, replies, durable };
}

function asked(...ids: string[]): ReturnType<typeof notingNode> & { requests: OpenRequests } {
  const noting = notingNode();
  const requests = beginLife(noting.node, noting.durable);
  for (const id of ids)
    takeRequest(requests, { id, body: { type: "write", key: 1, value: id } }, noting.node);
  return { ...noting, requests };
}

describe("an open request", () => {
  test("is answered once, by the answer to its own operation", () => {
    const { requests, replies, node } = asked("a", "b");
    const [a, b] = openOperations(requests, node);
    if (a === undefined || b === undefined) throw new Error("two requests are open");
    settle(requests, { ...b, life: 2 }, { type: "of another life" }, node);
    settle(requests, { ...b, origin: "n2" }, { type: "of another node" }, node);
    settle(requests, b, { type: "write_ok" }, node);
    settle(requests, b, { type: "again" }, node);
    expect(replies).toEqual({ b: { type: "write_ok" } });
    expect(openOperations(requests, node)).toEqual([a]);
  });

  test("tells what nobody waits for any more", () => {
    const { requests, node } = asked("a", "b", "c");
    const settledBelow = (): unknown[] => openOperations(requests, node).map(({ settled }) => settled);
    expect(settledBelow()).toEqual([1, 1, 1]);
    settle(requests, { origin: "n1", life: 1, number: 2 }, {}, node);
    expect(settledBelow()).toEqual([1, 1]);
    settle(requests, { origin: "n1", life: 1, number: 1 }, {}, node);
    expect(settledBelow()).toEqual([3]);
  });

  test("is denied at its deadline if it never left, and else is unknown, unless it is a read", () => {
    const { requests, replies, node } = asked("kept", "sent");
    const read = takeRequest(requests, { id: "read", body: { type: "read", key: 1 } }, node);
    for (const each of openOperations(requests, node)) if (each.number > 1) markUncertain(requests, each);
    for (const number of [1, 2, 3]) expect(onDeadline(requests, `deadline/${number}`, node)).toBe(true);
    expect(read?.number).toBe(3);
    expect(replies).toMatchObject({ kept: { code: 11 }, sent: { code: 0 }, read: { code: 11 } });
    expect(onDeadline(requests, "election", node)).toBe(false);
  });

  test("that makes no sense is answered at once", () => {
    const { requests, replies, node } = asked();
    takeRequest(requests, { id: "a", body: { type: "acquire" } }, node);
    takeRequest(requests, { id: "b", body: { type: "write", key: 1 } }, node);
    expect(replies).toMatchObject({ a: { code: 10 }, b: { code: 12 } });
    expect(openOperations(requests, node)).toEqual([]);
  });

  test("of an earlier life is another one", () => {
    const { node, durable } = asked("a");
    expect(beginLife(node, durable).life).toBe(2);
  });
});
