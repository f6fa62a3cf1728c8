import type { ConsensusView } from "../../../checkers/consensus/view.ts";
import type { JsonObject } from "../../../histories/json.ts";
import type { AnyProtocol, NodeId, SystemModel } from "../../../systems/contracts/protocol.ts";
import type { LinkDisturbance } from "../../nemesis/fault-world.ts";
import type { Grudge } from "../../nemesis/grudge.ts";
import type { ChoiceStreams } from "../choices.ts";
import type { CrashKind, NoAnswer, SimulatedWorld, WorldHooks } from "../simulated-world.ts";
import { AssumptionWatch } from "./assumptions.ts";
import type { BrokenAssumption } from "./broken-assumption.ts";
import { copyOf } from "./copy.ts";
import type { Delay } from "./delay.ts";
import { eventKinds, EventQueue } from "./event-queue.ts";
import { Hand } from "./hand.ts";
import { largestGroup } from "./largest-group.ts";
import { Network, type NetworkParts } from "./network.ts";
import { SimulatedNode } from "./node.ts";
import { OpenRequest } from "./open-request.ts";
import { worldSettings, type PartialSettings, type WorldSettings } from "./settings.ts";
import { Tracer, type TraceOptions } from "./tracer.ts";
import type { VirtualTime } from "./virtual-time.ts";

export interface ClusterOptions {
  readonly protocol: AnyProtocol;
  readonly nodes: readonly NodeId[];
  /** Where all chance comes from. */
  readonly choices: ChoiceStreams;
  readonly settings?: PartialSettings;
  readonly hooks?: WorldHooks;
  readonly trace?: TraceOptions;
  /**
   * Freezes what a protocol sends and answers, and holds it to what JSON keeps: a protocol that changes it
   * afterwards fails with a `HandlerError`. For tests; it is slow.
   */
  readonly freeze?: boolean;
  /** Clocks of nodes stand still, at 0 unless they are set: for whoever takes events in an order of their own. */
  readonly timeless?: boolean;
  /** Another network than the usual one: for tests of the watch over it. */
  readonly makeNetwork?: (parts: NetworkParts) => Network;
}

/** Nodes of a protocol in memory and in virtual time. Everything that happens follows from the choices. */
export class VirtualCluster implements SimulatedWorld {
  readonly nodes: readonly NodeId[];
  readonly settings: WorldSettings;
  /** How many events were taken so far. */
  events = 0;
  readonly #protocol: AnyProtocol;
  readonly #time: VirtualTime = { now: 0 };
  readonly #queue = new EventQueue();
  readonly #network: Network;
  readonly #watch: AssumptionWatch;
  readonly #nodes: readonly SimulatedNode[];
  readonly #byName: ReadonlyMap<NodeId, SimulatedNode>;
  #requests = 0;
  #core: ReadonlySet<number> | undefined;

