import { deliverable } from "./in-flight.ts";
import type { HandlerRun, Outcome } from "./handler-run.ts";
import type { Asked, Hosts } from "./hosts.ts";
import type { NetworkAction, NetworkState } from "./network-state.ts";

/** Of what a small configuration consists, as far as that says what may happen. */
export interface PossibleActionsOptions {
  readonly hosts: Hosts;
  /** By client, its requests. */
  readonly requests: readonly (readonly Asked[])[];
  /** Whether links keep the order of messages. */
  readonly inOrder: boolean;
  readonly mayRestart: boolean;
  /** By node, whether it may crash. */
  readonly mortal: readonly boolean[];
}

/** What may happen next: in each state of a network, all actions, each with what comes of it at its node. */
export class PossibleActions {
  readonly #hosts: Hosts;
  readonly #requests: readonly (readonly Asked[])[];
  readonly #inOrder: boolean;
  readonly #mayRestart: boolean;
  readonly #mortal: readonly boolean[];

  constructor({ hosts, requests, inOrder, mayRestart, mortal }: PossibleActionsOptions) {
    this.#hosts = hosts;
    this.#requests = requests;
    this.#inOrder = inOrder;
    this.#mayRestart = mayRestart;
    this.#mortal = mortal;
  }

  in(state: NetworkState): NetworkAction[] {
    const actions: NetworkAction[] = [];
    const { locals, left } = state;
    this.#addRequests(state, actions);
    this.#addDeliveries(state, actions);
    if (this.#mayRestart) {
      for (const [node, local] of locals.entries()) {
        if (local.up) continue;
        this.#add(this.#hosts.start(local), left.crashes > 0, (run, outcome) =>
          actions.push({ kind: "restart", node, run, outcome }),
        );
      }
    }
    if (left.timers > 0) {
      for (const [node, local] of locals.entries()) {
        for (const timer of local.timers) {
          this.#add(this.#hosts.fire(local, timer), left.crashes > 0, (run, outcome) =>
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
          actions.push({ kind: "crash", node, kept, after: this.#hosts.crash(local, kept) });
        }
      }
    }
    return actions;
  }

  #addRequests({ clients, locals, left }: NetworkState, actions: NetworkAction[]): void {
    for (let client = 0; client < clients.length; client++) {
      const at = clients[client]!;
      const asked = this.#requests[client]![at >> 1];
      if ((at & 1) === 1 || asked === undefined) continue;
      const local = locals[asked.node]!;
      if (!local.up) continue;
      this.#add(this.#hosts.ask(local, asked), left.crashes > 0, (run, outcome) =>
        actions.push({ kind: "ask", asked, run, outcome }),
      );
    }
  }

  #addDeliveries({ messages, locals, left }: NetworkState, actions: NetworkAction[]): void {
    for (let i = 0; i < messages.length; i++) {
      const message = messages[i]!;
      const local = locals[message.to]!;
      if (!local.up || !deliverable(messages, i, this.#inOrder)) continue;
      const runs = this.#hosts.deliver(local, message);
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
}
