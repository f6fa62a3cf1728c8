import { connect, type Socket } from "node:net";

import type { Address } from "../../systems/contracts/system.ts";
import { encodeEnvelope, type Envelope } from "./envelope.ts";

/** Unsent messages kept for a peer; of more, the oldest are lost, as a network may lose them. */
const queueLimit = 1_000;
/** Bytes handed to the socket and not yet taken by the kernel, above which messages wait in the queue. */
const socketLimit = 1 << 20;
const firstPause = 20;
const longestPause = 250;
/** A connection that takes no bytes for so long, in milliseconds, is stuck and is replaced. */
const stuckAfter = 1_000;

/** The one-way connection on which a node sends to one peer; made anew whenever it breaks. */
export class PeerLink {
  readonly #address: Address;
  readonly #queue: string[] = [];
  #socket: Socket | undefined;
  /** Since when the connection stands, on `performance.now()`. */
  #connectedSince: number | undefined;
  #pause = firstPause;
  #redial: NodeJS.Timeout | undefined;
  #closed = false;
  /** Since when the kernel has taken nothing, on `performance.now()`; undefined when it owes nothing. */
  #waitingSince: number | undefined;
  readonly #watch: NodeJS.Timeout;

  constructor(address: Address) {
    this.#address = address;
    this.#watch = setInterval(() => this.#replaceIfStuck(), stuckAfter / 4).unref();
    this.#dial();
  }

  send(envelope: Envelope): void {
    if (this.#queue.length >= queueLimit) this.#queue.shift();
    this.#queue.push(encodeEnvelope(envelope, true));
    this.#flush();
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#watch);
    clearTimeout(this.#redial);
    this.#socket?.destroy();
  }

  #dial(): void {
    const socket = connect({ ...this.#address, noDelay: true });
    this.#socket = socket;
    this.#waitingSince = performance.now();
    socket.on("connect", () => {
      this.#connectedSince = performance.now();
      this.#waitingSince = undefined;
      this.#flush();
    });
    // Nothing is said in this direction, but reading is how the end of the connection is noticed.
    socket.resume();
    socket.on("end", () => socket.destroy());
    socket.on("error", () => undefined);
    socket.on("close", () => {
      // A proxy takes the connection even when nobody is behind it: only one that lasted is a good sign.
      const lasted = performance.now() - (this.#connectedSince ?? Infinity);
      if (lasted > longestPause) this.#pause = firstPause;
      this.#connectedSince = undefined;
      this.#waitingSince = undefined;
      if (this.#closed) return;
      this.#redial = setTimeout(() => this.#dial(), this.#pause);
      this.#pause = Math.min(longestPause, this.#pause * 2);
    });
  }

  #flush(): void {
    const socket = this.#socket;
    if (socket === undefined || this.#connectedSince === undefined || this.#queue.length === 0) return;
    if (socket.writableLength > socketLimit) return;
    const lines = this.#queue.splice(0).join("");
    this.#waitingSince ??= performance.now();
    socket.write(lines, (error) => {
      if (error instanceof Error || socket !== this.#socket) return;
      this.#waitingSince = socket.writableLength === 0 ? undefined : performance.now();
      this.#flush();
    });
  }

  #replaceIfStuck(): void {
    if (this.#waitingSince === undefined) return;
    if (performance.now() - this.#waitingSince > stuckAfter) this.#socket?.destroy();
  }
}