  constructor(options: ClusterOptions) {
    const { protocol, nodes, choices, hooks = {}, trace, freeze = false, timeless = false } = options;
    if (nodes.length === 0 || new Set(nodes).size < nodes.length || nodes.includes("clients")) {
      throw new RangeError(`nodes need distinct names, none of them "clients": ${nodes.join(", ")}`);
    }
    this.nodes = nodes;
    this.settings = worldSettings(options.settings);
    this.#protocol = protocol;
    const time = this.#time;
    const queue = this.#queue;
    const settings = this.settings;
    const watch = (this.#watch = new AssumptionWatch(settings.network));
    const tracer = trace === undefined ? undefined : new Tracer(trace, nodes, time);
    const parts: NetworkParts = {
      settings: settings.network,
      ties: settings.ties,
      nodes,
      queue,
      time,
      streams: choices,
      watch,
      tracer,
      life: (node) => this.#nodes[node]?.life ?? 0,
      up: (node) => this.#nodes[node]?.alive === true,
      broke: (slot) => this.#broke(slot),
    };
    const network = (this.#network = options.makeNetwork?.(parts) ?? new Network(parts));
    const surroundings = {
      protocol,
      nodes,
      settings,
      queue,
      time,
      network,
      streams: choices,
      watch,
      tracer,
      freeze,
      timeless,
      stepped: hooks.stepped,
      asked: hooks.asked,
      logged: hooks.logged,
    };
    this.#nodes = nodes.map((id, index) => new SimulatedNode(id, index, surroundings));
    this.#byName = new Map(this.#nodes.map((node) => [node.id, node]));
    const { stabilization } = settings.network;
    if (stabilization !== undefined) this.after(stabilization, () => this.stabilize());
    for (const node of this.#nodes) {
      const begin = choices.stream(`node ${node.id}`).choose(settings.startWithin + 1, "start");
      this.after(begin, () => node.start());
    }
  }

  /** How many handlers nodes have run so far. */
  get steps(): number {
    return this.#nodes.reduce((sum, { steps }) => sum + steps, 0);
  }

  now(): number {
    return this.#time.now;
  }

  due(): number {
    return this.#queue.due();
  }

  step(): boolean {
    const queue = this.#queue;
    const slot = queue.take();
    if (slot < 0) return false;
    this.#time.now = queue.time(slot);
    this.#happen(slot);
    return true;
  }

  /** Lets an event happen that was taken out of the queue. */
  #happen(slot: number): void {
    const queue = this.#queue;
    this.events++;
    switch (queue.kind[slot]) {
      case eventKinds.message: {
        const index = queue.node[slot] ?? 0;
        const link = this.#network.link(queue.link[slot] ?? 0, index);
        if (!this.#network.admits(link, slot)) return;
        const node = this.#node(index);
        if (!node.alive && node.started) {
          this.#network.unreceived(link, queue.message[slot] ?? 0);
          queue.free(slot);
        } else if (this.#network.stale(slot, node.life)) {
          this.#network.unreceived(link, queue.message[slot] ?? 0);
          queue.free(slot);
        } else {
          node.arrive(slot);
        }
        return;
      }
      case eventKinds.timer:
        this.#node(queue.node[slot] ?? 0).arrive(slot);
        return;
      case eventKinds.request:
        if (this.#network.admits(this.#network.linkOf(slot), slot)) {
          this.#node(queue.node[slot] ?? 0).arrive(slot);
        }
        return;
      case eventKinds.answer: {
        if (!this.#network.admits(this.#network.linkOf(slot), slot)) return;
        const answer = queue.payload[slot] as JsonObject | NoAnswer;
        const request = queue.extra[slot] as OpenRequest;
        queue.free(slot);
        request.answer(answer);
        return;
      }
      case eventKinds.disk:
        this.#node(queue.node[slot] ?? 0).diskDone(slot);
        return;
      case eventKinds.wake:
        this.#node(queue.node[slot] ?? 0).woken();
        return;
      case eventKinds.call: {
        const act = queue.payload[slot] as () => void;
        queue.free(slot);
        act();
        return;
      }
      default:
        throw new Error(`no such kind of event: ${queue.kind[slot]}`);
    }
  }

  /** For whoever takes events in an order of their own. */
  hand(): Hand {
    return new Hand({
      queue: this.#queue,
      network: this.#network,
      time: this.#time,
      watch: this.#watch,
      nodes: this.#nodes,
      happen: (slot) => this.#happen(slot),
    });
  }

  passTo(time: number): void {
    if (time > this.due()) throw new RangeError(`an event is due at ${this.due()} µs, before ${time} µs`);
    if (time < this.#time.now)
      throw new RangeError(`time does not go back from ${this.#time.now} to ${time} µs`);
    this.#time.now = time;
  }

  /** Takes all events that are due up to `time`, and lets it be that time. */
  runTo(time: number): void {
    while (this.due() <= time) this.step();
    this.passTo(time);
  }

  after(microseconds: number, act: () => void): void {
    if (!(Number.isSafeInteger(microseconds) && microseconds >= 0)) {
      throw new RangeError(`expected whole microseconds of at least 0, found ${microseconds}`);
    }
    this.#queue.add(this.#time.now + microseconds, eventKinds.call, -1, act);
  }

  request(
    process: number,
    node: NodeId,
    body: JsonObject,
    answered: (answer: JsonObject | NoAnswer) => void,
    name = `r${++this.#requests}`,
  ): void {
    const { index } = this.#named(node);
    const request = new OpenRequest(process, index, name, copyOf(body), answered);
    const link = this.#network.link(this.nodes.length, index);
    this.#network.carry(link, eventKinds.request, index, request, undefined);
  }

  alive(node: NodeId): boolean {
    return this.#named(node).alive;
  }

  paused(node: NodeId): boolean {
    return this.#named(node).paused;
  }

  primaries(): readonly NodeId[] {
    return this.nodes.filter((node) => (this.view(node)?.leads ?? null) !== null);
  }

  view(node: NodeId): ConsensusView | undefined {
    const { alive, state } = this.#named(node);
    return alive ? this.#protocol.view?.(state) : undefined;
  }

  state(node: NodeId): unknown {
    return this.#named(node).state;
  }

  cut(name: string, grudge: Grudge): void {
    this.#network.cut(name, grudge);
  }

  hold(name: string, grudge: Grudge): void {
    this.#network.hold(name, grudge);
  }

  disturb(name: string, disturbance: LinkDisturbance, grudge: Grudge): void {
    this.#network.disturb(name, disturbance, grudge);
  }

  undisturb(name: string): void {
    this.#network.undisturb(name);
  }

  crash(node: NodeId, kind: CrashKind): boolean {
    const found = this.#named(node);
    return found.alive && found.crash(kind);
  }

  crashAtBarrier(node: NodeId, synced: boolean, crashed: () => void = () => undefined, barriers = 1): void {
    const found = this.#named(node);
    if (found.alive) found.crashAtBarrier(barriers, synced, crashed);
  }

  restart(node: NodeId): void {
    const found = this.#named(node);
    if (found.started && !found.alive) found.start();
  }

  pause(node: NodeId): void {
    const found = this.#named(node);
    if (found.alive && !found.paused) found.pause();
  }

  resume(node: NodeId): void {
    const found = this.#named(node);
    if (found.paused) found.resume();
  }

  slow(node: NodeId, handling: Delay): void {
    this.#named(node).handling = handling;
  }

  setClock(node: NodeId, offsetMilliseconds: number, rate: number): void {
    this.#named(node).clock.set(this.#time.now, offsetMilliseconds, rate);
  }

  resetClock(node: NodeId): void {
    this.#named(node).clock.reset(this.#time.now);
  }

  stabilize(core: readonly NodeId[] = this.nodes): void {
    this.#core = new Set(core.map((node) => this.#named(node).index));
    this.#network.stabilize(this.#core);
  }

  brokenAssumptions(model: SystemModel): readonly BrokenAssumption[] {
    const queue = this.#queue;
    const slots = [
      ...queue.slotsOf(eventKinds.message),
      ...this.#network.kept().filter((slot) => queue.kind[slot] === eventKinds.message),
      ...this.#nodes.flatMap((node) => node.waiting()),
    ];
    const inFlight = slots.map((slot) => {
      const link = this.#network.linkOf(slot);
      return {
        link,
        sent: queue.sent[slot] ?? 0,
        up: this.#node(link.from).alive && this.#node(link.to).alive,
      };
    });
    const running = this.#nodes.filter(
      ({ index, alive, paused }) => alive && !paused && this.#core?.has(index) !== false,
    );
    const together = largestGroup(
      running.map(({ index }) => index),
      (one, other) => this.#network.connected(one, other),
    );
    return this.#watch.broken(model, {
      now: this.#time.now,
      nodes: this.nodes.length,
      unavailable: this.nodes.length - together,
      worstClock: Math.max(...this.#nodes.map(({ clock }) => clock.worst)),
      inFlight,
    });
  }

  /** The connection of a request broke: its client hears of it at once. */
  #broke(slot: number): void {
    const queue = this.#queue;
    const request = queue.kind[slot] === eventKinds.request ? queue.payload[slot] : queue.extra[slot];
    queue.free(slot);
    const broken: NoAnswer = "broken";
    this.after(0, () => (request as OpenRequest).answer(broken));
  }

  #node(index: number): SimulatedNode {
    const node = this.#nodes[index];
    if (node === undefined) throw new Error(`no node ${index}`);
    return node;
  }

  #named(name: NodeId): SimulatedNode {
    const node = this.#byName.get(name);
    if (node === undefined) throw new Error(`no node ${name}; there are ${this.nodes.join(", ")}`);
    return node;
  }
}
