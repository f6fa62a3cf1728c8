import { resetSocket } from "./reset-socket.ts";
import { connect, type Socket } from "node:net";
import type { Random } from "../../workloads/random.ts";
import { parseAddress } from "./go/address.ts";
import { Link, type LinkHost } from "./link.ts";
import type { ByteCounters } from "./metrics.ts";
import type { Direction, Ending, Toxic } from "./toxic.ts";

export interface ConnectionOptions {
  readonly client: Socket;
  /** `host:port` of the server. */
  readonly upstream: string;
  readonly random: Random;
  /** The toxics of a direction at the moment when the server has been reached. */
  readonly toxics: (direction: Direction) => readonly Toxic[];
  readonly bytes: (direction: Direction) => ByteCounters;
  readonly now: () => number;
  /** Called once, when both sockets are closed. */
  readonly closed: (connection: Connection) => void;
}

/** A client, the server that was dialled for it, and a link each way. */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #client: Socket;
  readonly #server: Socket | undefined;
  readonly #links = new Map<Direction, Link>();
  #open = 1;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#client = options.client;
    this.#watch(this.#client);
    this.#server = this.#dial();
    if (this.#server === undefined) this.#client.destroy();
  }

  link(direction: Direction): Link | undefined {
    return this.#links.get(direction);
  }

  /** Closes both sockets at once, whatever is still on its way. */
  destroy(): void {
    this.#client.destroy();
    this.#server?.destroy();
  }

  #dial(): Socket | undefined {
    let server: Socket;
    try {
      const { host, port } = parseAddress(this.#options.upstream);
      server = connect({ host: host === "" ? "localhost" : host, port, allowHalfOpen: true, noDelay: true });
    } catch {
      // An upstream that is no address is as unreachable as one that does not answer.
      return undefined;
    }
    this.#open++;
    this.#watch(server);
    server.once("connect", () => this.#start(server));
    server.once("close", () => {
      if (this.#links.size === 0) this.#client.destroy();
    });
    return server;
  }

  #watch(socket: Socket): void {
    // An error is followed by "close", which is all that matters.
    socket.on("error", () => {});
    socket.once("close", () => {
      this.#open--;
      if (this.#open === 0) this.#options.closed(this);
    });
  }

  #start(server: Socket): void {
    if (this.#client.destroyed) return;
    const { random, now, toxics, bytes } = this.#options;
    const begin = (direction: Direction, source: Socket, destination: Socket): void => {
      const host: LinkHost = {
        random: random.split(direction),
        now,
        reset: () => {
          resetSocket(this.#client);
          resetSocket(server);
        },
        linkDone: (_link, ending) => this.#linkDone(direction, ending),
      };
      this.#links.set(direction, new Link(host, source, destination, toxics(direction), bytes(direction)));
    };
    begin("upstream", this.#client, server);
    begin("downstream", server, this.#client);
    this.#client.resume();
  }

  #linkDone(direction: Direction, ending: Ending): void {
    const other = this.#links.get(direction === "upstream" ? "downstream" : "upstream");
    // Not left to the socket's closing, which waits for a peer that may never read.
    if (ending === "close") other?.sourceEnded("close");
    if (other?.isDone === true) {
      this.#client.destroySoon();
      this.#server?.destroySoon();
    }
  }
}
