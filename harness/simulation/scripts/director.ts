import { InputError } from "../../../histories/errors.ts";
import { canonical, type JsonObject } from "../../../histories/json.ts";
import type { NodeId } from "../../../systems/contracts/protocol.ts";
import type { NoAnswer } from "../simulated-world.ts";
import type { Hand, Pending, VirtualCluster } from "../world/index.ts";
import type { ScriptedChoices } from "./scripted-choices.ts";
import type { HalfWay, Handling, Step } from "./steps.ts";

type PendingMessage = Extract<Pending, { readonly kind: "message" }>;

/** Virtual microseconds from one step to the next. */
const stepMicroseconds = 1_000;

/** In which lives of its ends a message was sent. */
interface Lives {
  readonly from: number;
  readonly to: number;
  /** Whether its receiver was down. */
  readonly toDown: boolean;
}

export interface DirectorParts {
  readonly world: VirtualCluster;
  readonly choices: ScriptedChoices;
  /** Whether links keep the order of messages. */
  readonly inOrder: boolean;
  /** A client asks; told of the answer. */
  readonly asks: (
    client: number,
    node: NodeId,
    body: JsonObject,
  ) => { readonly request: string; readonly answered: (answer: JsonObject | NoAnswer) => void };
  readonly crashed: (node: NodeId, lost: boolean) => void;
  /** Clients have heard what a node answered in its step: monitors look at it once more, as at the end of the step. */
  readonly heard: (node: NodeId) => void;
}

/**
 * Makes a simulated world take given steps, and no others: the message that is named is handled next, the timer that is
 * named fires, whatever was due. An answer reaches its client at once.
 */
export class Director {
  readonly #parts: DirectorParts;
  readonly #hand: Hand;
  /** By node, how often it has crashed. */
  readonly #crashes: number[];
  readonly #lives = new Map<number, Lives>();
  #steps = 0;

  /** All nodes start. */
  constructor(parts: DirectorParts) {
    this.#parts = parts;
    const { world } = parts;
    this.#crashes = world.nodes.map(() => 0);
    this.#hand = world.hand();
    for (const _ of world.nodes) world.step();
    this.#look();
  }

  /** Takes the next step; an `InputError` says when it cannot be taken. */
  take(step: Step): void {
    this.#hand.passTo(++this.#steps * stepMicroseconds);
    switch (step.do) {
      case "deliver":
        this.#deliver(step);
        break;
      case "ask":
        this.#ask(step);
        break;
      case "fire":
        this.#fire(step);
        break;
      case "restart":
        this.#restart(step);
        break;
      case "crash":
        this.#crash(step);
        break;
      case "lose":
        this.#hand.lose(this.#message(step).slot);
        break;
      case "clock":
        this.#hand.setClock(this.#index(step, step.node), step.shows);
        break;
    }
    this.#look();
    if (this.#hear()) this.#parts.heard(step.do === "deliver" || step.do === "lose" ? step.to : step.node);
  }

  #deliver(step: Extract<Step, { readonly do: "deliver" }>): void {
    const { slot, from, to, number } = this.#message(step);
    if (this.#parts.inOrder) {
      // What its sender sent before it crashed, and what has not come by now, never will.
      for (const other of this.#messages(from, to)) {
        if ((this.#lives.get(other.number)?.from ?? 0) < (this.#lives.get(number)?.from ?? 0)) {
          this.#hand.sever(other.slot);
        }
      }
    }
    this.#handled(to, step, () => this.#hand.take(step.again ? this.#hand.double(slot) : slot));
  }

  #ask(step: Extract<Step, { readonly do: "ask" }>): void {
    const { world, asks } = this.#parts;
    const { client, node, body } = step;
    const { request, answered } = asks(client, node, body);
    world.request(client - 1, node, body, answered, request);
    const asked = this.#hand.pending().find((each) => each.kind === "request" && each.name === request);
    if (asked === undefined) throw this.#fault(step, "the request does not reach its node");
    this.#handled(this.#index(step, node), step, () => this.#hand.take(asked.slot));
  }

