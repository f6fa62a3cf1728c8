import type { JsonObject } from "../../../histories/json.ts";

/** To whom something goes that leaves a node: a link's index, or this for the answer to a request. */
export const toClient = -1;

/** What a node has sent or answered and what waits, in order, for the disk. */
export class Outbox {
  /** Write number that must be stable first; receiver; request; body. The first `#head` have left. */
  #after: number[] = [];
  #to: number[] = [];
  #request: string[] = [];
  #body: JsonObject[] = [];
  #head = 0;

  get length(): number {
    return this.#after.length - this.#head;
  }

  add(after: number, to: number, request: string, body: JsonObject): void {
    this.#after.push(after);
    this.#to.push(to);
    this.#request.push(request);
    this.#body.push(body);
  }

  /** Lets out what waits for no more than the first `durable` writes. */
  release(durable: number, leave: (to: number, request: string, body: JsonObject) => void): void {
    while (this.#head < this.#after.length && (this.#after[this.#head] ?? 0) <= durable) {
      const at = this.#head++;
      leave(this.#to[at] ?? toClient, this.#request[at] ?? "", this.#body[at] ?? {});
    }
    if (this.#head === this.#after.length) this.clear();
    else if (2 * this.#head >= this.#after.length) {
      for (const column of [this.#after, this.#to, this.#request, this.#body]) column.splice(0, this.#head);
      this.#head = 0;
    }
  }

  clear(): void {
    this.#after.length = 0;
    this.#to.length = 0;
    this.#request.length = 0;
    this.#body.length = 0;
    this.#head = 0;
  }
}
