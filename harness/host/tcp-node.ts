import { createServer, type Server, type Socket } from "node:net";

import type { AnyProtocol, NodeId } from "../../systems/contracts/protocol.ts";
import type { Address } from "../../systems/contracts/system.ts";
import { decodeEnvelope, encodeEnvelope, longestLine, type Envelope } from "./envelope.ts";
import { LineSplitter } from "../../systems/line-splitter.ts";
import { NodeHost } from "./node-host.ts";
import { OrderedInbox, type InboxConnection, type Received } from "./ordered-inbox.ts";
import { OrderedLink } from "./ordered-link.ts";
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
  /** Whether the protocol is promised that messages arrive in order, once and without a gap. */
  readonly ordered: boolean;
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
  const { consensusLog, properties, ordered, node } = options;
  const links = new Map(
    Array.from(options.routes, ([peer, address]) => [
      peer,
      ordered ? new OrderedLink(address, node, peer) : new PeerLink(address),
    ]),
  );
  const host = await NodeHost.start({
    protocol: options.protocol,
    id: options.node,
    nodes: options.nodes,
    directory: options.data,
    seed: options.seed,
    ...(consensusLog === undefined ? {} : { consensusLog: { file: consensusLog, properties } }),
    sendToPeer: (envelope) => links.get(envelope.dest)?.send(envelope),
    log: options.log,
    fail: options.fail,
  });
  const inbox = ordered ? new OrderedInbox() : undefined;
  const server = createServer({ noDelay: true }, (socket) => serve(socket, host, inbox, options.log));
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

function serve(
  socket: Socket,
  host: NodeHost,
  inbox: OrderedInbox | undefined,
  log: (message: string) => void,
): void {
  const connection: InboxConnection = {};
  const answer = (envelope: Envelope): void => {
    if (socket.writable) socket.write(encodeEnvelope(envelope, true));
  };
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
      const envelope = decodeEnvelope(line);
      const received: Received =
        inbox === undefined
          ? { kind: "other" }
          : "malformed" in envelope
            ? { kind: connection.session === undefined ? "other" : "broken" }
            : inbox.receive(connection, envelope);
      switch (received.kind) {
        case "other":
          host.receive(envelope, answer);
          break;
        case "message":
          host.receive(received.envelope, answer);
          answer(received.answer);
          break;
        case "answer":
          answer(received.answer);
          break;
        case "broken":
          socket.destroy();
          return;
      }
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
