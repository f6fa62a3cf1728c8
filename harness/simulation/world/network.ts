import type { JsonObject } from "../../../histories/json.ts";
import type { LossReason, VectorClock } from "../../../histories/trace.ts";
import type { NodeId } from "../../../systems/contracts/protocol.ts";
import type { LinkDisturbance } from "../../nemesis/fault-world.ts";
import type { Grudge, Source } from "../../nemesis/grudge.ts";
import type { ChoiceStreams } from "../choices.ts";
import type { AssumptionWatch } from "./assumptions.ts";
import { copyOf } from "./copy.ts";
import { drawDelay } from "./delay.ts";
import { eventKinds, tieRanks, type EventQueue } from "./event-queue.ts";
import { disturbedBy, putOn, takeOff, type LinkFault } from "./link-fault.ts";
import { Link } from "./link.ts";
import type { NetworkSettings } from "./settings.ts";
import type { Tracer } from "./tracer.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** What the network is made of and what it tells. */
export interface NetworkParts {
  readonly settings: NetworkSettings;
  /** As in `WorldSettings`. */
  readonly ties: number;
  readonly nodes: readonly NodeId[];
  readonly queue: EventQueue;
  readonly time: VirtualTime;
  readonly streams: ChoiceStreams;
  readonly watch: AssumptionWatch;
  readonly tracer: Tracer | undefined;
  /** Which life of a node, by index, it is in; and whether it is up. */
  readonly life: (node: number) => number;
  readonly up: (node: number) => boolean;
  /** The connection of a request broke on its way. */
  readonly broke: (slot: number) => void;
}

/**
 * The links between all nodes, and between clients and nodes. What is sent becomes an event at the receiver,
 * later; whether it arrives is decided when it is sent and again when it is due.
 */
export class Network {
  protected readonly parts: NetworkParts;
  readonly #links: readonly (readonly Link[])[];
  readonly #faults = new Map<string, LinkFault>();
  readonly #fifo: boolean;
  /** How many fates there are, as few as the permille allow, and those from which on it is late, doubled, lost. */
  readonly #fates: number;
  readonly #lateFrom: number;
  readonly #twiceFrom: number;
  readonly #lostFrom: number;
  readonly #clientFates: number;
  readonly #clientLostFrom: number;
  #messages = 0;

