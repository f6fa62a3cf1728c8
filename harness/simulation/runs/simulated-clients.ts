import type { Completion, Invocation } from "../../../systems/contracts/client.ts";
import type { NodeId } from "../../../systems/contracts/protocol.ts";
import type { JsonObject } from "../../../histories/json.ts";
import { answerPatience, completionOf, requestOf, unanswered, unsent } from "../../vocabulary.ts";
import type { SimulatedWorld } from "../simulated-world.ts";

/** A request that has not been answered yet. */
interface Waiting {
  readonly deadline: number;
  readonly operation: Invocation;
  readonly completed: (completion: Completion) => void;
  over: boolean;
}

/** Told of an answer that reached its client. */
export type Answered = (node: NodeId, request: JsonObject, answer: JsonObject) => void;

/**
 * The clients of a simulated run, who do as those of real processes: each speaks to one node, by its thread in
 * turn; what was refused has failed, and what was sent and not answered in time, or whose connection broke,
 * nobody knows of, unless it only reads.
 */
export class SimulatedClients {
  readonly #world: SimulatedWorld;
  readonly #answered: Answered | undefined;
  /** Patience is the same for all, so the oldest gives up first. */
  readonly #waiting: Waiting[] = [];
  #first = 0;

  constructor(world: SimulatedWorld, answered?: Answered) {
    this.#world = world;
    this.#answered = answered;
  }

  /** The node to which a thread speaks. */
  node(thread: number): NodeId {
    return this.#world.nodes[thread % this.#world.nodes.length] ?? "";
  }

  /** Asks the node of `thread`; `completed` is called once, later than now. */
  invoke(thread: number, operation: Invocation, completed: (completion: Completion) => void): void {
    const world = this.#world;
    const node = this.node(thread);
    const request = requestOf(operation);
    const waiting: Waiting = {
      deadline: world.now() + answerPatience * 1000,
      operation,
      completed,
      over: false,
    };
    this.#waiting.push(waiting);
    world.request(Number(operation.process), node, request, (answer) => {
      if (waiting.over) return;
      if (answer === "refused") this.#end(waiting, unsent("connection refused"));
      else if (answer === "broken") this.#end(waiting, unanswered(operation, "connection lost"));
      else {
        this.#answered?.(node, request, answer);
        this.#end(waiting, completionOf(operation, answer));
      }
    });
  }

  /** When the next client's patience ends; Infinity when nobody waits. */
  due(): number {
    for (; this.#first < this.#waiting.length; this.#first++) {
      const first = this.#waiting[this.#first];
      if (first?.over === false) return first.deadline;
    }
    return Infinity;
  }

  /** Those whose patience ends by now give up. */
  giveUp(): void {
    while (this.due() <= this.#world.now()) {
      const first = this.#waiting[this.#first++];
      if (first !== undefined)
        this.#end(first, unanswered(first.operation, `no answer within ${answerPatience} ms`));
    }
  }

  #end(waiting: Waiting, completion: Completion): void {
    waiting.over = true;
    waiting.completed(completion);
  }
}
