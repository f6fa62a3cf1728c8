import { randomUUID } from "node:crypto";
import { connect, type Socket } from "node:net";

import { isJsonObject } from "../../histories/json.ts";
import type { Address } from "../../systems/contracts/system.ts";
import { LineSplitter } from "../../systems/line-splitter.ts";
import { decodeEnvelope, encodeEnvelope, longestLine, type Envelope } from "./envelope.ts";
import { acknowledged, dataLine, opened, openLine } from "./ordered-words.ts";

const firstPause = 20;
const longestPause = 250;
/** A connection on which nothing is acknowledged for so long, in milliseconds, is stuck and is replaced. */
const stuckAfter = 1_000;

interface Waiting {
  readonly envelope: Envelope;
  /** Whether it was written to a connection, so that the peer may have it. */
  sent: boolean;
}

/**
 * The connection on which a node sends to one peer where the protocol is promised channels in order: messages arrive in order, once and
 * without a gap while both ends live, whatever becomes of connections, and of bytes within them. What is not acknowledged is
 * kept, and sent again. What was sent to a peer that has died since is lost with it, as in TCP.
 */
export class OrderedLink {
  readonly #address: Address;
  readonly #from: string;
  readonly #to: string;
  readonly #outbox: Waiting[] = [];
  /** Number, in this session, of the first message of the outbox. */
  #first = 0;
  #session: string = randomUUID();
  /** The life of the peer that the session is with. */
  #incarnation: string | undefined;
  #socket: Socket | undefined;
  #isOpen = false;
  #pause = firstPause;
  #redial: NodeJS.Timeout | undefined;
  #closed = false;
  /** When the peer last said something, or was last owed nothing, on `performance.now()`. */
  #heard = performance.now();
  readonly #watch: NodeJS.Timeout;

  constructor(address: Address, from: string, to: string) {
    this.#address = address;
    this.#from = from;
    this.#to = to;
    this.#watch = setInterval(() => this.#replaceIfStuck(), stuckAfter / 4).unref();
    this.#dial();
  }

  send(envelope: Envelope): void {
    if (this.#outbox.length === 0) this.#heard = performance.now();
    this.#outbox.push({ envelope, sent: false });
    if (this.#isOpen) this.#write(this.#outbox.length - 1);
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#watch);
    clearTimeout(this.#redial);
    this.#socket?.destroy();
  }

  #dial(): void {
    const socket = connect({ ...this.#address, noDelay: true });
    const lines = new LineSplitter(longestLine);
    this.#socket = socket;
    this.#isOpen = false;
    this.#heard = performance.now();
    socket.on("connect", () => this.#open());
    socket.on("data", (chunk) => {
      if (socket !== this.#socket) return;
      try {
        for (const line of lines.push(chunk)) this.#hear(line);
      } catch {
        socket.destroy();
      }
    });
    socket.on("end", () => socket.destroy());
    socket.on("error", () => undefined);
    socket.on("close", () => {
      if (this.#isOpen) this.#pause = firstPause;
      this.#isOpen = false;
      if (this.#closed) return;
      this.#redial = setTimeout(() => this.#dial(), this.#pause);
      this.#pause = Math.min(longestPause, this.#pause * 2);
    });
  }

  #open(): void {
    this.#socket?.write(encodeEnvelope(openLine(this.#from, this.#to, this.#session), true));
  }

  #hear(line: string): void {
    const envelope = decodeEnvelope(line);
    // Damaged: what was to be said is not known any more.
    if ("malformed" in envelope || !isJsonObject(envelope.body)) return void this.#socket?.destroy();
    this.#heard = performance.now();
    const next = acknowledged(envelope.body);
    if (next !== undefined) return this.#forget(next);
    const answer = opened(envelope.body);
    if (answer === undefined || this.#isOpen) return;
    if (this.#incarnation !== undefined && this.#incarnation !== answer.incarnation) {
      this.#startAnew(answer.incarnation);
      return;
    }
    this.#incarnation = answer.incarnation;
    this.#forget(answer.next);
    this.#isOpen = true;
    for (let i = 0; i < this.#outbox.length; i++) this.#write(i);
  }

  /** The peer has died and come back: what was sent to it is lost, what was not begins another session. */
  #startAnew(incarnation: string): void {
    const unsent = this.#outbox.filter(({ sent }) => !sent);
    this.#outbox.splice(0, this.#outbox.length, ...unsent);
    this.#first = 0;
    this.#session = randomUUID();
    this.#incarnation = incarnation;
    this.#open();
  }

  /** Forgets what the peer has, all messages before `next`. */
  #forget(next: number): void {
    this.#outbox.splice(0, Math.max(0, next - this.#first));
    this.#first = Math.max(this.#first, next);
  }

  #write(index: number): void {
    const waiting = this.#outbox[index];
    if (waiting === undefined) return;
    waiting.sent = true;
    this.#socket?.write(encodeEnvelope(dataLine(waiting.envelope, this.#first + index), true));
  }

  #replaceIfStuck(): void {
    const owes = !this.#isOpen || this.#outbox.length > 0;
    if (owes && performance.now() - this.#heard > stuckAfter) this.#socket?.destroy();
  }
}
