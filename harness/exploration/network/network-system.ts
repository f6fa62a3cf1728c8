import type { Monitor, Occasion, Violation } from "../../../checkers/consensus/monitor.ts";
import { UsageError } from "../../../histories/errors.ts";
import type { JsonObject } from "../../../histories/json.ts";
import type {
  AnyProtocol,
  BeginningStep,
  Exploration,
  NodeId,
  SystemModel,
} from "../../../systems/contracts/protocol.ts";
import { joinedHigh, joinedLow } from "../fingerprint.ts";
import type { ScriptedSystem } from "../script.ts";
import type { PartialOrder } from "../transition-system.ts";
import type { HandlerRun, Outcome, Randomness } from "./handler-run.ts";
import { Hosts, type Asked } from "./hosts.ts";
import type { LocalState, Message } from "./local-state.ts";
import { renamings, type Renaming } from "./renamings.ts";
import { Pasts, type Past } from "./past.ts";
import { Watches, type Watch } from "./watch.ts";

/** The whole network at one moment: nodes, messages, clients, what may still go wrong, and the monitors. */
export interface NetworkState {
  readonly locals: readonly LocalState[];
  /** In flight, by their places. */
  readonly messages: readonly Message[];
  /** By client: twice the number of its requests that were answered, and 1 more while it waits. */
  readonly clients: readonly number[];
  readonly left: Budgets;
  /** How many steps of the beginning that all runs share were taken. */
  readonly begun: number;
  readonly watch: Watch;
  /** What clients have seen, where it is judged. */
  readonly past: Past | undefined;
}

/** How often each may still happen. */
export interface Budgets {
  readonly timers: number;
  readonly crashes: number;
  readonly losses: number;
  readonly duplicates: number;
}

/** What happens next. `outcome` is what comes of it at the node, with everything else left as it is. */
export type NetworkAction =
  | {
      readonly kind: "deliver";
      readonly message: Message;
      /** Whether it will come again. */
      readonly again: boolean;
      readonly run: HandlerRun;
      readonly outcome: Outcome;
    }
  | { readonly kind: "ask"; readonly asked: Asked; readonly run: HandlerRun; readonly outcome: Outcome }
  | {
      readonly kind: "fire";
      readonly node: number;
      readonly timer: string;
      readonly run: HandlerRun;
      readonly outcome: Outcome;
    }
  | { readonly kind: "restart"; readonly node: number; readonly run: HandlerRun; readonly outcome: Outcome }
  | { readonly kind: "crash"; readonly node: number; readonly kept: number; readonly after: LocalState }
  | { readonly kind: "lose"; readonly message: Message };

export interface NetworkOptions {
  readonly protocol: AnyProtocol;
  readonly model: SystemModel;
  readonly configuration: Exploration;
  readonly monitors: readonly Monitor[];
  /** Whether states that differ in which of the symmetric nodes is which are one. */
  readonly symmetry?: boolean;
  readonly randomness?: Randomness;
}

/** Of the first states the symmetry is checked always, then now and then. */
const alwaysChecked = 100;
const seldomChecked = 64;

/**
 * A network of nodes of a protocol in a small configuration, as a transition system. One step is one handler
 * run to its end, or half-way to a crash: a message is delivered, a client asks, a timer fires, a node starts
 * again; or a node crashes in between, or a message is lost. Time stands still. A message that is never
 * delivered stays in flight, so that losing it need be no step of its own.
 */
export class NetworkSystem implements ScriptedSystem<NetworkState, NetworkAction> {
  readonly nodes: readonly NodeId[];
  readonly options: NetworkOptions;
  readonly hosts: Hosts;
  readonly #renamings: readonly Renaming[];
  /** Those that exchange two nodes: all others are made of these. */
  readonly #exchanges: readonly Renaming[];
  readonly #watches: Watches;
  readonly #pasts: Pasts | undefined;
  /** By client, its requests. */
  readonly #requests: readonly (readonly Asked[])[];
  readonly #beginning: readonly BeginningStep[];
  readonly #inOrder: boolean;
  readonly #mayRestart: boolean;
  readonly #mortal: readonly boolean[];
  readonly #timerNumbers = new Map<string, number>();
  /** How many states' actions were asked for. */
  #looked = 0;