  constructor(parts: NetworkParts) {
    this.parts = parts;
    const { settings, nodes, streams } = parts;
    const places: readonly Source[] = [...nodes, "clients"];
    this.#links = places.map((from, i) =>
      places.map((to, j) => {
        const choices = streams.stream(`link ${from} ${to}`);
        return new Link(i, j, `${from} to ${to}`, i === nodes.length || j === nodes.length, choices);
      }),
    );
    this.#fifo = settings.channels === "fifo";
    const kind = settings.timing === "synchronous";
    const lost = kind ? 0 : settings.loss;
    const twice = kind || this.#fifo ? 0 : settings.duplication;
    const late = kind ? 0 : settings.stragglers.permille;
    const unit = [lost, twice, late].reduce(greatestCommonDivisor, 1000);
    this.#fates = 1000 / unit;
    this.#lostFrom = this.#fates - lost / unit;
    this.#twiceFrom = this.#lostFrom - twice / unit;
    this.#lateFrom = this.#twiceFrom - late / unit;
    const clientLost = kind ? 0 : settings.clients.loss;
    this.#clientFates = 1000 / greatestCommonDivisor(1000, clientLost);
    this.#clientLostFrom = this.#clientFates - (clientLost * this.#clientFates) / 1000;
  }

  /** The link between two places by index; the clients come after the last node. */
  link(from: number, to: number): Link {
    const link = this.#links[from]?.[to];
    if (link === undefined) throw new Error(`no link ${from} to ${to}`);
    return link;
  }

  /** Sends a message from one node to another. */
  send(link: Link, body: JsonObject): void {
    const { queue, time, watch, tracer, nodes, life } = this.parts;
    const { now } = time;
    const { from, to } = link;
    const message = this.#messages++;
    const order = link.sent++;
    const clock = tracer?.send(from, nodes[to] ?? "", message, body);
    watch.sent++;
    if (link.resets > 0 || (link.cuts > 0 && !this.#fifo)) {
      return this.#lose(link, message, from, link.resets > 0 ? "loss" : "partition");
    }
    const due = from === to ? now : this.#due(link, body, message, clock);
    if (due < 0) return;
    const slot = queue.add(due, eventKinds.message, to, body, from === to ? 0 : this.#rank(link));
    queue.link[slot] = from;
    queue.message[slot] = message;
    queue.order[slot] = order;
    queue.sent[slot] = now;
    queue.life[slot] = life(to);
    if (clock !== undefined) queue.extra[slot] = clock;
  }

  /** Sends a request to a node or its answer back. Lost without a word, unless its connection broke. */
  carry(link: Link, kind: number, node: number, payload: unknown, extra: unknown): void {
    const { queue, time, settings, watch } = this.parts;
    const { now } = time;
    const { choices } = link;
    const fate = link.resets > 0 ? "broke" : this.#clientFate(link);
    if (fate === "lost") {
      if (this.parts.up(node)) watch.lostMessage(link, link.cuts > 0 ? "partition" : "loss", now);
      return;
    }
    let delay = drawDelay(settings.clients.delay, choices, "delay");
    if (this.#isKind(link)) delay = Math.min(delay, settings.bound);
    if (link.disturbances.length > 0) delay += disturbedBy(link, payload, now);
    const slot = queue.add(now + delay, kind, node, payload);
    queue.link[slot] = link.from;
    queue.sent[slot] = now;
    queue.extra[slot] = extra;
    if (fate !== "broke") return;
    queue.remove(slot);
    this.parts.broke(slot);
  }

  /**
   * Whether what is due on a link may go in. If not, it was lost or is kept, and the slot is no longer the
   * caller's.
   */
  admits(link: Link, slot: number): boolean {
    if (link.cuts === 0 && link.holds === 0) return true;
    const { queue, watch, time } = this.parts;
    const message = queue.kind[slot] === eventKinds.message;
    if (link.holds > 0 || (message && this.#fifo)) {
      link.kept.push(slot);
      return false;
    }
    if (message) this.#lose(link, queue.message[slot] ?? 0, link.to, "partition");
    else if (this.parts.up(queue.node[slot] ?? 0)) watch.lostMessage(link, "partition", time.now);
    queue.free(slot);
    return false;
  }

  /** Whether a message belongs to a connection that ended when its receiver crashed. */
  stale(slot: number, life: number): boolean {
    return this.#fifo && this.parts.queue.life[slot] !== life;
  }

  /** Loses a message on its way that is queued no more. */
  lose(slot: number): void {
    const link = this.linkOf(slot);
    this.#lose(link, this.parts.queue.message[slot] ?? 0, link.to, "loss");
    this.parts.queue.free(slot);
  }

  /** A message came to nothing at a node that is down. */
  unreceived(link: Link, message: number): void {
    this.parts.watch.gone++;
    this.parts.tracer?.happened(link.to, { kind: "lose", message, reason: "down" });
  }

  cut(name: string, grudge: Grudge): void {
    this.#strike(name, { kind: "cut", links: this.#linksOf(grudge) });
  }

  /** Keeps what is due on these links until the fault of that name ends. */
  hold(name: string, grudge: Grudge): void {
    this.#strike(name, { kind: "hold", links: this.#linksOf(grudge) });
  }

  disturb(name: string, disturbance: LinkDisturbance, grudge: Grudge): void {
    const links = this.#linksOf(grudge);
    if (disturbance.kind === "reset") this.#strike(name, { kind: "reset", links });
    else this.#strike(name, { kind: "disturbance", links, disturbance });
  }

  /** Ends the fault of that name; nothing, if there is none. */
  undisturb(name: string): void {
    const fault = this.#faults.get(name);
    if (fault === undefined) return;
    this.#faults.delete(name);
    takeOff(fault);
    for (const link of fault.links) this.#letGo(link);
  }

  /** From now on the links among these nodes and with the clients lose nothing and keep the bound. */
  stabilize(core: ReadonlySet<number>): void {
    const { nodes, queue, time, settings } = this.parts;
    const latest = time.now + settings.bound;
    const inside = (place: number): boolean => place === nodes.length || core.has(place);
    for (const link of this.#links.flat()) {
      if (!inside(link.from) || !inside(link.to) || link.stableSince !== Infinity) continue;
      link.stableSince = time.now;
      link.lastDue = Math.min(link.lastDue, latest);
    }
    for (const kind of [eventKinds.message, eventKinds.request, eventKinds.answer]) {
      for (const slot of queue.slotsOf(kind)) {
        // In a channel what is due at that very moment goes along: what follows must not come before it.
        const isLate = queue.time(slot) > latest || (this.#fifo && queue.time(slot) === latest);
        if (!isLate || this.linkOf(slot).stableSince === Infinity) continue;
        queue.remove(slot);
        queue.put(slot, latest);
      }
    }
  }

  /** The link on which the event of a slot comes. */
  linkOf(slot: number): Link {
    const { queue, nodes } = this.parts;
    const from = queue.link[slot] ?? 0;
    return this.link(from, queue.kind[slot] === eventKinds.answer ? nodes.length : (queue.node[slot] ?? 0));
  }

  /** The slots of what waits on links that hold it. */
  kept(): readonly number[] {
    return this.#links.flatMap((row) => row.flatMap((link) => link.kept));
  }

  /** Whether nothing is cut, reset or held between two nodes, in either direction. */
  connected(one: number, other: number): boolean {
    const there = this.link(one, other);
    const back = this.link(other, one);
    return there.cuts + there.resets + there.holds + back.cuts + back.resets + back.holds === 0;
  }

  /** When what is sent now is due; −1 when it is lost. A second copy is sent here. */
  #due(link: Link, body: JsonObject, message: number, clock: VectorClock | undefined): number {
    const { settings, time, queue, watch } = this.parts;
    const { choices } = link;
    const kind = this.#isKind(link);
    const fate = kind ? 0 : choices.choose(this.#fates, "fate");
    let delay = drawDelay(settings.delay, choices, "delay");
    if (fate >= this.#lostFrom && !this.#fifo) {
      this.#lose(link, message, link.from, "loss");
      return -1;
    }
    if (fate >= this.#twiceFrom && fate < this.#lostFrom) {
      const late = drawDelay(settings.stragglers.delay, choices, "second delay");
      watch.doubled++;
      const again = this.#onTime(link, time.now + late);
      const slot = queue.add(again, eventKinds.message, link.to, copyOf(body), this.#rank(link));
      queue.link[slot] = link.from;
      queue.message[slot] = message;
      queue.order[slot] = link.sent - 1;
      queue.sent[slot] = time.now;
      queue.life[slot] = this.parts.life(link.to);
      if (clock !== undefined) queue.extra[slot] = clock;
    } else if (fate >= this.#lateFrom) {
      // A straggler; or, in a channel, what was lost and had to be sent again.
      delay += drawDelay(settings.stragglers.delay, choices, "long delay");
    }
    if (kind && delay > settings.bound) delay = settings.bound;
    if (link.disturbances.length > 0) delay += disturbedBy(link, body, time.now);
    const due = this.#onTime(link, time.now + delay);
    if (!this.#fifo) return due;
    if (due > link.lastDue) {
      link.lastDue = due;
      link.lastRank = 0;
    }
    return link.lastDue;
  }

  /** The first of the moments at which messages arrive from then on, if that keeps the bound where one is kept. */
  #onTime(link: Link, due: number): number {
    const { ties, time, settings } = this.parts;
    if (ties === 0) return due;
    const onTime = Math.ceil(due / ties) * ties;
    return this.#isKind(link) && onTime > time.now + settings.bound ? due : onTime;
  }

  /** Where a message comes among what is due at the same time; in a channel not before the one before it. */
  #rank(link: Link): number {
    if (this.parts.ties === 0) return 0;
    const rank = link.choices.choose(tieRanks, "tie");
    if (!this.#fifo) return rank;
    return (link.lastRank = Math.max(link.lastRank, rank));
  }

  /** Whether a link keeps the bound and loses nothing. */
  #isKind(link: Link): boolean {
    return link.stableSince !== Infinity || this.parts.settings.timing === "synchronous";
  }

  #clientFate(link: Link): "lost" | "arrives" {
    if (link.cuts > 0) return "lost";
    if (this.#isKind(link)) return "arrives";
    return link.choices.choose(this.#clientFates, "fate") >= this.#clientLostFrom ? "lost" : "arrives";
  }

  #lose(link: Link, message: number, at: number, reason: LossReason): void {
    const { watch, time, up, tracer } = this.parts;
    watch.gone++;
    if (up(link.from) && up(link.to)) watch.lostMessage(link, reason, time.now);
    tracer?.happened(at, { kind: "lose", message, reason });
  }

  #strike(name: string, fault: LinkFault): void {
    this.undisturb(name);
    this.#faults.set(name, fault);
    putOn(fault);
    if (fault.kind === "reset") this.#breakConnections(fault.links);
  }

  /** What is on its way on these links is lost; clients whose requests are there notice. */
  #breakConnections(links: readonly Link[]): void {
    const { queue } = this.parts;
    for (const kind of [eventKinds.message, eventKinds.request, eventKinds.answer]) {
      for (const slot of queue.slotsOf(kind)) {
        if (!links.includes(this.linkOf(slot)) || this.linkOf(slot).from === this.linkOf(slot).to) continue;
        queue.remove(slot);
        this.#break(slot);
      }
    }
    for (const link of links) for (const slot of link.kept.splice(0)) this.#break(slot);
  }

  #break(slot: number): void {
    const { queue, broke } = this.parts;
    if (queue.kind[slot] !== eventKinds.message) return broke(slot);
    this.lose(slot);
  }

  /** Sends what was kept on its way again, if nothing keeps it any more: at once, and in order. */
  #letGo(link: Link): void {
    if (link.kept.length === 0 || link.holds > 0 || (this.#fifo && link.cuts > 0)) return;
    const { queue, time } = this.parts;
    const waiting = link.kept.splice(0);
    if (this.#fifo) {
      // What is due at this very moment, and later in the order, comes after what was kept.
      for (const slot of queue.slotsOf(eventKinds.message)) {
        if (queue.time(slot) > time.now || this.linkOf(slot) !== link) continue;
        queue.remove(slot);
        waiting.push(slot);
      }
    }
    for (const slot of waiting) queue.put(slot, time.now);
  }

  #linksOf(grudge: Grudge): readonly Link[] {
    const index = (place: Source): number => {
      const { nodes } = this.parts;
      const found = place === "clients" ? nodes.length : nodes.indexOf(place);
      if (found < 0) throw new Error(`no node ${place}; there are ${nodes.join(", ")}`);
      return found;
    };
    return grudge
      .filter(({ from, to }) => from !== to)
      .map(({ from, to }) => this.link(index(from), index(to)));
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  let [larger, smaller] = [a, b];
  while (smaller > 0) [larger, smaller] = [smaller, larger % smaller];
  return larger;
}
