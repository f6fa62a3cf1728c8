import type { SystemModel } from "../../../systems/contracts/protocol.ts";
import type { BrokenAssumption } from "./broken-assumption.ts";
import type { Link } from "./link.ts";
import type { NetworkSettings } from "./settings.ts";

/** How often something happened, and the first time in words. */
class Tally {
  count: number;
  #first: string;

  constructor(count = 0, first = "") {
    this.count = count;
    this.#first = first;
  }

  /** @param words The event in words, made only the first time. */
  add(words: () => string): void {
    if (this.count++ === 0) this.#first = words();
  }

  copy(): Tally {
    return new Tally(this.count, this.#first);
  }

  broken(
    assumption: BrokenAssumption["assumption"],
    concerns: BrokenAssumption["concerns"],
  ): BrokenAssumption[] {
    return this.count === 0 ? [] : [{ assumption, concerns, count: this.count, explanation: this.#first }];
  }
}

/** How a world stands, as far as assumptions go. */
export interface Standing {
  readonly now: number;
  readonly nodes: number;
  /** Nodes that are down, stopped or cut off. */
  readonly unavailable: number;
  /** The furthest that a node saw its clock off, in milliseconds. */
  readonly worstClock: number;
  /** The messages between nodes that are on their way; `up` if both ends are. */
  readonly inFlight: readonly { readonly link: Link; readonly sent: number; readonly up: boolean }[];
}

/**
 * Watches whether a run keeps to what protocols assume of the world, message by message and apart from what
 * makes the messages late or lost: so it finds a world that breaks its own promises, too. Only messages
 * between nodes that are up count; those of clients count once their link has stabilized.
 */
export class AssumptionWatch {
  readonly #bound: number;
  readonly #bounded: boolean;
  readonly #late = new Tally();
  readonly #lateStable = new Tally();
  readonly #lost = new Tally();
  readonly #lostStable = new Tally();
  readonly #disorder = new Tally();
  readonly #crashes = new Tally();
  readonly #restarts = new Tally();
  readonly #amnesia = new Tally();
  /** Messages between nodes: sent, doubled, and how they ended. */
  sent = 0;
  doubled = 0;
  handled = 0;
  gone = 0;

  constructor(network: NetworkSettings) {
    this.#bound = network.bound;
    this.#bounded = network.timing === "synchronous";
  }

  /** A node has handled a message, of this life of it unless `earlier`. */
  handledMessage(link: Link, sent: number, order: number, earlier: boolean, now: number): void {
    this.handled++;
    if (link.from === link.to) return;
    if (now - sent > this.#bound) {
      this.#overdue(this.#late, this.#lateStable, link, sent, now, "was handled");
    }
    if (earlier || order === link.next) {
      if (!earlier) link.next++;
      return;
    }
    // Common where messages may overtake, so that no closure is made for it.
    if (this.#disorder.count === 0) this.#disorder.add(() => disorder(link, order, now));
    else this.#disorder.count++;
    if (order > link.next) link.next = order + 1;
  }

  /** The network lost a message between two that are up. */
  lostMessage(link: Link, reason: string, now: number): void {
    const words = (): string => `a message from ${link.name} was lost (${reason}) at ${now} µs`;
    if (!link.outer) this.#lost.add(words);
    if (link.stableSince !== Infinity) this.#lostStable.add(words);
  }

  crashed(node: string, amnesia: boolean, now: number): void {
    this.#crashes.add(() => `${node} crashed at ${now} µs`);
    if (amnesia) this.#amnesia.add(() => `${node} lost what it had synced, at ${now} µs`);
  }

  restarted(node: string, now: number): void {
    this.#restarts.add(() => `${node} came back at ${now} µs`);
  }

  /** What `model` assumes and did not get. */
  broken(model: SystemModel, standing: Standing): readonly BrokenAssumption[] {
    const { inFlight, now } = standing;
    const broken: BrokenAssumption[] = [];
    const late = this.#late.copy();
    const lateStable = this.#lateStable.copy();
    for (const { link, sent, up } of inFlight) {
      if (up && link.from !== link.to) this.#overdue(late, lateStable, link, sent, now, "had not come");
    }
    if (model.timing === "synchronous") {
      if (!this.#bounded) {
        const explanation = "the network was not set to be synchronous";
        broken.push({ assumption: "delay bound", concerns: "safety", count: 1, explanation });
      }
      broken.push(...late.broken("delay bound", "safety"), ...this.#lost.broken("no loss", "safety"));
    } else {
      broken.push(
        ...lateStable.broken("delay bound", "liveness"),
        ...this.#lostStable.broken("no loss", "liveness"),
      );
    }
    const vanished = this.sent + this.doubled - this.handled - this.gone - inFlight.length;
    if (vanished !== 0) {
      const explanation = `${vanished} of ${this.sent} messages came to no end: neither handled nor lost nor on their way`;
      broken.push({
        assumption: "eventual delivery",
        concerns: "safety",
        count: Math.abs(vanished),
        explanation,
      });
    }
    if (model.channels === "fifo") broken.push(...this.#disorder.broken("fifo channels", "safety"));
    if (model.failures === "none") broken.push(...this.#crashes.broken("failures", "safety"));
    if (model.failures !== "crash-recovery") broken.push(...this.#restarts.broken("failures", "safety"));
    broken.push(...this.#amnesia.broken("failures", "safety"));
    const tolerated = model.tolerated(standing.nodes);
    if (standing.unavailable > tolerated) {
      const explanation = `${standing.unavailable} of ${standing.nodes} nodes are down or cut off, and ${tolerated} may be`;
      broken.push({ assumption: "failures", concerns: "liveness", count: 1, explanation });
    }
    if (model.clockBound !== undefined && standing.worstClock > model.clockBound) {
      const explanation = `a clock was off by ${Math.ceil(standing.worstClock)} ms, and may be by ${model.clockBound}`;
      broken.push({ assumption: "clock bound", concerns: "safety", count: 1, explanation });
    }
    return broken;
  }

  #overdue(late: Tally, lateStable: Tally, link: Link, sent: number, now: number, what: string): void {
    const words = (since: number, moment: string) => (): string =>
      `a message from ${link.name} sent at ${sent} µs ${what} ${now - since} µs after ${moment}, with a bound of ${this.#bound} µs`;
    if (now - sent > this.#bound && !link.outer) late.add(words(sent, "it left"));
    const since = Math.max(sent, link.stableSince);
    if (now - since > this.#bound) lateStable.add(words(since, "it left and the network was stable"));
  }
}

function disorder(link: Link, order: number, now: number): string {
  const what = order < link.next ? "came late or twice" : `came before number ${link.next}`;
  return `message ${order} from ${link.name} ${what}, at ${now} µs`;
}
