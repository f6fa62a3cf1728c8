import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** One end of a connection that remembers what it saw. */
export class Peer {
  readonly socket: Socket;
  readonly chunks: Buffer[] = [];
  ended = false;
  closed = false;
  /** The code of the error that the connection died of, such as ECONNRESET. */
  error: string | undefined;
  #length = 0;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk: Buffer) => {
      this.chunks.push(chunk);
      this.#length += chunk.length;
    });
    socket.on("end", () => (this.ended = true));
    socket.on("close", () => (this.closed = true));
    socket.on("error", (error) => (this.error = "code" in error ? String(error.code) : error.message));
  }

  get length(): number {
    return this.#length;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }

  get text(): string {
    return this.bytes.toString();
  }

  send(data: string | Buffer): void {
    this.socket.write(data);
  }

  /** Waits until so many bytes have arrived in all. */
  async receives(length: number): Promise<void> {
    await until(() => this.#length >= length || this.closed);
    if (this.#length < length) throw new Error(`closed after ${this.#length} of ${length} bytes`);
  }

  ends(): Promise<void> {
    return until(() => this.ended || this.closed);
  }

  closes(): Promise<void> {
    return until(() => this.closed);
  }
}

/** A server that only keeps the connections it was given. */
export class PeerServer {
  readonly peers: Peer[] = [];
  readonly #server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    this.peers.push(new Peer(socket));
  });

  static async start(): Promise<PeerServer> {
    const server = new PeerServer();
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
    return server;
  }

  get address(): string {
    const address = this.#server.address() as AddressInfo;
    return `127.0.0.1:${address.port}`;
  }

  /** The connection of that number, as soon as there is one. */
  async peer(index: number): Promise<Peer> {
    await until(() => this.peers.length > index);
    const peer = this.peers[index];
    if (peer === undefined) throw new Error(`no connection ${index}`);
    return peer;
  }

  async close(): Promise<void> {
    for (const peer of this.peers) peer.socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** A connection to `127.0.0.1:port`; rejects when it is refused. */
export async function dial(address: string): Promise<Peer> {
  const [host = "", port = ""] = address.split(":");
  const socket = connect({ host, port: Number(port), allowHalfOpen: true, noDelay: true });
  const peer = new Peer(socket);
  await new Promise((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  return peer;
}

/** Waits for something that is bound to happen. */
export async function until(happened: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!happened()) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${String(happened)}`);
    await sleep(2);
  }
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
