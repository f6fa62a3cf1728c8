import type { Json, JsonObject } from "../../../histories/json.ts";
import type { NodeContext, NodeId, Protocol } from "../../contracts/protocol.ts";

type Effect =
  | { readonly kind: "persist"; readonly key: string; readonly value: Json }
  | { readonly kind: "sync" }
  | { readonly kind: "leave"; readonly act: () => void };

interface Event {
  readonly due: number;
  readonly act: () => void;
  cancelled: boolean;
}

interface Message {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly body: JsonObject;
}

interface Node<State> {
  readonly id: NodeId;
  state: State | undefined;
  /** Counts starts and crashes, so that what belongs to an earlier life is known. */
  life: number;
  readonly stable: Map<string, Json>;
  unsynced: { key: string; value: Json }[];
  effects: Effect[];
  syncing: boolean;
  readonly timers: Map<string, Event>;
  readonly open: Map<string, (body: JsonObject | undefined) => void>;
}

export interface TestClusterOptions<State> {
  readonly protocol: Protocol<State, JsonObject>;
  readonly nodes: readonly NodeId[];
  /** Uniform in 0..bound−1. */
  readonly random: (bound: number) => number;
  /**
   * Absent: messages and timers wait until a script delivers or fires them, and syncs take no time.
   * Otherwise everything happens by itself in virtual time, with delays up to the maximum, in milliseconds.
   */
  readonly network?: {
    readonly maximumDelay: number;
    readonly lostOf100: number;
    readonly doubledOf100: number;
    /** Links are channels: what is sent arrives in order and once, after a cut too; with a receiver that crashes it is lost. */
    readonly inOrder?: boolean;
  };
  /** Called after every step of a node. */
  readonly onStep?: (node: NodeId, state: State) => void;
  /** Called when a message leaves a node. */
  readonly onSend?: (from: NodeId, body: JsonObject) => void;
}

/**
 * Nodes of a protocol in memory and in virtual time: messages are delayed, reordered, lost and doubled (or not, on channels),
 * links cut, nodes crash and lose what they had not synced. Everything follows from the random numbers.
 */
export class TestCluster<State> {
  now = 0;
  /** By how many milliseconds clocks are ahead; 0 unless given. */
  readonly clockOffsets = new Map<NodeId, number>();
  /** Messages that wait for a script. */
  readonly inFlight: Message[] = [];
  readonly #options: TestClusterOptions<State>;
  readonly #nodes: Map<NodeId, Node<State>>;
  readonly #events: Event[] = [];
  #requests = 0;
  #lossy = true;
  #cut: (from: NodeId, to: NodeId) => boolean = () => false;
  /** By link, what is on its way on channels: since which life of its receiver, and when it is due. */
  readonly #channels = new Map<string, { readonly message: Message; readonly life: number; due: number }[]>();

