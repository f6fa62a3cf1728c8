import type { ConsensusView } from "../../../checkers/consensus/view.ts";
import type { Json, JsonObject } from "../../../histories/json.ts";
import type { AnyProtocol, NodeId } from "../../../systems/contracts/protocol.ts";
import { copied, joinedHigh, joinedLow } from "../fingerprint.ts";
import {
  crashPoints,
  Recorder,
  type Answer,
  type CrashPoint,
  type Effect,
  type HandlerRun,
  type Outcome,
  type Randomness,
} from "./handler-run.ts";
import {
  joinNode,
  wordsOf,
  type LocalParts,
  type LocalState,
  type Message,
  type Write,
} from "./local-state.ts";
import { Pool } from "./pool.ts";
import { renamed, type Renaming } from "./renamings.ts";

/** A request as a client of the configuration makes it. */
export interface Asked {
  readonly number: number;
  readonly client: number;
  /** Which of the client's requests. */
  readonly position: number;
  /** Position of the node that is asked. */
  readonly node: number;
  readonly body: JsonObject;
  readonly id: string;
}

export interface HostsOptions {
  readonly protocol: AnyProtocol;
  readonly nodes: readonly NodeId[];
  readonly renamings: readonly Renaming[];
  readonly requests: readonly Asked[];
  /** Whether links keep the order of messages, so that lives of nodes must be told apart. */
  readonly inOrder: boolean;
  readonly randomness: Randomness;
  /** Which timers can ever fire. */
  readonly timed: (node: number, name: string) => boolean;
  /** Whether a node can crash. */
  readonly mortal: (node: number) => boolean;
}

/** More than there are messages, and lives of a node. */
const afterAllNumbers = 2 ** 40;
const mostLives = 2 ** 10;

const nobody: ReadonlyMap<string, Json> = new Map();

/**
 * Hosts the nodes: runs the handlers of a protocol, each once for every state of a node and everything that
 * may happen to it. What a handler does follows from these alone, so the many states of the network that
 * share a state of a node share its work.
 */
export class Hosts {
  readonly #options: HostsOptions;
  readonly #locals = new Pool<LocalState>();
  readonly #messages = new Pool<Message>();
  readonly #answers = new Pool<Answer & { readonly words: Int32Array }>();
  readonly #requests: ReadonlyMap<string, Asked>;
  readonly #timerNumbers = new Map<string, number>();

  constructor(options: HostsOptions) {
    this.#options = options;
    this.#requests = new Map(options.requests.map((request) => [request.id, request]));
  }

