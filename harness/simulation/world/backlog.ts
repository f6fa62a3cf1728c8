/** Numbers in the order in which they came. */
export class Backlog {
  #waiting: number[] = [];
  /** So many from the beginning were taken. */
  #taken = 0;

  get length(): number {
    return this.#waiting.length - this.#taken;
  }

  push(slot: number): void {
    this.#waiting.push(slot);
  }

  /** The first; −1 when there is none. */
  take(): number {
    const first = this.#waiting[this.#taken] ?? -1;
    if (first < 0) return first;
    this.#taken++;
    // What was taken is let go of before it is more than what waits; so a busy node's list stays short.
    if (2 * this.#taken >= this.#waiting.length) {
      this.#waiting.splice(0, this.#taken);
      this.#taken = 0;
    }
    return first;
  }

  all(): number[] {
    return this.#waiting.slice(this.#taken);
  }

  clear(): void {
    this.#waiting = [];
    this.#taken = 0;
  }
}
