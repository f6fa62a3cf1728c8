import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { afterEach, expect, test } from "vitest";

import { encodeEnvelope, type Envelope } from "./envelope.ts";
import { PeerLink } from "./peer-link.ts";

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

/** A peer that shows each connection to `accept`. */
async function peer(
  port: number,
  accept: (socket: Socket) => void,
): Promise<{ server: Server; port: number }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => undefined);
    accept(socket);
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  cleanups.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { server, port: (server.address() as AddressInfo).port };
}

function message(value: string | number): Envelope {
  return { src: "n1", dest: "n2", body: { type: "test", value } };
}

function link(port: number): PeerLink {
  const made = new PeerLink({ host: "127.0.0.1", port });
  cleanups.push(() => made.close());
  return made;
}

async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 1_000 && !holds(); i++) await sleep(10);
  expect(holds()).toBe(true);
}

test("keeps what is sent while the peer is away, and brings it when the peer is there", async () => {
  const { server, port } = await peer(0, () => undefined);
  await new Promise((resolve) => server.close(resolve));
  const sender = link(port);
  for (let i = 0; i < 1_200; i++) sender.send(message(i));
  let text = "";
  await peer(port, (socket) => socket.on("data", (chunk) => (text += chunk.toString())));
  await until(() => text.includes(encodeEnvelope(message(1_199), true)));
  // The oldest of what is too much is lost.
  expect(text.startsWith(encodeEnvelope(message(200), true))).toBe(true);
});

test("comes back after the connection was lost, and goes on sending", async () => {
  let text = "";
  let connections = 0;
  const { port } = await peer(0, (socket) => {
    connections++;
    socket.on("data", (chunk) => {
      text += chunk.toString();
      if (connections < 3) socket.destroy();
    });
  });
  const sender = link(port);
  await until(() => {
    sender.send(message("x"));
    return connections === 3 && text.length > 6;
  });
});

test("replaces a connection that takes nothing any more", async () => {
  let connections = 0;
  const { port } = await peer(0, (socket) => {
    // The first connection is a black hole.
    if (++connections === 1) socket.pause();
    else socket.resume();
  });
  const sender = link(port);
  const long = message("x".repeat(20_000));
  for (let i = 0; i < 900; i++) sender.send(long);
  await until(() => connections > 1);
});
