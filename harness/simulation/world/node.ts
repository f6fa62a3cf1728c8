import type { Json, JsonObject } from "../../../histories/json.ts";
import type { Occasion } from "../../../checkers/consensus/monitor.ts";
import type { VectorClock } from "../../../histories/trace.ts";
import type { NodeContext, NodeId } from "../../../systems/contracts/protocol.ts";
import type { Choices } from "../choices.ts";
import type { CrashKind, NoAnswer } from "../simulated-world.ts";
import { Backlog } from "./backlog.ts";
import { copyOf, freezeDeeply } from "./copy.ts";
import { drawDelay, type Delay } from "./delay.ts";
import { eventKinds } from "./event-queue.ts";
import { HandlerError } from "./handler-error.ts";
import type { Link } from "./link.ts";
import { drawClock, type NodeClock } from "./node-clock.ts";
import type { NodeSurroundings } from "./node-surroundings.ts";
import { NodeTimers } from "./node-timers.ts";
import { OpenRequest } from "./open-request.ts";
import { Outbox, toClient } from "./outbox.ts";
import { NodeStorage } from "./storage.ts";

/** A crash at a barrier: when so many more have come, and whether what was written before it is stable. */
interface Trap {
  barriers: number;
  readonly synced: boolean;
  /** If not, how many of the writes that were not stable remain, the first of them. */
  readonly kept: number;
  readonly crashed: () => void;
}

const none = -1;

/**
 * One node: hosts a protocol object as a process does. Handlers run one at a time and never wait; what they
 * send waits in order for the syncs called before it; handlers go on while the disk works, and their sends
 * queue behind.
 */
export class SimulatedNode {
  readonly id: NodeId;
  readonly index: number;
  alive = false;
  paused = false;
  /** Counts starts; messages know which life they were sent to. */
  life = 1;
  /** How many handlers it has run, over all its lives. */
  steps = 0;
  state: unknown;
  handling: Delay;
  readonly clock: NodeClock;
  /** What its clock shows where clocks stand still, in milliseconds. */
  shown = 0;
  readonly #surroundings: NodeSurroundings;
  readonly #context: NodeContext<JsonObject>;
  readonly #choices: Choices;
  readonly #disk: Choices;
  readonly #links = new Map<NodeId, Link>();
  readonly #storage = new NodeStorage();
  readonly #outbox = new Outbox();
  readonly #timers: NodeTimers;
  readonly #open = new Map<string, OpenRequest>();
  /** Slots of events that wait until the node has time for them. */
  readonly #backlog = new Backlog();
  /** Whether it ever was. */
  started = false;
  /** Sends from now on wait for this write. */
  #barrier = 0;
  #diskSlot = none;
  #wakeSlot = none;
  #trap: Trap | undefined;
  /** In a handler whose barrier was the node's end: what comes after does not happen. */
  #ending: "synced" | "not synced" | undefined;

