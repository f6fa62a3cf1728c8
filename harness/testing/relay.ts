import { createServer, connect, type Server, type Socket } from "node:net";

import type { Address } from "../../systems/contracts/system.ts";

/** Where a connection is cut: as the client's text passes, or as the answer to it comes back. */
export interface Cut {
  readonly text: string;
  readonly at: "request" | "answer";
  /** Which bytes from the server are an answer, where it also says other things of its own accord: else all. */
  readonly isAnswer?: (bytes: Buffer) => boolean;
}

/** Passes bytes on between client and server, until it sees where to cut. */
export class Relay {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(upstream: Address, cut: Cut): Promise<Relay> {
    const server = createServer();
    const relay = new Relay(server);
    server.on("connection", (client) => {
      const behind = connect(upstream.port, upstream.host);
      let seen = false;
      const end = (): void => {
        client.destroy();
        behind.destroy();
      };
      for (const socket of [client, behind]) {
        relay.#sockets.add(socket);
        socket.on("error", end).on("close", end);
      }
      client.on("data", (bytes) => {
        seen ||= bytes.includes(cut.text);
        if (seen && cut.at === "request") end();
        else behind.write(bytes);
      });
      behind.on("data", (bytes) => {
        if (seen && (cut.isAnswer?.(bytes) ?? true)) end();
        else client.write(bytes);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return relay;
  }

  get address(): Address {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return { host: "127.0.0.1", port: address.port };
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}
