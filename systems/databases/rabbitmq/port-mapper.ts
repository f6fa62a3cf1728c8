import { createServer, type Server, type Socket } from "node:net";

import type { Address } from "../../contracts/system.ts";
import type { MappedNode, Mapping } from "./mapping.ts";

/** Requests and answers of Erlang's port mapper daemon (Erlang Distribution Protocol, EPMD protocol). */
const requests = { alive: 120, port: 122, names: 110 } as const;
const answers = { alive: 118, port: 119 } as const;

/** The kind of a node that is no hidden one, the protocol TCP over IPv4, and the versions of the distribution protocol that are spoken since Erlang 23. */
const node = { kind: 77, protocol: 0, highest: 6, lowest: 5 } as const;

/** What Erlang asks its port mapper for is never longer than the name of a node and a few numbers, in bytes. */
const longestRequest = 1024;

/**
 * Erlang's port mapper for the nodes of one cluster, whose ports are known beforehand, so that it has nothing to remember but who is alive beside it. It
 * stands in for `epmd`, which goes on as a daemon of its own, outlives its nodes, and is shared by all clusters of a machine.
 */
export function servePortMapper({ nodes, listens }: Mapping): Promise<readonly Server[]> {
  /** Nodes that have told their names, and are alive as long as their connections are. */
  const alive = new Map<Socket, MappedNode>();
  let creation = 3 + (process.pid % 60_000);

  function answer(socket: Socket, request: Buffer, mapperPort: number): void {
    const [kind = 0] = request;
    if (kind === requests.alive) {
      const length = request.readUInt16BE(9);
      alive.set(socket, { name: request.toString("utf8", 11, 11 + length), port: request.readUInt16BE(1) });
      const told = Buffer.alloc(6);
      told.writeUInt8(answers.alive, 0);
      told.writeUInt32BE(++creation, 2);
      socket.write(told);
    } else if (kind === requests.port) {
      const name = request.toString("utf8", 1);
      const found =
        nodes.find((each) => each.name === name) ?? [...alive.values()].find((each) => each.name === name);
      socket.end(found === undefined ? Buffer.from([answers.port, 1]) : portAnswer(found));
    } else if (kind === requests.names) {
      const port = Buffer.alloc(4);
      port.writeUInt32BE(mapperPort);
      const lines = [...alive.values()].map((each) => `name ${each.name} at port ${each.port}\n`);
      socket.end(Buffer.concat([port, Buffer.from(lines.join(""))]));
    } else socket.destroy();
  }

  function serve({ host, port }: Address): Promise<Server> {
    const server = createServer((socket) => {
      let received = Buffer.alloc(0);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => alive.delete(socket));
      socket.on("data", (bytes) => {
        received = Buffer.concat([received, bytes]);
        if (received.length > longestRequest) socket.destroy();
        if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
        const request = received.subarray(2, 2 + received.readUInt16BE(0));
        received = Buffer.alloc(0);
        try {
          answer(socket, request, port);
        } catch {
          // Shorter than what it says it is.
          socket.destroy();
        }
      });
    });
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, host, () => resolve(server));
    });
  }

  return Promise.all(listens.map(serve));
}

function portAnswer({ name, port }: MappedNode): Buffer {
  const text = Buffer.from(name);
  const told = Buffer.alloc(14 + text.length);
  told.writeUInt8(answers.port, 0);
  told.writeUInt8(0, 1);
  told.writeUInt16BE(port, 2);
  told.writeUInt8(node.kind, 4);
  told.writeUInt8(node.protocol, 5);
  told.writeUInt16BE(node.highest, 6);
  told.writeUInt16BE(node.lowest, 8);
  told.writeUInt16BE(text.length, 10);
  text.copy(told, 12);
  return told;
}