  /** Handlers at different nodes that run to their ends, unless only one of them may, or somebody sees which came first. */
  readonly order: PartialOrder<NetworkState, NetworkAction> = {
    keyOf: (action) => this.#keyOf(action),
    independent: (state, one, other) => this.#independent(state, one, other),
  };

  constructor(options: NetworkOptions) {
    const { configuration, model } = options;
    this.options = options;
    this.nodes = Array.from({ length: configuration.nodes }, (_, i) => `n${i + 1}`);
    this.#renamings = renamings(this.nodes, options.symmetry === true ? configuration.symmetric : []);
    this.#exchanges = this.#renamings.filter(
      ({ nodes }) => nodes.filter((to, from) => to !== from).length === 2,
    );
    let requests = 0;
    this.#requests = configuration.clients.map((script, client) =>
      script.map(({ node, body }, position) => ({
        number: requests++,
        client,
        position,
        node: this.#position(node),
        body,
        id: `c${client + 1}r${position + 1}`,
      })),
    );
    this.#beginning = configuration.beginning ?? [];
    this.#inOrder = model.channels === "fifo";
    this.#mayRestart = model.failures === "crash-recovery";
    const crashes = model.failures === "none" ? 0 : (configuration.crashes?.limit ?? 0);
    this.#mortal = this.nodes.map(
      (node) => crashes > 0 && configuration.crashes?.nodes?.includes(node) !== false,
    );
    if (options.symmetry === true) checkGroups(configuration);
    if (this.#inOrder && ((configuration.losses ?? 0) > 0 || (configuration.duplicates ?? 0) > 0)) {
      throw new UsageError(
        `Configuration ${configuration.name}: on links that keep the order nothing is lost or doubled while both ends live.`,
      );
    }
    this.hosts = new Hosts({
      protocol: options.protocol,
      nodes: this.nodes,
      renamings: this.#renamings,
      requests: this.#requests.flat(),
      inOrder: this.#inOrder,
      randomness: options.randomness ?? "simplest",
      timed: (node, name) => this.#timed(node, name),
      mortal: (node) => this.#mortal[node] === true,
    });
    this.#pasts = configuration.check === undefined ? undefined : new Pasts(configuration.check);
    this.#watches = new Watches(options.monitors, this.nodes, this.#renamings);
  }

  initial(): NetworkState[] {
    const { timers, crashes, losses, duplicates } = this.options.configuration;
    let states: NetworkState[] = [
      {
        locals: this.nodes.map((_, node) => this.hosts.unborn(node)),
        messages: [],
        clients: this.#requests.map(() => 0),
        left: {
          timers: timers?.limit ?? 0,
          crashes: this.options.model.failures === "none" ? 0 : (crashes?.limit ?? 0),
          losses: losses ?? 0,
          duplicates: duplicates ?? 0,
        },
        begun: 0,
        watch: this.#watches.begin(),
        past: this.#pasts?.begin(),
      },
    ];
    for (let node = 0; node < this.nodes.length; node++) {
      states = states.flatMap((state) =>
        this.hosts
          .start(state.locals[node]!)
          .map(({ outcomes }) =>
            this.#carriedOut(state, node, outcomes[0]!, "start", state.messages, state.left),
          ),
      );
    }
    return states;
  }

  actions(state: NetworkState): NetworkAction[] {
    if (this.#renamings.length > 1) this.#checkSymmetry(state);
    const step = this.#beginning[state.begun];
    if (step === undefined) return this.#actionsOf(state);
    // What the beginning loses is not of what may be lost later.
    const possible = this.#actionsOf({ ...state, left: { ...state.left, losses: 1 } });
    const action = possible.find((each) => this.#isStep(each, step));
    if (action !== undefined) return [action];
    throw new UsageError(
      `Configuration ${this.options.configuration.name}: step ${state.begun + 1} of its beginning cannot be taken: ${JSON.stringify(step)}.`,
    );
  }

  #isStep(action: NetworkAction, step: BeginningStep): boolean {
    if (action.kind === "ask") return step.do === "ask" && this.nodes[action.asked.node] === step.node;
    if (action.kind === "fire")
      return step.do === "fire" && this.nodes[action.node] === step.node && action.timer === step.timer;
    if (action.kind !== "deliver" && action.kind !== "lose") return false;
    if (step.do !== "deliver" && step.do !== "lose") return false;
    if (step.do !== action.kind) return false;
    const { from, to, body } = action.message;
    return this.nodes[from] === step.from && this.nodes[to] === step.to && body["type"] === step.type;
  }

  #actionsOf(state: NetworkState): NetworkAction[] {
    const actions: NetworkAction[] = [];
    // What follows a violation is of no interest.
    if (this.violation(state) !== undefined) return actions;
    const { locals, left } = state;
    this.#addRequests(state, actions);
    this.#addDeliveries(state, actions);
    if (this.#mayRestart) {
      for (const [node, local] of locals.entries()) {
        if (local.up) continue;
        this.#add(this.hosts.start(local), left.crashes > 0, (run, outcome) =>
          actions.push({ kind: "restart", node, run, outcome }),
        );
      }
    }
    if (left.timers > 0) {
      for (const [node, local] of locals.entries()) {
        for (const timer of local.timers) {
          this.#add(this.hosts.fire(local, timer), left.crashes > 0, (run, outcome) =>
            actions.push({ kind: "fire", node, timer, run, outcome }),
          );
        }
      }
    }
    if (left.losses > 0) {
      for (const [i, message] of state.messages.entries()) {
        if (message.from === message.to || state.messages.indexOf(message) !== i) continue;
        actions.push({ kind: "lose", message });
      }
    }
    if (left.crashes > 0) {
      for (const [node, local] of locals.entries()) {
        if (!local.up || this.#mortal[node] !== true) continue;
        for (let kept = 0; kept <= local.unsynced.length; kept++) {
          actions.push({ kind: "crash", node, kept, after: this.hosts.crash(local, kept) });
        }
      }
    }
    return actions;
  }

  next(state: NetworkState, action: NetworkAction): NetworkState {
    const next = this.#next(state, action);
    if (state.begun === this.#beginning.length) return next;
    return { ...next, begun: state.begun + 1, left: { ...next.left, losses: state.left.losses } };
  }

  #next(state: NetworkState, action: NetworkAction): NetworkState {
    const { left } = state;
    switch (action.kind) {
      case "deliver": {
        const { message, again, outcome } = action;
        return this.#carriedOut(
          state,
          message.to,
          outcome,
          "step",
          again ? state.messages : this.#delivered(state.messages, message),
          again ? { ...left, duplicates: left.duplicates - 1 } : left,
        );
      }
      case "ask": {
        const { client, node, number, body } = action.asked;
        const clients = state.clients.with(client, state.clients[client]! + 1);
        const watch = this.#watches.asked(state.watch, node, number, body);
        const past = state.past && this.#pasts?.asked(state.past, action.asked);
        return this.#carriedOut(
          { ...state, clients, watch, past },
          node,
          action.outcome,
          "step",
          state.messages,
          left,
        );
      }
      case "fire": {
        const { node, outcome } = action;
        const fewer = { ...left, timers: left.timers - 1 };
        return this.#carriedOut(state, node, outcome, "step", state.messages, fewer);
      }
      case "restart":
        return this.#carriedOut(state, action.node, action.outcome, "restart", state.messages, left);
      case "crash": {
        const { node, kept, after } = action;
        const lost = kept < state.locals[node]!.unsynced.length;
        return this.#crashed(state, node, after, lost, state.messages, left);
      }
      case "lose":
        return {
          ...state,
          messages: state.messages.toSpliced(state.messages.indexOf(action.message), 1),
          left: { ...left, losses: left.losses - 1 },
        };
    }
  }

  violation({ watch, past }: NetworkState): Violation | undefined {
    return watch.violation ?? past?.violation;
  }

  /** All clients have what they asked for; or there is no more time for it. */
  good(state: NetworkState): boolean {
    if (state.clients.every((at, client) => at === 2 * this.#requests[client]!.length)) return true;
    return state.left.timers === 0 && state.locals.some(({ timers }) => timers.length > 0);
  }

  /**
   * The least, by each renaming, of the sums of the parts' fingerprints. Left out is what cannot matter any
   * more: timers when none may fire, storage of a node that cannot crash any more.
   */
  fingerprint(state: NetworkState, into: Uint32Array): void {
    this.#fingerprintBy(state, 0, into);
    let [low, high] = [into[0]!, into[1]!];
    for (let i = 1; i < this.#renamings.length; i++) {
      this.#fingerprintBy(state, i, into);
      const [nextLow, nextHigh] = [into[0]!, into[1]!];
      if (nextLow > low || (nextLow === low && nextHigh >= high)) continue;
      low = nextLow;
      high = nextHigh;
    }
    into[0] = low;
    into[1] = high;
  }

  /** The fingerprint of the state as it is, whatever nodes are symmetric. */
  plainFingerprint(state: NetworkState): Uint32Array {
    const words = new Uint32Array(2);
    this.#fingerprintBy(state, 0, words);
    return words;
  }

  #fingerprintBy(
    { locals, messages, clients, left, begun, watch, past }: NetworkState,
    i: number,
    into: Uint32Array,
  ): void {
    const count = this.#renamings.length;
    let low = watch.words[i]!;
    let high = watch.words[count + i]!;
    for (let node = 0; node < locals.length; node++) {
      const local = locals[node]!;
      low = (low + local.words[i]!) | 0;
      high = (high + local.words[count + i]!) | 0;
      if (left.timers > 0) {
        low = (low + local.timerWords[i]!) | 0;
        high = (high + local.timerWords[count + i]!) | 0;
      }
      if (!local.up || (left.crashes > 0 && this.#mortal[node] === true)) {
        low = (low + local.storageWords[i]!) | 0;
        high = (high + local.storageWords[count + i]!) | 0;
      }
    }
    for (let at = 0; at < messages.length; at++) {
      const message = messages[at]!;
      let messageLow = message.words[i]!;
      let messageHigh = message.words[count + i]!;
      if (this.#inOrder || message.from === message.to) {
        const place = placeOnLink(messages, at);
        messageLow = joinedLow(messageLow, messageHigh, place);
        messageHigh = joinedHigh(messageLow, messageHigh, place);
      }
      low = (low + messageLow) | 0;
      high = (high + messageHigh) | 0;
    }
    const faults = left.crashes + (left.losses << 8) + (left.duplicates << 16) + (begun << 24);
    low = joinedLow(low, high, left.timers);
    high = joinedHigh(low, high, faults);
    low = joinedLow(low, high, faults);
    for (const client of clients) {
      low = joinedLow(low, high, client);
      high = joinedHigh(low, high, client);
    }
    if (past !== undefined) {
      low = joinedLow(low, high, past.words[0]!);
      high = joinedHigh(low, high, past.words[1]!);
    }
    into[0] = low;
    into[1] = high;
  }

  describe(_state: NetworkState, action: NetworkAction): string {
    const name = (node: number): string => this.nodes[node]!;
    switch (action.kind) {
      case "deliver": {
        const { message, again } = action;
        const twice = again ? ", which will come again" : "";
        return `deliver ${inBrief(message.body)} from ${name(message.from)} to ${name(message.to)}${twice}${ending(action)}`;
      }
      case "ask": {
        const { asked } = action;
        return `client ${asked.client + 1} asks ${name(asked.node)} to ${inBrief(asked.body)}${ending(action)}`;
      }
      case "fire":
        return `timer ${action.timer} of ${name(action.node)} fires${ending(action)}`;
      case "restart":
        return `${name(action.node)} restarts${ending(action)}`;
      case "crash": {
        const kept = action.kept === 0 ? "" : `, with ${action.kept} of its unsynced writes kept`;
        return `${name(action.node)} crashes${kept}`;
      }
      case "lose": {
        const { message } = action;
        return `lose ${inBrief(message.body)} from ${name(message.from)} to ${name(message.to)}`;
      }
    }
  }

  /**
   * Holds the symmetry to what it must be, for some of the states: with names exchanged, the same happens
   * with names exchanged.
   */
  #checkSymmetry(state: NetworkState): void {
    const looked = this.#looked++;
    if (looked > alwaysChecked && looked % seldomChecked !== 0) return;
    const words = new Uint32Array(2);
    const following = (from: NetworkState): string =>
      this.#actionsOf(from)
        .map((action) => {
          this.fingerprint(this.next(from, action), words);
          return words.join(" ");
        })
        .toSorted()
        .join(",");
    const expected = following(state);
    for (const renaming of this.#exchanges) {
      const exchanged = this.#exchanged(state, renaming);
      if (following(exchanged) === expected) continue;
      const groups = (this.options.configuration.symmetric ?? []).map((group) => group.join(" and "));
      throw new UsageError(
        `Configuration ${this.options.configuration.name}: ${groups.join("; ")} are not symmetric: with their names exchanged, ` +
          "another thing happens. Numbers that stand for nodes, and lists in the order of names, are not exchanged.",
      );
    }
  }

  #exchanged(state: NetworkState, renaming: Renaming): NetworkState {
    const locals: LocalState[] = [];
    for (const local of state.locals)
      locals[renaming.nodes[local.node]!] = this.hosts.exchanged(local, renaming);
    const messages = state.messages.map((message) => this.hosts.exchangedMessage(message, renaming));
    const watch = this.#watches.exchanged(state.watch, renaming);
    return { ...state, locals, messages: withSent([], messages), watch };
  }

  asData(_state: NetworkState, action: NetworkAction): JsonObject {
    const name = (node: number): string => this.nodes[node]!;
    switch (action.kind) {
      case "deliver": {
        const { from, to, body, life } = action.message;
        const copy = { ...(action.again ? { again: true } : {}), ...(life > 0 ? { life } : {}) };
        return { do: "deliver", from: name(from), to: name(to), body, ...copy, ...endingAsData(action) };
      }
      case "ask": {
        const { client, node, body } = action.asked;
        return { do: "ask", client: client + 1, node: name(node), body, ...endingAsData(action) };
      }
      case "fire":
        return { do: "fire", node: name(action.node), timer: action.timer, ...endingAsData(action) };
      case "restart":
        return { do: "restart", node: name(action.node), ...endingAsData(action) };
      case "crash":
        return { do: "crash", node: name(action.node), kept: action.kept };
      case "lose": {
        const { from, to, body } = action.message;
        return { do: "lose", from: name(from), to: name(to), body };
      }
    }
  }

  /** Kind and what it handles; the rest follows from the node's state, which independent steps leave as it is. */
  #keyOf(action: NetworkAction): number {
    if (action.kind === "crash" || action.kind === "lose" || action.kind === "restart") return -1;
    if (action.outcome.crashed !== undefined || action.run.bounds > 0) return -1;
    switch (action.kind) {
      case "deliver":
        return 4 * action.message.number + (action.again ? 1 : 0);
      case "ask":
        return 4 * action.asked.number + 2;
      case "fire": {
        const timer = `${action.node} ${action.timer}`;
        let number = this.#timerNumbers.get(timer);
        if (number === undefined) this.#timerNumbers.set(timer, (number = this.#timerNumbers.size));
        return 4 * number + 3;
      }
    }
  }

  #independent(state: NetworkState, one: NetworkAction, other: NetworkAction): boolean {
    if (nodeOf(one) === nodeOf(other)) return false;
    if (one.kind === "fire" && other.kind === "fire" && state.left.timers < 2) return false;
    if (one.kind === "deliver" && other.kind === "deliver") {
      if (one.again && other.again && state.left.duplicates < 2) return false;
    }
    const first = this.#seen(this.#seen(state, one), other);
    const second = this.#seen(this.#seen(state, other), one);
    return first.watch === second.watch && first.past === second.past;
  }

  /** What monitors and clients see of a handler that runs to its end. */
  #seen(seen: Seen, action: NetworkAction): Seen {
    if (action.kind === "crash" || action.kind === "lose" || action.kind === "restart") return seen;
    let { watch, past, clients } = seen;
    const node = nodeOf(action);
    if (action.kind === "ask") {
      const { client, number, body } = action.asked;
      clients = clients.with(client, clients[client]! + 1);
      watch = this.#watches.asked(watch, node, number, body);
      past &&= this.#pasts?.asked(past, action.asked);
    }
    return this.#heard({ watch, past, clients }, node, action.outcome, "step");
  }

  /** What is seen as a handler's answers arrive and it comes to its end. */
  #heard({ watch, past, clients }: Seen, node: number, outcome: Outcome, occasion: Occasion): Seen {
    for (const answer of outcome.answers) {
      const { client, position, number, body } = answer;
      if (clients[client] !== 2 * position + 1) continue;
      const asked = this.#requests[client]![position]!;
      clients = clients.with(client, 2 * position + 2);
      watch = this.#watches.answered(watch, node, number, asked.body, body);
      past &&= this.#pasts?.answered(past, asked, answer);
    }
    const { after, crashed, error } = outcome;
    if (crashed !== undefined) return { watch, past, clients };
    if (error === undefined) {
      watch = this.#watches.looked(watch, node, after.number, after.view, occasion);
    } else {
      watch = this.#watches.violated({
        property: "no-exception",
        nodes: [this.nodes[node]!],
        explanation: `${this.nodes[node]} failed: ${error}`,
      });
    }
    return { watch, past, clients };
  }

  #addRequests({ clients, locals, left }: NetworkState, actions: NetworkAction[]): void {
    for (let client = 0; client < clients.length; client++) {
      const at = clients[client]!;
      const asked = this.#requests[client]![at >> 1];
      if ((at & 1) === 1 || asked === undefined) continue;
      const local = locals[asked.node]!;
      if (!local.up) continue;
      this.#add(this.hosts.ask(local, asked), left.crashes > 0, (run, outcome) =>
        actions.push({ kind: "ask", asked, run, outcome }),
      );
    }
  }

  #addDeliveries({ messages, locals, left }: NetworkState, actions: NetworkAction[]): void {
    for (let i = 0; i < messages.length; i++) {
      const message = messages[i]!;
      const local = locals[message.to]!;
      if (!local.up || !this.#deliverable(messages, i)) continue;
      const runs = this.hosts.deliver(local, message);
      for (const again of left.duplicates > 0 && message.from !== message.to ? [false, true] : [false]) {
        this.#add(runs, left.crashes > 0, (run, outcome) =>
          actions.push({ kind: "deliver", message, again, run, outcome }),
        );
      }
    }
  }

  #add(
    runs: readonly HandlerRun[],
    withCrashes: boolean,
    add: (run: HandlerRun, outcome: Outcome) => void,
  ): void {
    for (const run of runs) {
      if (!withCrashes) add(run, run.outcomes[0]!);
      else for (const outcome of run.outcomes) add(run, outcome);
    }
  }

  /** Of equal messages the first; on links that keep the order the first of what its sender sent in one life. */
  #deliverable(messages: readonly Message[], i: number): boolean {
    const message = messages[i]!;
    const ordered = this.#inOrder || message.from === message.to;
    for (let j = 0; j < i; j++) {
      const before = messages[j]!;
      if (before === message) return false;
      if (ordered && before.from === message.from && before.to === message.to && before.life === message.life)
        return false;
    }
    return true;
  }

  /** Without a message, and without those that must not come after it: of earlier lives of its sender. */
  #delivered(messages: readonly Message[], message: Message): readonly Message[] {
    if (!this.#inOrder) return messages.toSpliced(messages.indexOf(message), 1);
    const at = messages.indexOf(message);
    return messages.filter(
      (each, i) =>
        i !== at && !(each.from === message.from && each.to === message.to && each.life < message.life),
    );
  }

  #carriedOut(
    state: NetworkState,
    node: number,
    outcome: Outcome,
    occasion: Occasion,
    messages: readonly Message[],
    left: Budgets,
  ): NetworkState {
    const { after, sent, crashed, lost } = outcome;
    const together = sent.length === 0 ? messages : withSent(messages, sent);
    const next = {
      locals: state.locals,
      messages: together,
      left,
      begun: state.begun,
      ...this.#heard(state, node, outcome, occasion),
    };
    if (crashed !== undefined) return this.#crashed(next, node, after, lost, together, left);
    return { ...next, locals: state.locals.with(node, after) };
  }

  #crashed(
    state: NetworkState,
    node: number,
    after: LocalState,
    lost: boolean,
    messages: readonly Message[],
    left: Budgets,
  ): NetworkState {
    // What a node sends to itself dies with it; so does what is on a link that keeps the order, at the receiver.
    const remaining = messages.filter(({ from, to }) => to !== node || (from !== node && !this.#inOrder));
    // Clients that wait for the node never hear.
    const clients = state.clients.map((at, client) =>
      (at & 1) === 1 && this.#requests[client]![at >> 1]!.node === node ? at + 1 : at,
    );
    return {
      locals: state.locals.with(node, after),
      messages: remaining,
      clients,
      left: { ...left, crashes: left.crashes - 1 },
      begun: state.begun,
      watch: this.#watches.crashed(state.watch, node, lost),
      past: state.past,
    };
  }

  #timed(node: number, name: string): boolean {
    const { timers } = this.options.configuration;
    if (timers === undefined || timers.limit === 0) return false;
    if (timers.nodes?.includes(this.nodes[node]!) === false) return false;
    return timers.names === undefined || timers.names.some((prefix) => name.startsWith(prefix));
  }

  #position(name: NodeId): number {
    const position = this.nodes.indexOf(name);
    if (position === -1) {
      const { configuration } = this.options;
      throw new UsageError(
        `Configuration ${configuration.name}: expected a node of ${this.nodes.join(", ")}, found ${name}.`,
      );
    }
    return position;
  }
}

