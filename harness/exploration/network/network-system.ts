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
import type { ScriptedSystem } from "../script.ts";
import type { PartialOrder } from "../transition-system.ts";
import { actionAsData, actionInWords } from "./action-words.ts";
import { isStep } from "./beginning.ts";
import type { Outcome, Randomness } from "./handler-run.ts";
import { Hosts, type Asked } from "./hosts.ts";
import { afterCrash, delivered, withSent } from "./in-flight.ts";
import type { LocalState, Message } from "./local-state.ts";
import { nodeOf, type Budgets, type NetworkAction, type NetworkState } from "./network-state.ts";
import { Pasts } from "./past.ts";
import { PossibleActions } from "./possible-actions.ts";
import { renamings, type Renaming } from "./renamings.ts";
import { fingerprintBy, type FingerprintSettings } from "./state-fingerprint.ts";
import { asymmetry, checkGroups } from "./symmetric-groups.ts";
import { Watches } from "./watch.ts";
import { Witnesses } from "./witnesses.ts";

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
  readonly #possible: PossibleActions;
  readonly #watches: Watches;
  readonly #witnesses: Witnesses;
  /** By client, its requests. */
  readonly #requests: readonly (readonly Asked[])[];
  readonly #beginning: readonly BeginningStep[];
  readonly #inOrder: boolean;
  readonly #fingerprints: FingerprintSettings;
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
    const crashes = model.failures === "none" ? 0 : (configuration.crashes?.limit ?? 0);
    const mortal = this.nodes.map(
      (node) => crashes > 0 && configuration.crashes?.nodes?.includes(node) !== false,
    );
    this.#fingerprints = {
      count: this.#renamings.length,
      inOrder: this.#inOrder,
      mortal,
    };
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
      mortal: (node) => mortal[node] === true,
    });
    this.#possible = new PossibleActions({
      hosts: this.hosts,
      requests: this.#requests,
      inOrder: this.#inOrder,
      mayRestart: model.failures === "crash-recovery",
      mortal,
    });
    this.#watches = new Watches(options.monitors, this.nodes, this.#renamings);
    this.#witnesses = new Witnesses({
      nodes: this.nodes,
      requests: this.#requests,
      watches: this.#watches,
      pasts: configuration.check === undefined ? undefined : new Pasts(configuration.check),
    });
  }

  initial(): NetworkState[] {
    const { timers, crashes, losses, duplicates } = this.options.configuration;
    let states: NetworkState[] = [
      {
        locals: this.nodes.map((_, node) => this.hosts.unborn(node)),
        messages: [],
        left: {
          timers: timers?.limit ?? 0,
          crashes: this.options.model.failures === "none" ? 0 : (crashes?.limit ?? 0),
          losses: losses ?? 0,
          duplicates: duplicates ?? 0,
        },
        begun: 0,
        ...this.#witnesses.begin(),
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
    if (step === undefined) return this.#following(state);
    if (step.do === "clock") return [this.#clockSet(state, step)];
    // What the beginning loses is not of what may be lost later.
    const possible = this.#following({ ...state, left: { ...state.left, losses: 1 } });
    const steps = possible.filter((each) => isStep(each, step, this.nodes));
    const action = steps.at("latest" in step ? -1 : 0);
    if (action !== undefined) return [action];
    throw new UsageError(
      `Configuration ${this.options.configuration.name}: step ${state.begun + 1} of its beginning cannot be taken: ${JSON.stringify(step)}.`,
    );
  }

  #clockSet({ locals }: NetworkState, step: Extract<BeginningStep, { readonly do: "clock" }>): NetworkAction {
    const node = this.#position(step.node);
    return { kind: "clock", node, after: this.hosts.withClock(locals[node]!, step.shows) };
  }

  /** What follows a violation is of no interest. */
  #following(state: NetworkState): NetworkAction[] {
    return this.violation(state) === undefined ? this.#possible.in(state) : [];
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
          again ? state.messages : delivered(state.messages, message, this.#inOrder),
          again ? { ...left, duplicates: left.duplicates - 1 } : left,
        );
      }
      case "ask": {
        const { asked, outcome } = action;
        const seen = this.#witnesses.asked(state, asked);
        return this.#carriedOut({ ...state, ...seen }, asked.node, outcome, "step", state.messages, left);
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
      case "clock":
        return { ...state, locals: state.locals.with(action.node, action.after) };
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
   * The least, by each renaming, of the sums of the parts' fingerprints.
   */
  fingerprint(state: NetworkState, into: Uint32Array): void {
    fingerprintBy(state, 0, this.#fingerprints, into);
    let [low, high] = [into[0]!, into[1]!];
    for (let i = 1; i < this.#renamings.length; i++) {
      fingerprintBy(state, i, this.#fingerprints, into);
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
    fingerprintBy(state, 0, this.#fingerprints, words);
    return words;
  }

  describe(_state: NetworkState, action: NetworkAction): string {
    return actionInWords(action, this.nodes);
  }

  asData(_state: NetworkState, action: NetworkAction): JsonObject {
    return actionAsData(action, this.nodes);
  }

  /** Whether with names exchanged the same happens with names exchanged. */
  #checkSymmetry(state: NetworkState): void {
    const looked = this.#looked++;
    if (looked > alwaysChecked && looked % seldomChecked !== 0) return;
    const expected = this.#fingerprintsAfter(state);
    for (const renaming of this.#exchanges)
      if (this.#fingerprintsAfter(this.#exchanged(state, renaming)) !== expected)
        throw asymmetry(this.options.configuration);
  }

  /** The fingerprints of the states that may come next, in order. */
  #fingerprintsAfter(state: NetworkState): string {
    const words = new Uint32Array(2);
    const fingerprints = this.#following(state).map((action) => {
      this.fingerprint(this.next(state, action), words);
      return words.join(" ");
    });
    return fingerprints.toSorted().join(",");
  }

  #exchanged(state: NetworkState, renaming: Renaming): NetworkState {
    const locals: LocalState[] = [];
    for (const local of state.locals)
      locals[renaming.nodes[local.node]!] = this.hosts.exchanged(local, renaming);
    const messages = state.messages.map((message) => this.hosts.exchangedMessage(message, renaming));
    const watch = this.#watches.exchanged(state.watch, renaming);
    return { ...state, locals, messages: withSent([], messages), watch };
  }

  /** Kind and what it handles; the rest follows from the node's state, which independent steps leave as it is. */
  #keyOf(action: NetworkAction): number {
    if (!("outcome" in action) || action.kind === "restart") return -1;
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
    const first = this.#witnesses.of(this.#witnesses.of(state, one), other);
    const second = this.#witnesses.of(this.#witnesses.of(state, other), one);
    return first.watch === second.watch && first.past === second.past;
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
      ...this.#witnesses.heard(state, node, outcome, occasion),
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
    // Clients that wait for the node never hear.
    const clients = state.clients.map((at, client) =>
      (at & 1) === 1 && this.#requests[client]![at >> 1]!.node === node ? at + 1 : at,
    );
    return {
      locals: state.locals.with(node, after),
      messages: afterCrash(messages, node, this.#inOrder),
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
