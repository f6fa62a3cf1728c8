import { execa } from "execa";
import { describe, expect, it } from "vitest";

/** Ends a connection, resets it `when` it says, tells what the peer saw, and then has nothing more to do. */
const program = (when: string): string => `
  import { connect, createServer } from "node:net";
  import { once } from "node:events";
  const { resetSocket } = await import(${JSON.stringify(new URL("../../dist/modules/harness/toxiproxy/reset-socket.js", import.meta.url).href)});
  const server = createServer({ allowHalfOpen: true }, (peer) => {
    // Whoever only listens does not hear of a reset after a FIN.
    const talk = setInterval(() => peer.write("?"), 5);
    peer.on("error", ({ code }) => console.log(code)).on("close", () => {
      clearInterval(talk);
      server.close();
    });
    peer.resume();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const socket = connect(server.address().port, "127.0.0.1").on("error", () => {});
  await once(socket, "connect");
  socket.write("x", () => { ${when} });
`;

describe("a reset", () => {
  it.each([
    ["of an open socket", "resetSocket(socket)"],
    ["at once after its end", "socket.end(); resetSocket(socket)"],
    ["a microtask after its end", "socket.end(); process.nextTick(() => resetSocket(socket))"],
    ["a turn of the loop after its end", "socket.end(); setImmediate(() => resetSocket(socket))"],
    ["when its end is done", "socket.end(() => resetSocket(socket))"],
  ])("%s reaches the peer, and lets the process exit", async (_, when) => {
    const { exitCode, timedOut, stdout, stderr } = await execa(
      process.execPath,
      ["--input-type=module", "-e", program(when)],
      {
        reject: false,
        timeout: 10_000,
        killSignal: "SIGKILL",
      },
    );
    expect({ exitCode, timedOut, stdout, stderr }).toEqual({
      exitCode: 0,
      timedOut: false,
      stdout: expect.stringMatching(/^(ECONNRESET|EPIPE)$/),
      stderr: "",
    });
  });
});
