import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { afterEach, expect, test } from "vitest";

import { LineSplitter } from "../../systems/line-splitter.ts";
import { seededRandom } from "../../workloads/random.ts";
import { decodeEnvelope, encodeEnvelope, longestLine } from "./envelope.ts";
import { OrderedInbox, type InboxConnection } from "./ordered-inbox.ts";
import { OrderedLink } from "./ordered-link.ts";

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

function listening(
  port: number,
  accept: (socket: Socket) => void,
): Promise<{ port: number; stop: () => void }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    accept(socket);
  });
  const stop = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  cleanups.push(stop);
  return new Promise((resolve) =>
    server.listen(port, "127.0.0.1", () => resolve({ port: (server.address() as AddressInfo).port, stop })),
  );
}

/** One life of a peer, which tells `got` the numbers that it is sent. */
function peer(port: number, got: (value: number) => void): Promise<{ port: number; stop: () => void }> {
  const inbox = new OrderedInbox();
  return listening(port, (socket) => {
    const lines = new LineSplitter(longestLine);
    const connection: InboxConnection = {};
    socket.on("data", (chunk) => {
      for (const line of lines.push(chunk)) {
        const envelope = decodeEnvelope(line);
        const received = "malformed" in envelope ? undefined : inbox.receive(connection, envelope);
        if (received === undefined || received.kind === "broken" || received.kind === "other") {
          socket.destroy();
          return;
        }
        if (received.kind === "message") got(Number(received.envelope.body["value"]));
        socket.write(encodeEnvelope(received.answer, true));
      }
    });
  });
}

/** A way to a peer that swallows, cuts and ends by chance, as long as `isBad` says so. */
async function badWay(to: number, isBad: () => boolean): Promise<number> {
  const random = seededRandom("bad way");
  const happens = (outOf: number): boolean => isBad() && random.chance(1, outOf);
  const { port } = await listening(0, (socket) => {
    const behind = connect(to, "127.0.0.1");
    const end = (): void => {
      socket.destroy();
      behind.destroy();
    };
    behind.on("error", end).on("close", end);
    socket.on("close", end);
    for (const [from, into] of [
      [socket, behind],
      [behind, socket],
    ] as const) {
      from.on("data", (chunk) => {
        if (happens(30)) end();
        // In the middle of a line, too.
        else if (happens(10)) into.write(chunk.subarray(0, chunk.length >> 1));
        else if (!happens(10)) into.write(chunk);
      });
    }
  });
  return port;
}

function linkTo(port: number): (value: number) => void {
  const link = new OrderedLink({ host: "127.0.0.1", port }, "n1", "n2");
  cleanups.push(() => link.close());
  return (value) => link.send({ src: "n1", dest: "n2", body: { type: "test", value } });
}

async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 3_000 && !holds(); i++) await sleep(10);
  expect(holds()).toBe(true);
}

test("brings everything in order and once, though bytes are swallowed and connections end", async () => {
  const got: number[] = [];
  let bad = true;
  const { port } = await peer(0, (value) => got.push(value));
  const send = linkTo(await badWay(port, () => bad));
  const sent = Array.from({ length: 600 }, (_, i) => i);
  for (const i of sent) {
    send(i);
    if (i % 10 === 0) await sleep(5);
  }
  bad = false;
  await until(() => got.length >= sent.length);
  await sleep(50);
  expect(got).toEqual(sent);
});

test("keeps what is sent while the peer is away", async () => {
  const { port, stop } = await peer(0, () => undefined);
  stop();
  const send = linkTo(port);
  for (let i = 0; i < 2_000; i++) send(i);
  const got: number[] = [];
  await sleep(50);
  await peer(port, (value) => got.push(value));
  await until(() => got.length === 2_000);
  expect(got).toEqual(Array.from({ length: 2_000 }, (_, i) => i));
});

test("brings nothing to a peer's next life that an earlier one may have had", async () => {
  const first: number[] = [];
  const second: number[] = [];
  const { port, stop } = await peer(0, (value) => first.push(value));
  const send = linkTo(port);
  for (let i = 0; i < 100; i++) send(i);
  await until(() => first.length === 100);
  stop();
  for (let i = 100; i < 200; i++) send(i);
  await sleep(50);
  await peer(port, (value) => second.push(value));
  for (let i = 200; i < 300; i++) send(i);
  await until(() => second.at(-1) === 299);
  expect(first).toEqual(Array.from({ length: 100 }, (_, i) => i));
  expect(second).toEqual(second.toSorted((a, b) => a - b));
  expect(new Set(second).size).toBe(second.length);
  expect(second[0]).toBeGreaterThanOrEqual(100);
  expect(second).toEqual(expect.arrayContaining(Array.from({ length: 100 }, (_, i) => 200 + i)));
});