  /** Nodes in different states, and messages, met so far. */
  get sizes(): { readonly locals: number; readonly messages: number } {
    return { locals: this.#locals.size, messages: this.#messages.size };
  }

  /** A node that has never run. */
  unborn(node: number): LocalState {
    return this.#local({
      node,
      up: false,
      life: 0,
      state: undefined,
      stable: nobody,
      unsynced: [],
      timers: [],
      clock: 0,
    });
  }

  /** Starts a node with what it finds in its storage. */
  start(local: LocalState): readonly HandlerRun[] {
    return this.#runs(local, 0, undefined, (_state, recorder) =>
      this.#options.protocol.start(
        recorder,
        new Map([...local.stable].map(([key, value]) => [key, copied(value)])),
      ),
    );
  }

  deliver(local: LocalState, message: Message): readonly HandlerRun[] {
    return this.#runs(local, 1 + 3 * message.number, undefined, (state, recorder) => {
      const from = this.#options.nodes[message.from]!;
      this.#options.protocol.onMessage(state, from, copied(message.body), recorder);
      return state;
    });
  }

  ask(local: LocalState, { number, id, body }: Asked): readonly HandlerRun[] {
    return this.#runs(local, 2 + 3 * number, undefined, (state, recorder) => {
      this.#options.protocol.onRequest(state, { id, body: copied(body) }, recorder);
      return state;
    });
  }

  fire(local: LocalState, timer: string): readonly HandlerRun[] {
    let number = this.#timerNumbers.get(timer);
    if (number === undefined) this.#timerNumbers.set(timer, (number = this.#timerNumbers.size));
    return this.#runs(local, 3 + 3 * number, timer, (state, recorder) => {
      this.#options.protocol.onTimer(state, timer, recorder);
      return state;
    });
  }

  /** The node down, with the first `kept` of the writes that were not synced. */
  crash(local: LocalState, kept: number): LocalState {
    return this.#dead(local, written(local.stable, local.unsynced.slice(0, kept)));
  }

  /** The node with a clock that shows so many milliseconds. */
  withClock(local: LocalState, clock: number): LocalState {
    return this.#local({ ...local, clock });
  }

  /** The node with names exchanged, as another node. */
  exchanged(local: LocalState, renaming: Renaming): LocalState {
    const { nodes, rename } = renaming;
    const { up, life, state, stable, unsynced, timers, clock } = local;
    // Plain data stay what they are.
    return this.#local({
      node: nodes[local.node]!,
      up,
      life,
      state: renamed(state, renaming),
      stable: new Map([...stable].map(([key, value]) => [rename(key), renamed(value, renaming) as Json])),
      unsynced: unsynced.map(({ key, value }) => ({
        key: rename(key),
        value: renamed(value, renaming) as Json,
      })),
      timers: timers.map(rename).toSorted(),
      clock,
    });
  }

  /** The message with names exchanged, between other nodes. */
  exchangedMessage({ from, to, life, body }: Message, renaming: Renaming): Message {
    const { nodes } = renaming;
    return this.#message(nodes[from]!, life, nodes[to]!, renamed(body, renaming) as JsonObject);
  }

  #dead(local: LocalState, stable: ReadonlyMap<string, Json>): LocalState {
    const life = this.#options.inOrder ? local.life + 1 : 0;
    return this.#local({
      node: local.node,
      up: false,
      life,
      state: undefined,
      stable,
      unsynced: [],
      timers: [],
      clock: local.clock,
    });
  }

  #runs(
    local: LocalState,
    key: number,
    fired: string | undefined,
    handle: (state: unknown, recorder: Recorder) => unknown,
  ): readonly HandlerRun[] {
    const known = local.runs.get(key);
    if (known !== undefined) return known;
    const { nodes, randomness } = this.#options;
    const { clock } = local;
    const runs: HandlerRun[] = [];
    const timers = fired === undefined ? local.timers : local.timers.filter((name) => name !== fired);
    for (let draws: number[] | undefined = []; draws !== undefined;) {
      const recorder: Recorder = new Recorder(nodes[local.node]!, nodes, { timers, clock }, draws);
      let state: unknown = copied(local.state);
      let error: string | undefined;
      try {
        state = handle(state, recorder);
      } catch (thrown) {
        error = thrown instanceof Error ? thrown.message : String(thrown);
      }
      runs.push({
        draws: recorder.draws,
        bounds: randomness === "all" ? recorder.bounds.filter((bound) => bound > 1).length : 0,
        outcomes: this.#outcomes(local, state, recorder, error),
      });
      draws = randomness === "all" ? recorder.nextDraws() : undefined;
    }
    local.runs.set(key, runs);
    return runs;
  }

  #outcomes(local: LocalState, state: unknown, recorder: Recorder, error: string | undefined): Outcome[] {
    const { effects } = recorder;
    const { clock } = local;
    const { stable, unsynced } = storageAfter(local, effects);
    const after = this.#local({
      node: local.node,
      up: true,
      life: local.life,
      state,
      stable,
      unsynced,
      timers: [...recorder.timers].filter((name) => this.#options.timed(local.node, name)).toSorted(),
      clock,
    });
    const whole: Outcome = {
      ...this.#left(local, effects),
      after,
      lost: false,
      ...(error === undefined ? {} : { error }),
    };
    if (error !== undefined || !this.#options.mortal(local.node)) return [whole];
    return [
      whole,
      ...crashPoints(effects, local.unsynced.length).map((point) => this.#broken(local, effects, point)),
    ];
  }

  #broken(local: LocalState, all: readonly Effect[], point: CrashPoint): Outcome {
    const { until, kept } = point;
    const effects = all.slice(0, until);
    const { stable, unsynced } = storageAfter(local, effects);
    const after = this.#dead(local, written(stable, unsynced.slice(0, kept)));
    return { ...this.#left(local, effects), after, crashed: point, lost: kept < unsynced.length };
  }

  /** What has left a node that did this. */
  #left(local: LocalState, effects: readonly Effect[]): Pick<Outcome, "effects" | "sent" | "answers"> {
    const sent: Message[] = [];
    const answers: Answer[] = [];
    for (const effect of effects) {
      if (effect.kind === "send") sent.push(this.#sent(local, effect.to, effect.body));
      if (effect.kind === "reply") {
        const request = this.#requests.get(effect.request);
        if (request !== undefined) answers.push(this.#answer(request, effect.body));
      }
    }
    return { effects, sent, answers };
  }

  #local(parts: LocalParts): LocalState {
    const { renamings, protocol } = this.#options;
    const { node, up, life, state, stable, unsynced, timers, clock } = parts;
    const words = wordsOf(renamings, { up, life, state, clock });
    const timerWords = wordsOf(renamings, Object.fromEntries(timers.map((name) => [name, true])));
    const storageWords = wordsOf(renamings, [Object.fromEntries(stable), unsynced]);
    joinNode(words, renamings, node, 0);
    joinNode(timerWords, renamings, node, 0x100);
    joinNode(storageWords, renamings, node, 0x200);
    return this.#locals.get(allOf(words, timerWords, storageWords), (number) => ({
      node,
      up,
      life,
      state,
      stable,
      unsynced,
      timers,
      clock,
      number,
      words,
      timerWords,
      storageWords,
      runs: new Map(),
      view: up ? viewOf(protocol, state) : {},
    }));
  }

  #sent(sender: LocalState, to: NodeId, body: JsonObject): Message {
    const { nodes, inOrder, protocol } = this.#options;
    const receiver = nodes.indexOf(to);
    if (receiver === -1) {
      throw new Error(`${protocol.name} sends to ${to}, which is none of ${nodes.join(", ")}`);
    }
    return this.#message(sender.node, inOrder ? sender.life : 0, receiver, body);
  }

  #message(sender: number, life: number, receiver: number, body: JsonObject): Message {
    const { renamings, nodes, inOrder } = this.#options;
    const words = wordsOf(renamings, body);
    joinNode(words, renamings, sender, 0x300 + (life << 12));
    joinNode(words, renamings, receiver, 0x400);
    const ordered = inOrder || receiver === sender;
    const link = sender * nodes.length + receiver;
    return this.#messages.get(words, (number) => ({
      number,
      from: sender,
      to: receiver,
      life,
      body,
      place: ordered ? afterAllNumbers + link * mostLives + life : number,
      words,
    }));
  }

  #answer({ number: request, client, position }: Asked, body: JsonObject): Answer {
    const words = wordsOf([this.#options.renamings[0]!], [request, body]);
    return this.#answers.get(words, (number) => ({ number, client, position, body, words }));
  }
}

