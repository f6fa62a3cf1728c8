import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { expect, test } from "vitest";

import type { JsonObject } from "../../histories/json.ts";
import type { NodeContext, Protocol } from "../../systems/contracts/protocol.ts";
import { DurableStore } from "./durable-store.ts";
import { NodeRuntime } from "./node-runtime.ts";

type Script = (node: NodeContext<JsonObject>) => void;

/** Runs `script` as the handler of a request, and `then` as that of a second one right after it. */
async function sent(
  script: Script,
  then: Script = () => undefined,
): Promise<{ now: string[]; later: string[] }> {
  const directory = mkdtempSync(join(tmpdir(), "rashomon-runtime-"));
  const left: string[] = [];
  const handlers = [script, then];
  const protocol: Protocol<null, JsonObject> = {
    name: "scripted",
    start: () => null,
    onMessage: (_state, from, message) => void left.push(`${from} sent ${JSON.stringify(message)}`),
    onTimer: (_state, timer) => void left.push(`timer ${timer}`),
    onRequest: (_state, _request, node) => handlers.shift()?.(node),
  };
  let runtime: NodeRuntime | undefined;
  const { store, values } = await DurableStore.open(directory, {
    onDurable: () => runtime?.release(),
    onError: (error) => {
      throw error;
    },
  });
  runtime = new NodeRuntime({
    protocol,
    id: "n1",
    nodes: ["n1", "n2"],
    store,
    durable: values,
    random: () => 0,
    send: (to, { text }) => void left.push(`${to}: ${JSON.stringify(text)}`),
    reply: (request) => void left.push(`reply ${request}`),
    log: () => undefined,
  });
  runtime.onRequest({ id: "1", body: {} });
  runtime.onRequest({ id: "2", body: {} });
  const now = [...left];
  await sleep(100);
  runtime.stop();
  await store.close();
  rmSync(directory, { recursive: true });
  return { now, later: left.slice(now.length) };
}

test("what is sent before a sync leaves at once, what is sent after it waits for the disk", async () => {
  const result = await sent((node) => {
    node.send("n2", { text: "before" });
    node.persist("a", 1);
    node.send("n2", { text: "not synced" });
    node.sync();
    node.send("n2", { text: "after" });
    node.reply("1", {});
  });
  expect(result).toEqual({ now: ['n2: "before"', 'n2: "not synced"'], later: ['n2: "after"', "reply 1"] });
});

test("handlers go on while the disk works, and what they send keeps its place", async () => {
  const result = await sent(
    (node) => {
      node.persist("a", 1);
      node.sync();
      node.send("n2", { text: "first" });
    },
    (node) => node.send("n2", { text: "second" }),
  );
  expect(result).toEqual({ now: [], later: ['n2: "first"', 'n2: "second"'] });
});

test("a sync with nothing to wait for holds up nothing", async () => {
  const result = await sent((node) => {
    node.sync();
    node.send("n2", { text: "at once" });
  });
  expect(result.now).toEqual(['n2: "at once"']);
});

test("a node hears itself, after its handler has returned", async () => {
  const result = await sent((node) => {
    node.send("n1", { text: "self" });
    node.send("n2", { text: "other" });
  });
  expect(result).toEqual({ now: ['n2: "other"'], later: ['n1 sent {"text":"self"}'] });
});

test("a timer fires once, when it was set last, and not when it was cancelled", async () => {
  const result = await sent(
    (node) => {
      node.setTimer("a", 1);
      node.setTimer("a", 20);
      node.setTimer("b", 10);
      node.setTimer("c", 5);
    },
    (node) => node.cancelTimer("c"),
  );
  expect(result).toEqual({ now: [], later: ["timer b", "timer a"] });
});