  #fire(step: Extract<Step, { readonly do: "fire" }>): void {
    const node = this.#index(step, step.node);
    const timers = this.#hand.pending().filter((each) => each.kind === "timer" && each.node === node);
    const timer = timers.find((each) => each.kind === "timer" && each.name === step.timer);
    if (timer === undefined) throw this.#fault(step, "this timer is not set");
    this.#handled(node, step, () => this.#hand.take(timer.slot));
  }

  #restart(step: Extract<Step, { readonly do: "restart" }>): void {
    const { world, inOrder } = this.#parts;
    const node = this.#index(step, step.node);
    if (world.alive(step.node)) throw this.#fault(step, "it is up");
    this.#handled(node, step, () => world.restart(step.node));
    if (!inOrder) return;
    for (const message of this.#messages(undefined, node)) {
      const lives = this.#lives.get(message.number);
      if (lives?.toDown === true && lives.to === this.#crashes[node]) this.#hand.reconnect(message.slot);
    }
  }

  #crash(step: Extract<Step, { readonly do: "crash" }>): void {
    const { world, choices, crashed } = this.#parts;
    const node = this.#index(step, step.node);
    if (!world.alive(step.node)) throw this.#fault(step, "it is down");
    choices.lose(this.#hand.unsynced(node) - step.kept);
    crashed(step.node, world.crash(step.node, "unsynced-lost"));
    this.#crashes[node]!++;
  }

  /** Lets a handler run, to its end or to where it is to crash. */
  #handled(node: number, step: Step & Handling, run: () => void): void {
    const { world, choices, crashed } = this.#parts;
    const name = world.nodes[node]!;
    choices.handle(step.random);
    const { crash } = step;
    if (crash === undefined) return run();
    let struck = false;
    this.#hand.trap(node, crash, () => {
      struck = true;
      crashed(name, !crash.synced);
    });
    run();
    if (!struck) throw this.#fault(step, inWords(crash));
    // What it sent before belongs to the life that ends here.
    this.#look();
    this.#crashes[node]!++;
  }

  /** The first message in flight that a step is about. */
  #message(step: Extract<Step, { readonly do: "deliver" | "lose" }>): PendingMessage {
    const [from, to] = [this.#index(step, step.from), this.#index(step, step.to)];
    const body = canonical(step.body);
    const found = this.#messages(from, to).find((message) => {
      if (canonical(message.body) !== body) return false;
      const lives = this.#lives.get(message.number)!;
      if (from === to) return lives.from === this.#crashes[from];
      if (!this.#parts.inOrder) return true;
      return lives.to === this.#crashes[to] && (step.do === "lose" || lives.from === step.life);
    });
    if (found === undefined) throw this.#fault(step, "no such message is on its way");
    return found;
  }

  #messages(from: number | undefined, to: number): PendingMessage[] {
    const messages: PendingMessage[] = [];
    for (const each of this.#hand.pending()) {
      if (each.kind === "message" && each.to === to && (from ?? each.from) === each.from) messages.push(each);
    }
    return messages;
  }

  /** Takes note of the messages that were sent. */
  #look(): void {
    const { world } = this.#parts;
    for (const each of this.#hand.pending()) {
      if (each.kind !== "message" || this.#lives.has(each.number)) continue;
      this.#lives.set(each.number, {
        from: this.#crashes[each.from]!,
        to: this.#crashes[each.to]!,
        toDown: !world.alive(world.nodes[each.to]!),
      });
    }
  }

  /** Clients hear what they were answered; whether anybody was. */
  #hear(): boolean {
    const answers = this.#hand.pending().filter(({ kind }) => kind === "answer");
    for (const { slot } of answers) this.#hand.take(slot);
    return answers.length > 0;
  }

  #index(step: Step, node: NodeId): number {
    const { nodes } = this.#parts.world;
    const index = nodes.indexOf(node);
    if (index === -1) throw this.#fault(step, `no node ${node}; there are ${nodes.join(", ")}`);
    return index;
  }

  #fault(step: Step, why: string): InputError {
    return new InputError("E_SCRIPT", {
      expected: `a step ${this.#steps} that the simulated world can take`,
      found: `${JSON.stringify(step)}: ${why}`,
      hint: "The script belongs to another protocol, mutant or configuration, or to another version of it.",
    });
  }
}

function inWords({ barrier }: HalfWay): string {
  return `its handler does not come to sync number ${barrier}`;
}
