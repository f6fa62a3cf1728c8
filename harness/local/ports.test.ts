import { createServer } from "node:net";

import { expect, it } from "vitest";

import { reservePorts } from "./ports.ts";

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