  constructor(options: TestClusterOptions<State>) {
    this.#options = options;
    this.#nodes = new Map(
      options.nodes.map((id) => [
        id,
        {
          id,
          state: undefined,
          life: 0,
          stable: new Map(),
          unsynced: [],
          effects: [],
          syncing: false,
          timers: new Map(),
          open: new Map(),
        },
      ]),
    );
    for (const id of options.nodes) this.start(id);
  }

  isUp(id: NodeId): boolean {
    return this.#node(id).state !== undefined;
  }

  start(id: NodeId): void {
    const node = this.#node(id);
    node.life++;
    // What is read back is what JSON keeps, as from a real disk.
    const durable = new Map([...node.stable].map(([key, value]) => [key, asJson(value)]));
    node.state = this.#options.protocol.start(this.#context(node), durable);
    this.#drain(node);
  }

  /** Ends a node at once: clients hear nothing any more (`undefined`), a part of the unsynced is lost. */
  crash(id: NodeId): void {
    const node = this.#node(id);
    node.life++;
    node.state = undefined;
    const surviving = this.#options.random(node.unsynced.length + 1);
    for (const { key, value } of node.unsynced.slice(0, surviving)) node.stable.set(key, value);
    node.unsynced = [];
    node.effects = [];
    node.syncing = false;
    for (const timer of node.timers.values()) timer.cancelled = true;
    node.timers.clear();
    const open = [...node.open.values()];
    node.open.clear();
    for (const answer of open) answer(undefined);
  }

  /** From now on messages for which `cut` holds are lost; on channels they wait. */
  partition(cut: (from: NodeId, to: NodeId) => boolean): void {
    this.#cut = cut;
    for (const link of this.#channels.keys()) this.#schedule(0, () => this.#passOn(link));
  }

  /** From now on the network loses and doubles nothing, no link is cut, and every node is up. */
  heal(): void {
    this.#lossy = false;
    this.partition(() => false);
    for (const [id, { state }] of this.#nodes) if (state === undefined) this.start(id);
  }

  request(id: NodeId, body: JsonObject, answer: (body: JsonObject | undefined) => void): void {
    const request = `r${++this.#requests}`;
    this.#node(id).open.set(request, answer);
    this.#handle(id, (state, context) =>
      this.#options.protocol.onRequest(state, { id: request, body }, context),
    );
  }

  /** Script: delivers every waiting message of that type from one node to another. */
  deliver(from: NodeId, to: NodeId, type: string): void {
    const chosen = this.inFlight.filter(
      (message) => message.from === from && message.to === to && message.body["type"] === type,
    );
    if (chosen.length === 0) throw new Error(`no ${type} from ${from} to ${to} is in flight`);
    for (const message of chosen) {
      this.inFlight.splice(this.inFlight.indexOf(message), 1);
      this.#receive(message);
    }
  }

  /** Script: loses every waiting message. */
  lose(): void {
    this.inFlight.splice(0);
  }

  /** Script: fires a timer of a node whose name begins so. */
  fire(id: NodeId, prefix: string): void {
    const timers = this.#node(id).timers;
    const name = [...timers.keys()].find((each) => each.startsWith(prefix));
    if (name === undefined) throw new Error(`no timer ${prefix} is set on ${id}`);
    const timer = timers.get(name);
    timers.delete(name);
    timer?.act();
  }

  /** Calls `act` after `milliseconds`. */
  after(milliseconds: number, act: () => void): void {
    this.#schedule(milliseconds, act);
  }

  /** Lets time pass until `time`, or until nothing more happens. */
  run(time: number): void {
    for (;;) {
      const event = this.#events[0];
      if (event === undefined || event.due > time) break;
      this.#events.shift();
      if (event.cancelled) continue;
      this.now = event.due;
      event.act();
    }
    this.now = time;
  }

  #context(node: Node<State>): NodeContext<JsonObject> {
    const { random, nodes } = this.#options;
    const leave = (act: () => void): void => void node.effects.push({ kind: "leave", act });
    return {
      id: node.id,
      nodes,
      random,
      now: () => this.now + (this.clockOffsets.get(node.id) ?? 0),
      send: (to, body) => leave(() => this.#transmit({ from: node.id, to, body: asJson(body) })),
      reply: (request, body) =>
        leave(() => {
          const answer = node.open.get(request);
          node.open.delete(request);
          answer?.(body);
        }),
      setTimer: (name, milliseconds) => this.#setTimer(node, name, milliseconds),
      cancelTimer: (name) => {
        const timer = node.timers.get(name);
        if (timer !== undefined) timer.cancelled = true;
        node.timers.delete(name);
      },
      persist: (key, value) => void node.effects.push({ kind: "persist", key, value: asJson(value) }),
      sync: () => void node.effects.push({ kind: "sync" }),
      log: () => undefined,
    };
  }

  #setTimer(node: Node<State>, name: string, milliseconds: number): void {
    const old = node.timers.get(name);
    if (old !== undefined) old.cancelled = true;
    const act = (): void => {
      node.timers.delete(name);
      this.#handle(node.id, (state, context) => this.#options.protocol.onTimer(state, name, context));
    };
    const timer =
      this.#options.network === undefined
        ? { due: Infinity, act, cancelled: false }
        : this.#schedule(milliseconds, act);
    node.timers.set(name, timer);
  }

  #transmit(message: Message): void {
    const { network, random, onSend } = this.#options;
    onSend?.(message.from, message.body);
    if (network === undefined) return void this.inFlight.push(message);
    const arrive = (): void => {
      if (!this.#cut(message.from, message.to)) this.#receive(message);
    };
    if (message.to === message.from) return void this.#schedule(0, arrive);
    if (network.inOrder === true) return this.#queue(message, this.now + 1 + random(network.maximumDelay));
    const lost = this.#lossy && random(100) < network.lostOf100;
    if (!lost) this.#schedule(1 + random(network.maximumDelay), arrive);
    if (this.#lossy && random(100) < network.doubledOf100)
      this.#schedule(1 + random(3 * network.maximumDelay), arrive);
  }

  #queue(message: Message, due: number): void {
    const link = `${message.from} ${message.to}`;
    const channel = this.#channels.get(link) ?? [];
    this.#channels.set(link, channel);
    channel.push({ message, life: this.#node(message.to).life, due });
    this.#schedule(due - this.now, () => this.#passOn(link));
  }

  /** Delivers what is due on a channel, from the first on. */
  #passOn(link: string): void {
    const channel = this.#channels.get(link) ?? [];
    for (let first = channel[0]; first !== undefined; first = channel[0]) {
      const { message, life, due } = first;
      if (due > this.now || this.#cut(message.from, message.to)) return;
      channel.shift();
      if (life === this.#node(message.to).life) this.#receive(message);
    }
  }

  #receive({ from, to, body }: Message): void {
    this.#handle(to, (state, context) => this.#options.protocol.onMessage(state, from, body, context));
  }

  #handle(id: NodeId, handler: (state: State, context: NodeContext<JsonObject>) => void): void {
    const node = this.#node(id);
    if (node.state === undefined) return;
    handler(node.state, this.#context(node));
    this.#options.onStep?.(id, node.state);
    this.#drain(node);
  }

  /** Carries out effects in order; a sync holds up those behind it until the disk is done. */
  #drain(node: Node<State>): void {
    while (!node.syncing) {
      const effect = node.effects.shift();
      if (effect === undefined) return;
      if (effect.kind === "leave") effect.act();
      else if (effect.kind === "persist") node.unsynced.push(effect);
      else this.#sync(node);
    }
  }

  #sync(node: Node<State>): void {
    const done = (): void => {
      for (const { key, value } of node.unsynced) node.stable.set(key, value);
      node.unsynced = [];
    };
    if (this.#options.network === undefined || node.unsynced.length === 0) return done();
    node.syncing = true;
    const { life } = node;
    this.#schedule(this.#options.random(4), () => {
      if (node.life !== life) return;
      node.syncing = false;
      done();
      this.#drain(node);
    });
  }

  #schedule(milliseconds: number, act: () => void): Event {
    const event = { due: this.now + milliseconds, act, cancelled: false };
    let at = this.#events.length;
    while (at > 0 && (this.#events[at - 1]?.due ?? 0) > event.due) at--;
    this.#events.splice(at, 0, event);
    return event;
  }

  #node(id: NodeId): Node<State> {
    const node = this.#nodes.get(id);
    if (node === undefined) throw new Error(`no node ${id}`);
    return node;
  }
}

/** A copy of what JSON keeps of a value, as on a wire or a disk. */
function asJson<Value extends Json>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}
