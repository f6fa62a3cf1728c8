import type { Socket } from "node:net";

/**
 * Closes a socket by a TCP RST. A reset while the FIN of `end` is on its way leaves Node with a handle that is
 * never closed, and a process that spins for ever when it wants to exit (seen on Node 20 and, by others, on
 * 24); so such a reset waits until the FIN is out.
 */
export function resetSocket(socket: Socket): void {
  const finishing = socket.writableEnded && !socket.writableFinished && socket.writableLength === 0;
  if (finishing) socket.once("finish", () => socket.resetAndDestroy());
  else socket.resetAndDestroy();
}
