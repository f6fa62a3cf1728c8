import { createServer, type AddressInfo, type Server, type Socket } from "node:net";

import { afterEach, describe, expect, test } from "vitest";

import type { Json, JsonObject } from "../histories/json.ts";
import { LineSplitter } from "../systems/line-splitter.ts";
import { decodeEnvelope, encodeEnvelope, longestLine } from "./host/envelope.ts";
import { ProtocolClient } from "./protocol-client.ts";

type Reaction = JsonObject | "silence" | "hang-up";

let server: Server | undefined;
let client: ProtocolClient | undefined;
const sockets: Socket[] = [];
afterEach(async () => {
  await client?.close();
  server?.close();
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** A client of a node that reacts to each request in turn, and to every ping; counts its connections. */
async function clientOf(...reactions: Reaction[]): Promise<{ connections: () => number }> {
  let connections = 0;
  server = createServer((socket) => {
    connections++;
    sockets.push(socket);
    const lines = new LineSplitter(longestLine);
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => {
      for (const line of lines.push(chunk)) {
        const envelope = decodeEnvelope(line);
        if ("malformed" in envelope) throw new Error(envelope.malformed);
        const { src, dest, body } = envelope;
        const reaction = body["type"] === "ping" ? { type: "pong" } : (reactions.shift() ?? "silence");
        if (reaction === "hang-up") socket.destroy();
        if (typeof reaction === "string") return;
        const answer = { ...reaction, in_reply_to: body["msg_id"] ?? null };
        socket.write(encodeEnvelope({ src: dest, dest: src, body: answer }, true));
      }
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  client = new ProtocolClient("n1", { host: "127.0.0.1", port: (server.address() as AddressInfo).port });
  return { connections: () => connections };
}

const invoke = (f: string, value: Json = null) => client?.invoke({ process: 0, f, key: 1, value });
const error = (code: number): JsonObject => ({ type: "error", code, text: "why" });

describe("a protocol client", () => {
  test("takes a definite error for a failure and an indefinite one for info, but never for a read", async () => {
    const { connections } = await clientOf(
      { type: "write_ok" },
      error(22),
      error(11),
      error(0),
      error(13),
      error(1000),
      error(0),
      error(20),
      { type: "read_ok", value: [1] },
    );
    expect(await invoke("write", 1)).toEqual({ type: "ok" });
    expect(await invoke("cas", [1, 2])).toEqual({ type: "fail", error: [22, "why"] });
    expect(await invoke("write", 1)).toEqual({ type: "fail", error: [11, "why"] });
    expect(await invoke("write", 1)).toEqual({ type: "info", error: [0, "why"] });
    expect(await invoke("cas", [1, 2])).toEqual({ type: "info", error: [13, "why"] });
    expect(await invoke("write", 1)).toEqual({ type: "info", error: [1000, "why"] });
    expect(await invoke("read")).toEqual({ type: "fail", error: [0, "why"] });
    expect(await invoke("read")).toEqual({ type: "ok", value: null });
    expect(await invoke("read")).toEqual({ type: "ok", value: [1] });
    expect(connections()).toBe(1);
  });

  test("does not know what became of a write whose connection broke, and connects again", async () => {
    const { connections } = await clientOf("hang-up", "hang-up", { type: "write_ok" });
    expect(await invoke("write", 1)).toEqual({ type: "info", error: ["no-answer", "connection lost"] });
    expect(await invoke("read")).toMatchObject({ type: "fail" });
    expect(await invoke("write", 1)).toEqual({ type: "ok" });
    expect(connections()).toBe(3);
  });

  test("replaces a connection on which no answer came in time", async () => {
    const { connections } = await clientOf("silence", { type: "write_ok" });
    expect(await invoke("write", 1)).toEqual({
      type: "info",
      error: ["no-answer", "no answer within 2000 ms"],
    });
    expect(await invoke("write", 1)).toEqual({ type: "ok" });
    expect(connections()).toBe(2);
  });

  test("fails what it could not send", async () => {
    await clientOf();
    await new Promise((resolve) => server?.close(resolve));
    expect(await invoke("write", 1)).toMatchObject({ type: "fail", error: ["not-sent", expect.any(String)] });
  });

  test("leaves no connection behind when it is closed in the middle of connecting", async () => {
    const { connections } = await clientOf({ type: "write_ok" });
    const outcome = invoke("write", 1);
    await client?.close();
    expect((await outcome)?.type).not.toBe("ok");
    expect(connections()).toBe(1);
    await expect.poll(() => sockets.every((socket) => socket.destroyed)).toBe(true);
  });

  test("throws at what it has no words for", async () => {
    await clientOf();
    await expect(invoke("append", 1)).rejects.toThrow(/^expected read, write, .* or release, found append$/);
    await expect(invoke("cas", 1)).rejects.toThrow("expected the value [from, to], found 1");
  });
});
