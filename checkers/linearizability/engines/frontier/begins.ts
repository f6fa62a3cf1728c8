import { Numbers } from "../search/numbers.ts";

/** When calls of one class began: how many did so before an event. */
export class Begins {
  // Rising events, and how many calls began up to each.
  readonly #events = new Numbers(4);
  readonly #counts = new Numbers(4);

  /** How many there are. */
  get total(): number {
    return this.#countAt(this.#events.length - 1);
  }

  /** The next call begins. */
  add(event: number): void {
    this.#counts.push(this.total + 1);
    this.#events.push(event);
  }

  /** How many began before an event. */
  before(event: number): number {
    return this.#countAt(firstFrom(this.#events, event) - 1);
  }

  /** Whether one began from one event on and before another. */
  isAnyIn(from: number, to: number): boolean {
    return firstFrom(this.#events, from) < firstFrom(this.#events, to);
  }

  /** Takes the newest away; when it began. */
  takeNewest(): number {
    const last = this.#events.length - 1;
    const event = this.#events.get(last);
    this.#counts.set(last, this.#counts.get(last) - 1);
    if (this.#countAt(last) > this.#countAt(last - 1)) return event;
    this.#events.truncate(last);
    this.#counts.truncate(last);
    return event;
  }

  /** Puts calls together between which no mark lies: as if they began at the mark before. Marks rise. */
  round(marks: readonly number[]): void {
    const events = this.#events;
    const counts = this.#counts;
    let kept = 0;
    for (let i = 0, mark = 0; i < events.length; i++) {
      while (mark < marks.length && marks[mark]! <= events.get(i)) mark++;
      const event = mark === 0 ? marks[0]! - 1 : marks[mark - 1]!;
      if (kept > 0 && events.get(kept - 1) === event) kept--;
      events.set(kept, event);
      counts.set(kept++, counts.get(i));
    }
    events.truncate(kept);
    counts.truncate(kept);
  }

  /** The events that it tells apart. */
  events(): number[] {
    return Array.from({ length: this.#events.length }, (_, i) => this.#events.get(i));
  }

  #countAt(at: number): number {
    return at < 0 ? 0 : this.#counts.get(at);
  }
}

/** The first of rising numbers that is no less than another. */
function firstFrom(numbers: Numbers, event: number): number {
  let low = 0;
  let high = numbers.length;
  if (high === 0 || numbers.get(high - 1) < event) return high;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (numbers.get(middle) < event) low = middle + 1;
    else high = middle;
  }
  return low;
}
