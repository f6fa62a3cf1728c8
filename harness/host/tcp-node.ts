import { createServer, type Server, type Socket } from "node:net";

import type { AnyProtocol, NodeId } from "../../systems/contracts/protocol.ts";
import type { Address } from "../../systems/contracts/system.ts";
import { decodeEnvelope, encodeEnvelope, longestLine } from "./envelope.ts";
import { LineSplitter } from "../../systems/line-splitter.ts";
import { NodeHost } from "./node-host.ts";
import { PeerLink } from "./peer-link.ts";

export interface TcpNodeOptions {
  readonly protocol: AnyProtocol;
  readonly node: NodeId;
  readonly nodes: readonly NodeId[];
  readonly listen: Address;
  readonly routes: ReadonlyMap<NodeId, Address>;
  readonly data: string;
  /** Where the node writes what it comes to know as committed, as far as the protocol promises something of it. */
  readonly consensusLog: string | undefined;
  readonly properties: readonly string[];
  readonly seed: string;
  readonly log: (message: string) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * A node on TCP. Peers and clients connect to the same port; answers go back on the client's connection,
 * while to each peer the node dials a connection of its own, so that every link carries messages one way
 * only and can be cut one way.
 */
export async function runTcpNode(options: TcpNodeOptions): Promise<{ close(): Promise<void> }> {
  const { consensusLog, properties } = options;
  const links = new Map(Array.from(options.routes, ([peer, address]) => [peer, new PeerLink(address)]));
  const host = await NodeHost.start({
    protocol: options.protocol,
    id: options.node,
    nodes: options.nodes,
    directory: options.data,
    seed: options.seed,
    ...(consensusLog === undefined ? {} : { consensusLog: { file: consensusLog, properties } }),
    sendToPeer: (envelope) => links.get(envelope.dest)?.send(encodeEnvelope(envelope, true)),
    log: options.log,
    fail: options.fail,
  });
  const server = createServer({ noDelay: true }, (socket) => serve(socket, host, options.log));
  await listen(server, options.listen);
  server.on("error", options.fail);
  return {
    async close() {
      server.close();
      for (const link of links.values()) link.close();
      await host.close();
    },
  };
}

function serve(socket: Socket, host: NodeHost, log: (message: string) => void): void {
  const lines = new LineSplitter(longestLine);
  socket.on("error", () => undefined);
  socket.on("data", (chunk) => {
    let complete: string[];
    try {
      complete = lines.push(chunk);
    } catch (error) {
      log(`closed a connection: ${error instanceof Error ? error.message : String(error)}`);
      socket.destroy();
      return;
    }
    for (const line of complete) {
      host.receive(decodeEnvelope(line), (envelope) => {
        if (socket.writable) socket.write(encodeEnvelope(envelope, true));
      });
    }
  });
}

function listen(server: Server, { host, port }: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
