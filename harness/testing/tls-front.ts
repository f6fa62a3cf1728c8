import { connect, type Socket } from "node:net";
import { createServer, type Server } from "node:tls";
import { once } from "node:events";

import type { Address } from "../../systems/contracts/system.ts";
import { localhostCertificate } from "./localhost-certificate.ts";

/** What many servers have before them: takes connections over TLS, with a certificate of "localhost", and passes on what comes in the clear. */
export class TlsFront {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;

  private constructor(server: Server, port: number, sockets: Set<Socket>) {
    this.#server = server;
    this.#sockets = sockets;
    this.port = port;
  }

  static async open({ host, port }: Address): Promise<TlsFront> {
    const { certificate: cert, key } = localhostCertificate;
    const sockets = new Set<Socket>();
    const server = createServer({ cert, key }, (client) => {
      const behind = connect(port, host);
      for (const [one, other] of [
        [client, behind],
        [behind, client],
      ] as const) {
        sockets.add(one);
        one.on("error", () => other.destroy());
        one.on("close", () => other.destroy());
        one.pipe(other);
      }
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return new TlsFront(server, address.port, sockets);
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}