/** Nodes can be symmetric only if clients, timers and crashes treat them alike. */
function checkGroups({ name, symmetric, clients, timers, crashes, beginning }: Exploration): void {
  if (symmetric !== undefined && beginning !== undefined) {
    throw new UsageError(
      `Configuration ${name}: its beginning is not the same for nodes that are symmetric.`,
    );
  }
  for (const group of symmetric ?? []) {
    const asked = group.find((node) => clients.some((script) => script.some((each) => each.node === node)));
    if (asked !== undefined) {
      throw new UsageError(
        `Configuration ${name}: ${asked} is asked by a client, so it is not as the others.`,
      );
    }
    for (const some of [timers?.nodes, crashes?.nodes]) {
      const alike = group.filter((node) => some?.includes(node) !== false);
      if (alike.length === 0 || alike.length === group.length) continue;
      throw new UsageError(
        `Configuration ${name}: timers or crashes are for some of ${group.join(", ")} only.`,
      );
    }
  }
}

/** What is seen from outside the nodes. */
type Seen = Pick<NetworkState, "watch" | "past" | "clients">;

/** At which node it happens; −1 if at none. */
function nodeOf(action: NetworkAction): number {
  switch (action.kind) {
    case "deliver":
      return action.message.to;
    case "ask":
      return action.asked.node;
    case "fire":
    case "restart":
    case "crash":
      return action.node;
    case "lose":
      return -1;
  }
}

