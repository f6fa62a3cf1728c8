import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { connect } from "node:net";
import { isDeepStrictEqual } from "node:util";

import { afterEach, describe, expect, test } from "vitest";

import type { Json } from "../histories/json.ts";
import type { Client, Completion } from "../systems/contracts/client.ts";
import type { Cluster } from "../systems/contracts/system.ts";
import { LineSplitter } from "../systems/line-splitter.ts";
import { longestLine } from "./host/envelope.ts";
import { findSystem } from "./systems.ts";
import { PlainSurroundings } from "./testing/plain-surroundings.ts";

let surroundings: PlainSurroundings | undefined;
const clients: Client[] = [];
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  await surroundings?.close();
});

async function start(
  system: string,
  nodes: readonly string[],
): Promise<{ cluster: Cluster; world: PlainSurroundings; ask: Ask }> {
  const world = await PlainSurroundings.open(nodes);
  surroundings = world;
  const cluster = await findSystem(system).open(world, {});
  await Promise.all(nodes.map((node) => cluster.start(node)));
  const byNode = new Map<string, Client>();
  for (const node of nodes) {
    const client = await cluster.openClient(node);
    clients.push(client);
    byNode.set(node, client);
  }
  const ask: Ask = (node, f, value, key = "x") => {
    const client = byNode.get(node);
    if (client === undefined) throw new Error(`no node ${node}`);
    return client.invoke({ process: 0, f, value, key });
  };
  return { cluster, world, ask };
}

type Ask = (node: string, f: string, value: Json, key?: Json) => Promise<Completion>;

test("Raft's leader leaves the members, and is one again with what it has missed", async () => {
  const nodes = ["n1", "n2", "n3"];
  const { cluster, world, ask } = await start("raft", nodes);
  const { members } = cluster;
  if (members === undefined) throw new Error("no members");
  const within = { timeout: 20_000 };
  await expect.poll(() => members.list().catch(String), within).toEqual(nodes);
  const [leader = ""] = (await cluster.primaries?.()) ?? [];
  const others = nodes.filter((node) => node !== leader);
  await members.remove(leader);
  await expect.poll(() => members.list().catch(String), within).toEqual(others);
  await world.end(leader, "SIGKILL");
  const [other = ""] = others;
  await expect.poll(() => ask(other, "write", 7), within).toMatchObject({ type: "ok" });
  await members.add(leader);
  await expect.poll(() => members.list().catch(String), within).toEqual(nodes);
  await expect.poll(() => ask(leader, "read", null), within).toMatchObject({ type: "ok", value: 7 });
}, 90_000);

describe("a Paxos cluster of three processes", () => {
  const nodes = ["n1", "n2", "n3"];

  test("serves registers through every node, and outlives the kill -9 of any", async () => {
    const { cluster, world, ask } = await start("paxos", nodes);
    expect(await ask("n1", "read", null)).toEqual({ type: "ok", value: null });
    expect(await ask("n1", "write", { a: [1] })).toEqual({ type: "ok" });
    expect(await ask("n2", "read", null)).toEqual({ type: "ok", value: { a: [1] } });
    expect(await ask("n2", "cas", [{ a: [1] }, 2])).toEqual({ type: "ok" });
    expect(await ask("n3", "cas", [1, 3])).toMatchObject({
      type: "fail",
      error: [22, "expected 1, found 2"],
    });
    expect(await ask("n3", "cas", [1, 3], ["other", 7])).toMatchObject({ type: "fail" });
    expect(await ask("n3", "read", null, ["other", 7])).toEqual({ type: "ok", value: null });

    expect(await world.end("n1", "SIGKILL")).toBe("SIGKILL");
    expect(await ask("n2", "write", 4)).toEqual({ type: "ok" });
    expect(await ask("n1", "write", 5)).toMatchObject({ type: "fail" });
    // Without a majority nothing is served, and of a write nobody knows.
    await world.end("n2", "SIGKILL");
    expect(await ask("n3", "read", null)).toMatchObject({ type: "fail", error: [11, expect.any(String)] });

    await cluster.start("n1");
    expect(await ask("n1", "read", null)).toEqual({ type: "ok", value: 4 });
    await cluster.start("n2");
    expect(await ask("n2", "cas", [4, 6])).toEqual({ type: "ok" });
    expect(await ask("n3", "read", null)).toEqual({ type: "ok", value: 6 });
    expect(world.log("n1")).toContain("incarnation 2");

    // Registers outlive the end of all.
    await Promise.all(nodes.map((node) => world.end(node, "SIGKILL")));
    await Promise.all(nodes.map((node) => cluster.start(node)));
    expect(await ask("n2", "read", null)).toEqual({ type: "ok", value: 6 });
  });

  test("ends at SIGTERM and when its standard input closes", async () => {
    const { cluster, world } = await start("paxos", ["n1", "n2"]);
    expect(await cluster.ping(world.address("n1"), 5_000)).toBe(true);
    expect(Math.abs(((await cluster.clock?.(world.address("n1"), 5_000)) ?? 0) - Date.now())).toBeLessThan(
      5_000,
    );
    expect(await world.end("n1", "SIGTERM")).toBe(0);
    expect(await world.end("n2", "stdin")).toBe(0);
    expect(await cluster.ping(world.address("n1"), 300)).toBe(false);
    for (const node of ["n1", "n2"]) {
      for (const line of world.log(node).trimEnd().split("\n")) {
        expect(JSON.parse(line)).toMatchObject({ node, time: expect.any(String), msg: expect.any(String) });
      }
    }
  });

  test("outlives lines that mean nothing", async () => {
    const { cluster, world, ask } = await start("paxos", ["n1"]);
    const answers = await conversation(
      world.address("n1").port,
      [
        "nonsense",
        '{"src":"c9","dest":"n1","body":{"msg_id":1}}',
        '{"src":"c9","dest":"n7","body":{"type":"read","key":1,"msg_id":2}}',
        '{"src":"c9","dest":"n1","body":{"type":"frobnicate","msg_id":3}}',
        '{"src":"n1","dest":"n1","body":{"type":"promised","key":"__proto__","ballot":1}}',
        '{"src":"c9","dest":"n1","body":{"type":"write","key":1,"value":1,"msg_id":4}}',
      ],
      4,
    );
    expect(answers.map(({ in_reply_to, type, code }) => [in_reply_to, type, code])).toEqual([
      [1, "error", 12],
      [2, "error", 1],
      [3, "error", 10],
      [4, "write_ok", undefined],
    ]);
    await conversation(world.address("n1").port, ["x".repeat(longestLine + 1)]);
    expect(await cluster.ping(world.address("n1"), 5_000)).toBe(true);
    expect(await ask("n1", "read", null, 1)).toEqual({ type: "ok", value: 1 });
  });

  test("refuses a mutant it does not know", () => {
    const world = { nodes: [] } as unknown as PlainSurroundings;
    expect(() => findSystem("paxos").open(world, { mutant: "half-quorums" })).toThrow(
      "Did you mean half-quorum?",
    );
    expect(() => findSystem("paxo")).toThrow("Did you mean paxos or epaxos?");
  });
});

