import type { JsonObject } from "../../../histories/json.ts";
import type { NoAnswer } from "../simulated-world.ts";

/** A client's request, from when it is asked until it is answered. */
export class OpenRequest {
  readonly process: number;
  readonly node: number;
  /** Its name at the node. */
  readonly id: string;
  readonly body: JsonObject;
  readonly #answered: (answer: JsonObject | NoAnswer) => void;
  #over = false;

  constructor(
    process: number,
    node: number,
    id: string,
    body: JsonObject,
    answered: (answer: JsonObject | NoAnswer) => void,
  ) {
    this.process = process;
    this.node = node;
    this.id = id;
    this.body = body;
    this.#answered = answered;
  }

  /** Tells the client, who is told once. */
  answer(answer: JsonObject | NoAnswer): void {
    if (this.#over) return;
    this.#over = true;
    this.#answered(answer);
  }
}