function viewOf(protocol: AnyProtocol, state: unknown): ConsensusView {
  return protocol.view?.(state) ?? {};
}

function storageAfter(
  local: LocalState,
  effects: readonly Effect[],
): { stable: ReadonlyMap<string, Json>; unsynced: readonly Write[] } {
  let stable = local.stable;
  let unsynced = [...local.unsynced];
  for (const effect of effects) {
    if (effect.kind === "persist") unsynced.push({ key: effect.key, value: effect.value });
    if (effect.kind === "sync") {
      stable = written(stable, unsynced);
      unsynced = [];
    }
  }
  return { stable, unsynced };
}

function written(stable: ReadonlyMap<string, Json>, writes: readonly Write[]): ReadonlyMap<string, Json> {
  if (writes.length === 0) return stable;
  const next = new Map(stable);
  for (const { key, value } of writes) next.set(key, value);
  return next;
}

/** One fingerprint of the three, in place of the first renaming's. */
function allOf(words: Int32Array, timers: Int32Array, storage: Int32Array): Int32Array {
  const half = words.length >> 1;
  let low = words[0]!;
  let high = words[half]!;
  for (const more of [timers, storage]) {
    const before = low;
    low = joinedLow(low, high, more[0]! ^ Math.imul(more[half]!, 0x9e37_79b1));
    high = joinedHigh(before, high, more[half]! ^ Math.imul(more[0]!, 0x85eb_ca6b));
  }
  return Int32Array.of(low, high);
}
