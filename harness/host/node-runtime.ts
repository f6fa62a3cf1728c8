import type { ConsensusView } from "../../checkers/consensus/view.ts";
import type { Json, JsonObject } from "../../histories/json.ts";
import type { AnyProtocol, Durable, NodeContext, NodeId, Request } from "../../systems/contracts/protocol.ts";
import type { DurableStore } from "./durable-store.ts";

/** What the runtime needs of the process around it. */
export interface RuntimeOptions {
  readonly protocol: AnyProtocol;
  readonly id: NodeId;
  readonly nodes: readonly NodeId[];
  readonly store: DurableStore;
  readonly durable: Durable;
  readonly random: (bound: number) => number;
  readonly send: (to: NodeId, message: JsonObject) => void;
  readonly reply: (request: string, body: JsonObject) => void;
  readonly log: (message: string) => void;
  /** Looks at the node after each step. */
  readonly observe?: (view: ConsensusView) => void;
}

interface Output {
  /** The store's ticket that must be on the disk before this leaves. */
  readonly after: number;
  readonly leave: () => void;
}

/**
 * Runs one instance of a protocol. Handlers run one at a time and never wait; what they send waits in order
 * for the syncs called before it. Handlers go on while the disk works, and their sends queue behind.
 */
export class NodeRuntime {
  readonly #options: RuntimeOptions;
  readonly #context: NodeContext<JsonObject>;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #outputs: Output[] = [];
  readonly #state: unknown;
  #barrier = 0;

  constructor(options: RuntimeOptions) {
    this.#options = options;
    this.#context = this.#makeContext();
    this.#state = options.protocol.start(this.#context, options.durable);
    this.#afterStep();
  }

  onMessage(from: NodeId, message: JsonObject): void {
    this.#options.protocol.onMessage(this.#state, from, message, this.#context);
    this.#afterStep();
  }

  onRequest(request: Request): void {
    this.#options.protocol.onRequest(this.#state, request, this.#context);
    this.#afterStep();
  }

  /** Lets out what no longer waits for the disk; to be called when more has got there. */
  release(): void {
    const { durable } = this.#options.store;
    for (;;) {
      const first = this.#outputs[0];
      if (first === undefined || first.after > durable) return;
      this.#outputs.shift();
      first.leave();
    }
  }

  /** No timer fires any more. */
  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  /** What the protocol shows of its state. */
  view(): ConsensusView | undefined {
    return this.#options.protocol.view?.(this.#state);
  }

  #afterStep(): void {
    const { observe } = this.#options;
    const view = observe === undefined ? undefined : this.view();
    if (view !== undefined) observe?.(view);
    this.release();
  }

  #makeContext(): NodeContext<JsonObject> {
    const { id, nodes, random, store, send, reply, log } = this.#options;
    const output = (leave: () => void): void => {
      this.#outputs.push({ after: this.#barrier, leave });
    };
    return {
      id,
      nodes,
      now: () => Date.now(),
      random,
      send: (to, message) => output(() => (to === id ? this.#toMyself(message) : send(to, message))),
      reply: (request, body) => output(() => reply(request, body)),
      setTimer: (name, milliseconds) => this.#setTimer(name, milliseconds),
      cancelTimer: (name) => this.#cancelTimer(name),
      persist: (key: string, value: Json) => store.persist(key, value),
      sync: () => {
        this.#barrier = store.sync();
      },
      log,
    };
  }

  #toMyself(message: JsonObject): void {
    setImmediate(() => this.onMessage(this.#options.id, message));
  }

  #setTimer(name: string, milliseconds: number): void {
    this.#cancelTimer(name);
    const timer = setTimeout(() => {
      this.#timers.delete(name);
      this.#options.protocol.onTimer(this.#state, name, this.#context);
      this.#afterStep();
    }, milliseconds);
    this.#timers.set(name, timer);
  }

  #cancelTimer(name: string): void {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }
}