test("a node run over standard input and output speaks as Maelstrom does", async () => {
  const host = createRequire(import.meta.url).resolve("rashomon/harness/host");
  const child = spawn(process.execPath, [host, "--protocol", "paxos", "--stdio"], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  const lines = new LineSplitter(longestLine);
  const heard: unknown[] = [];
  child.stdout.on("data", (chunk: Buffer) =>
    heard.push(...lines.push(chunk).map((line) => JSON.parse(line))),
  );
  const say = (src: string, body: object): void => {
    child.stdin.write(`${JSON.stringify({ src, dest: "n1", body })}\n`);
  };
  /** Waits for a message; others, such as those sent again, may come before. */
  const hear = async (dest: string, body: object): Promise<void> => {
    const wanted = isDeepStrictEqual.bind(undefined, { src: "n1", dest, body });
    while (!heard.some(wanted)) await new Promise((resolve) => child.stdout.once("data", resolve));
  };
  say("c0", { type: "init", msg_id: 1, node_id: "n1", node_ids: ["n1", "n2", "n3"] });
  await hear("c0", { type: "init_ok", in_reply_to: 1 });
  say("c1", { type: "write", key: 5, value: 8, msg_id: 1 });
  await hear("n2", { type: "prepare", key: "5", ballot: 3 });
  await hear("n3", { type: "prepare", key: "5", ballot: 3 });
  say("n3", { type: "promised", key: "5", ballot: 3, accepted: 0, register: { applied: {} } });
  const register = { value: 8, applied: { n1: 3 } };
  await hear("n2", { type: "accept", key: "5", ballot: 3, register });
  await hear("n3", { type: "accept", key: "5", ballot: 3, register });
  say("n2", { type: "accepted", key: "5", ballot: 3 });
  await hear("c1", { type: "write_ok", in_reply_to: 1 });
  child.stdin.end();
  expect(await new Promise((resolve) => child.once("exit", resolve))).toBe(0);
});

test("the memory register serves for as long as it lives", async () => {
  const { cluster, world, ask } = await start("memory-register", ["n1"]);
  expect(await ask("n1", "read", null)).toEqual({ type: "ok", value: null });
  expect(await ask("n1", "cas", [null, 1])).toMatchObject({ type: "fail" });
  expect(await ask("n1", "write", "a\u2028\tb\n")).toEqual({ type: "ok" });
  expect(await ask("n1", "cas", ["a\u2028\tb\n", { b: 1, a: 2 }])).toEqual({ type: "ok" });
  expect(await ask("n1", "cas", [{ a: 2, b: 1 }, 3])).toEqual({ type: "ok" });
  expect(await ask("n1", "cas", [4, 5])).toEqual({ type: "fail", error: ["found", "3"] });
  expect(await ask("n1", "read", null)).toEqual({ type: "ok", value: 3 });
  expect(await cluster.ping(world.address("n1"), 5_000)).toBe(true);
  expect(findSystem("memory-register").capabilities.has("kill")).toBe(false);
  await world.end("n1", "stdin");
  expect(await ask("n1", "read", null)).toMatchObject({ type: "fail" });
});

/** Sends `lines` and returns the bodies of the first `count` answers, or of those until the node hangs up. */
function conversation(
  port: number,
  lines: readonly string[],
  count = Infinity,
): Promise<Record<string, unknown>[]> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const splitter = new LineSplitter(longestLine);
    const bodies: Record<string, unknown>[] = [];
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(bodies));
    socket.on("data", (chunk) => {
      for (const line of splitter.push(chunk)) {
        const { body } = JSON.parse(line) as { body: Record<string, unknown> };
        bodies.push(body);
      }
      if (bodies.length >= count) socket.destroy();
    });
    for (const line of lines) socket.write(`${line}\n`);
  });
}