function withSent(messages: readonly Message[], sent: readonly Message[]): Message[] {
  const together = [...messages];
  for (const message of sent) {
    let at = together.length;
    while (at > 0 && together[at - 1]!.place > message.place) at--;
    together.splice(at, 0, message);
  }
  return together;
}

/** How many messages that are in flight on the same link, from the same life of its sender, come before. */
function placeOnLink(messages: readonly Message[], at: number): number {
  const { from, to, life } = messages[at]!;
  let place = 0;
  for (let i = 0; i < at; i++) {
    const before = messages[i]!;
    if (before.from === from && before.to === to && before.life === life) place++;
  }
  return place;
}

function ending({ run, outcome }: { readonly run: HandlerRun; readonly outcome: Outcome }): string {
  const draws = run.draws.some((draw) => draw > 0) ? `, with random numbers ${run.draws.join(", ")}` : "";
  return outcome.crashed === undefined ? draws : `${draws}, and it crashes ${outcome.crashed.text}`;
}

function endingAsData({ run, outcome }: { readonly run: HandlerRun; readonly outcome: Outcome }): JsonObject {
  const random = run.draws.some((draw) => draw > 0) ? { random: run.draws } : {};
  if (outcome.crashed === undefined) return random;
  const { barrier, synced, kept } = outcome.crashed;
  return { ...random, crash: { barrier, synced, kept } };
}

/** A body in a few words: its type, then its other members. */
export function inBrief(body: JsonObject): string {
  const { type, ...members } = body;
  const rest = Object.entries(members).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  const name = typeof type === "string" ? type : "message";
  return rest.length === 0 ? name : `${name} {${rest.join(", ")}}`;
}
