import { createServer } from "node:net";

import { expect, it } from "vitest";

import { reserveAddresses, reservePorts } from "./ports.ts";

async function canListen(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

it("reserved ports are nobody else's until they are released", async () => {
  const { ports, release } = await reservePorts(3);
  expect(new Set(ports).size).toBe(3);
  const taken = await Promise.all(ports.map(canListen));
  await release();
  expect(taken).toEqual([false, false, false]);
  expect(await Promise.all(ports.map(canListen))).toEqual([true, true, true]);
});

it("each node has a port for clients and one for each further name, all of them different", async () => {
  const { addresses, release } = await reserveAddresses(["n1", "n2"], ["peer", "admin"]);
  await release();
  const all = ["n1", "n2"].flatMap((node) =>
    [undefined, "peer", "admin"].map((port) => addresses.of(node, port)),
  );
  expect(new Set(all.map(({ port }) => port)).size).toBe(6);
  expect(addresses.of("n2", "peer")).toEqual(all[4]);
  expect(() => addresses.of("n1", "gossip")).toThrow(/no port gossip/);
  expect(() => addresses.of("n3")).toThrow(/no node n3/);
});
