import type { LinkDisturbance } from "../../../nemesis/fault-world.ts";
import { closes, withFlippedBit, withoutClosing } from "./frame.ts";

/** What is done to the packets of a link, and not by the router itself. */
export type PacketDisturbance = Exclude<LinkDisturbance, { readonly kind: "reset" }>;

/** A frame, and when it is to arrive. Times are in milliseconds. */
export interface Delivery {
  readonly at: number;
  readonly frame: Buffer;
}

/** How long the queue of a slow link gets, in milliseconds, before it drops what comes; two full frames fit always. */
const longestQueue = 1_000;
const twoFrames = 2 * 1514;
const million = 1_000_000;

/** One direction of a link: what becomes of a frame that is sent at some time. Draws from `random`: whole numbers below a bound. */
export class LinkModel {
  disturbances: readonly PacketDisturbance[] = [];
  readonly #random: (bound: number) => number;
  /** When the link has sent all that waits for its bandwidth. */
  #free = 0;
  /** When the last frame arrives that keeps its turn. */
  #last = 0;

  constructor(random: (bound: number) => number) {
    this.#random = random;
  }

  /** What is to arrive of a frame that is sent at `now`; nothing if it is lost. */
  pass(sent: Buffer, now: number): Delivery[] {
    let frame = sent;
    let delay = 0;
    /** How much later it comes, out of its turn. */
    let held = 0;
    let lingering = 0;
    let copies = 1;
    for (const each of this.disturbances) {
      switch (each.kind) {
        case "loss":
          if (this.#happens(each.rate)) return [];
          break;
        case "corruption":
          if (this.#happens(each.rate)) frame = withFlippedBit(frame, this.#random);
          break;
        case "duplication":
          if (this.#happens(each.rate)) copies = 2;
          break;
        case "reorder":
          if (this.#happens(each.rate)) held += each.milliseconds * (0.5 + this.#fraction());
          break;
        case "latency":
          delay += Math.max(0, each.milliseconds + each.jitter * (2 * this.#fraction() - 1));
          break;
        case "slow-close":
          lingering += each.milliseconds;
          break;
        case "bandwidth": {
          // Kilobytes a second are bytes a millisecond.
          const waiting = Math.max(0, this.#free - now);
          const taken = frame.length / each.kilobytesPerSecond;
          if (waiting + taken > Math.max(longestQueue, twoFrames / each.kilobytesPerSecond)) return [];
          this.#free = now + waiting + taken;
          delay += waiting + taken;
          break;
        }
      }
    }
    if (lingering > 0 && closes(frame)) {
      // What it carries comes at once; that the sender has closed is heard later.
      const load = withoutClosing(frame);
      const first = load === undefined ? [] : this.#inTurn(load, now + delay, copies);
      return [...first, { at: now + delay + held + lingering, frame }];
    }
    if (held > 0) return repeated({ at: now + delay + held, frame }, copies);
    return this.#inTurn(frame, now + delay, copies);
  }

  /** Behind whatever was sent before. */
  #inTurn(frame: Buffer, at: number, copies: number): Delivery[] {
    this.#last = Math.max(this.#last, at);
    return repeated({ at: this.#last, frame }, copies);
  }

  #happens(rate: number): boolean {
    return this.#random(million) < rate * million;
  }

  #fraction(): number {
    return this.#random(million) / million;
  }
}

function repeated(delivery: Delivery, copies: number): Delivery[] {
  return Array.from({ length: copies }, () => delivery);
}