  constructor(id: NodeId, index: number, surroundings: NodeSurroundings) {
    this.id = id;
    this.index = index;
    this.#surroundings = surroundings;
    const { streams, nodes, network, settings, queue, time } = surroundings;
    this.#choices = streams.stream(`node ${id}`);
    this.#timers = new NodeTimers(index, queue, time, settings.ties, this.#choices);
    this.#disk = streams.stream(`disk ${id}`);
    this.handling = settings.handling;
    nodes.forEach((other, i) => this.#links.set(other, network.link(index, i)));
    this.clock = drawClock(settings.clocks, streams.stream(`clock ${id}`));
    this.#context = this.#makeContext();
  }

  /** Starts it with what its storage holds. */
  start(): void {
    const { protocol, tracer, watch, time, network, nodes } = this.#surroundings;
    const occasion = this.started ? "restart" : "start";
    if (this.started) {
      this.life++;
      watch.restarted(this.id, time.now);
      for (let from = 0; from < nodes.length; from++) {
        const link = network.link(from, this.index);
        link.next = link.sent;
      }
    }
    this.started = true;
    this.alive = true;
    this.#barrier = 0;
    tracer?.happened(this.index, { kind: occasion });
    try {
      this.state = protocol.start(this.#context, this.#storage.read());
    } catch (error) {
      this.#failed("its start", error);
    }
    this.#stepDone(occasion);
    this.#wake();
  }

  /** Ends it at once; nobody hears of anything that has not left. */
  crash(kind: CrashKind): boolean {
    const { watch, time, tracer } = this.#surroundings;
    const lost = this.#storage.crash(kind, this.#disk);
    watch.crashed(this.id, kind === "amnesia", time.now);
    tracer?.happened(this.index, { kind: "crash" });
    this.#end();
    return lost;
  }

  /** Crashes at the `barriers`-th sync from now on: what is called after it in its handler does not happen. */
  crashAtBarrier(barriers: number, synced: boolean, crashed: () => void, kept = 0): void {
    this.#trap = { barriers, synced, kept, crashed };
  }

  /** From now on events wait. */
  pause(): void {
    this.paused = true;
    this.#forget(this.#wakeSlot);
    this.#wakeSlot = none;
    this.#surroundings.tracer?.happened(this.index, { kind: "pause" });
  }

  resume(): void {
    this.paused = false;
    this.#surroundings.tracer?.happened(this.index, { kind: "resume" });
    this.#wake();
  }

  /** An event has come: it is handled now, or when the node has time. The slot is the node's. */
  arrive(slot: number): void {
    const { handling } = this;
    const idle = this.alive && !this.paused && this.#backlog.length === 0;
    if (idle && handling.kind === "constant" && handling.microseconds === 0) return this.#perform(slot);
    if (!this.alive && this.started) return this.#drop(slot, "refused");
    this.#backlog.push(slot);
    this.#wake();
  }

  /** Time for the first event that waits. */
  woken(): void {
    this.#surroundings.queue.free(this.#wakeSlot);
    this.#wakeSlot = none;
    const { queue } = this.#surroundings;
    let slot = this.#backlog.take();
    while (slot !== none && queue.kind[slot] === eventKinds.nothing) {
      queue.free(slot);
      slot = this.#backlog.take();
    }
    if (slot !== none) this.#perform(slot);
    this.#wake();
  }

  /** The disk has done what it was at; it works whether or not the node runs. */
  diskDone(slot: number): void {
    const { queue, tracer } = this.#surroundings;
    this.#diskSlot = none;
    this.#storage.committed();
    tracer?.happened(this.index, { kind: "sync" });
    this.#commitIfWanted();
    queue.kind[slot] = eventKinds.release;
    if (this.#outbox.length === 0) queue.free(slot);
    else this.arrive(slot);
  }

  /** How many of its writes are not on stable storage. */
  get unsynced(): number {
    return this.#storage.persisted - this.#storage.durable;
  }

  /** Messages that have arrived and wait for the node. */
  waiting(): readonly number[] {
    const { queue } = this.#surroundings;
    return this.#backlog.all().filter((slot) => queue.kind[slot] === eventKinds.message);
  }

  #makeContext(): NodeContext<JsonObject> {
    const { nodes, time, freeze, logged, tracer, timeless } = this.#surroundings;
    return {
      id: this.id,
      nodes,
      now: () => (timeless ? this.shown : this.clock.read(time.now)),
      random: (bound) => this.#choices.choose(bound, "random"),
      send: (to, message) => {
        const link = this.#links.get(to);
        if (link === undefined) throw new Error(`no node ${to} to send to`);
        if (freeze) freezeDeeply(message, `a message to ${to}`);
        if (this.#ending === undefined) this.#leaves(link.to, "", copyOf(message));
      },
      reply: (request, body) => {
        if (freeze) freezeDeeply(body, `the answer to ${request}`);
        if (this.#ending === undefined) this.#leaves(toClient, request, copyOf(body));
      },
      setTimer: (name, milliseconds) => {
        if (this.#ending === undefined) this.#timers.set(name, milliseconds);
      },
      cancelTimer: (name) => {
        if (this.#ending === undefined) this.#timers.cancel(name);
      },
      persist: (key, value) => this.#persist(key, value),
      sync: () => this.#sync(),
      log: (text) => {
        if (this.#ending !== undefined) return;
        tracer?.happened(this.index, { kind: "local", text });
        logged?.(this.id, text);
      },
    };
  }

  #perform(slot: number): void {
    const { queue, network, watch, time, tracer, protocol, nodes, asked } = this.#surroundings;
    const kind = queue.kind[slot];
    const payload = queue.payload[slot];
    switch (kind) {
      case eventKinds.message: {
        const from = queue.link[slot] ?? 0;
        const link = network.link(from, this.index);
        const order = queue.order[slot] ?? 0;
        watch.handledMessage(link, queue.sent[slot] ?? 0, order, queue.life[slot] !== this.life, time.now);
        const sender = nodes[from] ?? "";
        tracer?.receive(
          this.index,
          sender,
          queue.message[slot] ?? 0,
          queue.extra[slot] as VectorClock | undefined,
        );
        queue.free(slot);
        try {
          protocol.onMessage(this.state, sender, payload as JsonObject, this.#context);
        } catch (error) {
          this.#failed(`a message from ${sender}`, error, payload);
        }
        break;
      }
      case eventKinds.timer: {
        const name = payload as string;
        this.#timers.fired(name);
        queue.free(slot);
        tracer?.happened(this.index, { kind: "timer", name });
        try {
          protocol.onTimer(this.state, name, this.#context);
        } catch (error) {
          this.#failed(`timer ${name}`, error);
        }
        break;
      }
      case eventKinds.request: {
        const request = payload as OpenRequest;
        const { id, body, process } = request;
        queue.free(slot);
        this.#open.set(id, request);
        tracer?.happened(this.index, { kind: "request", process, body });
        asked?.(this.id, body);
        try {
          protocol.onRequest(this.state, { id, body: copyOf(body) }, this.#context);
        } catch (error) {
          this.#failed(`a request`, error, body);
        }
        break;
      }
      case eventKinds.release:
        queue.free(slot);
        this.#outbox.release(this.#storage.durable, this.#leave);
        return;
      default:
        throw new Error(`a node cannot handle an event of kind ${kind}`);
    }
    this.#stepDone("step");
  }

  #stepDone(occasion: Occasion): void {
    this.steps++;
    if (this.#ending === undefined) return this.#surroundings.stepped?.(this.id, occasion);
    const trap = this.#trap;
    const synced = this.#ending === "synced";
    this.#ending = undefined;
    const { durable } = this.#storage;
    this.#storage.cutAt(synced ? this.#barrier : durable + (trap?.kept ?? 0));
    const { watch, time, tracer } = this.#surroundings;
    watch.crashed(this.id, false, time.now);
    tracer?.happened(this.index, { kind: "crash" });
    this.#end();
    trap?.crashed();
  }

  /** Something leaves: at once, or when the disk is there. */
  #leaves(to: number, request: string, body: JsonObject): void {
    const { durable } = this.#storage;
    if (this.#outbox.length === 0 && this.#barrier <= durable) this.#leave(to, request, body);
    else this.#outbox.add(this.#barrier, to, request, body);
  }

  readonly #leave = (to: number, request: string, body: JsonObject): void => {
    const { network, nodes, tracer } = this.#surroundings;
    if (to !== toClient) return network.send(network.link(this.index, to), body);
    const open = this.#open.get(request);
    if (open === undefined) {
      return tracer?.happened(this.index, { kind: "local", text: `reply to ${request}, which is not open` });
    }
    this.#open.delete(request);
    tracer?.happened(this.index, { kind: "reply", process: open.process, body });
    network.carry(network.link(this.index, nodes.length), eventKinds.answer, this.index, body, open);
  };

  #persist(key: string, value: Json): void {
    if (this.#ending !== undefined) return;
    this.#storage.persist(key, copyOf(value));
    const { backgroundSync } = this.#surroundings.settings.storage;
    if (backgroundSync === 0 || this.#disk.choose(1000, "background sync") < 1000 - backgroundSync) return;
    this.#storage.wanted = this.#storage.persisted;
    this.#commitIfWanted();
  }

  #sync(): void {
    if (this.#ending !== undefined) return;
    const storage = this.#storage;
    this.#barrier = storage.wanted = storage.persisted;
    const trap = this.#trap;
    if (trap !== undefined && --trap.barriers <= 0) {
      this.#ending = trap.synced ? "synced" : "not synced";
      return;
    }
    this.#commitIfWanted();
  }

  #commitIfWanted(): void {
    const storage = this.#storage;
    if (!storage.idleAndWanted()) return;
    const { queue, time, settings } = this.#surroundings;
    storage.beginCommit();
    const taken = drawDelay(settings.storage.sync, this.#disk, "sync");
    if (taken === 0) storage.committed();
    else this.#diskSlot = queue.add(time.now + taken, eventKinds.disk, this.index, undefined);
  }

  /** Sees to it that the first waiting event is handled when the node has had time for it. */
  #wake(): void {
    if (!this.alive || this.paused || this.#wakeSlot !== none || this.#backlog.length === 0) return;
    const { queue, time } = this.#surroundings;
    const taken = drawDelay(this.handling, this.#choices, "handling");
    this.#wakeSlot = queue.add(time.now + taken, eventKinds.wake, this.index, undefined);
  }

  /** The node is no more; what it had in memory is gone, and connections to it break. */
  #end(): void {
    this.alive = false;
    this.paused = false;
    this.state = undefined;
    this.#trap = undefined;
    this.#ending = undefined;
    this.#outbox.clear();
    this.#forget(this.#wakeSlot);
    this.#forget(this.#diskSlot);
    this.#wakeSlot = this.#diskSlot = none;
    const { network, nodes } = this.#surroundings;
    this.#timers.clear();
    const waiting = this.#backlog.all();
    this.#backlog.clear();
    for (const slot of waiting) this.#drop(slot, "broken");
    const back = network.link(this.index, nodes.length);
    for (const open of this.#open.values()) {
      network.carry(back, eventKinds.answer, this.index, "broken" satisfies NoAnswer, open);
    }
    this.#open.clear();
  }

  /** An event comes to a node that is down, or was waiting for one that crashed. */
  #drop(slot: number, answer: NoAnswer): void {
    const { queue, network, nodes } = this.#surroundings;
    const kind = queue.kind[slot];
    if (kind === eventKinds.message) {
      network.unreceived(network.link(queue.link[slot] ?? 0, this.index), queue.message[slot] ?? 0);
    } else if (kind === eventKinds.request) {
      const back = network.link(this.index, nodes.length);
      network.carry(back, eventKinds.answer, this.index, answer, queue.payload[slot]);
    }
    queue.free(slot);
  }

  #forget(slot: number): void {
    if (slot !== none) this.#surroundings.queue.drop(slot);
  }

  /** A handler threw, as a process that dies of it: the run cannot go on as if nothing had been. */
  #failed(at: string, error: unknown, payload?: unknown): never {
    this.#ending = undefined;
    throw new HandlerError(this.id, at, error, payload);
  }
}
