import { canonical, inWords, sameValue, type Json } from "../../../histories/json.ts";
import { unknownOutput, type Input, type Output, type Replay } from "../model.ts";
import { PrefixMinimum } from "./prefix-minimum.ts";

/** Beyond this, items are no longer listed. */
const MostListed = 20;

/** A first-in, first-out queue with `enqueue`, `dequeue` and `peek`, changed in place. */
export class QueueReplay implements Replay {
  readonly #items: Json[];
  #head = 0;

  constructor(initial: readonly Json[]) {
    this.#items = [...initial];
  }

  apply({ f, value }: Input, output: Output): string | undefined {
    if (f === "enqueue") {
      this.#items.push(value);
      return undefined;
    }
    if (this.#head === this.#items.length)
      return output === unknownOutput || output === null ? undefined : "the queue was empty";
    const first = this.#items[this.#head] ?? null;
    if (output === null) return `the queue was not empty: ${inWords(first)} was at its head`;
    if (output !== unknownOutput && !sameValue(first, output))
      return `${inWords(first)} was at the head of the queue, not ${inWords(output)}`;
    if (f === "dequeue") this.#items[this.#head++] = null;
    return undefined;
  }

  describe(): string {
    return listed(this.#items.slice(this.#head, this.#head + MostListed + 1).map(canonical));
  }
}

/**
 * A queue that hands out its items in any order, changed in place. Nobody knows which item an unknown
 * dequeue took; only that it was one inside at that time, which no known dequeue takes later. So the replay
 * holds on to every choice at once: one exists exactly if before each unknown dequeue at least as many items
 * had been enqueued, of those not dequeued by name, as unknown dequeues had come (Hall's theorem for sets
 * of which each contains the one before). An enqueued item of the same value is as good as another; the last
 * one serves the fewest unknown dequeues, so that is the one to give away.
 */
export class BagReplay implements Replay {
  /** Of each value, by its text: how many unknown dequeues had come before each of its items. */
  readonly #inside = new Map<string, number[]>();
  #size = 0;
  /** Of each unknown dequeue: items that it and the earlier ones could take, less these dequeues. */
  #spare = new PrefixMinimum();

  constructor(initial: readonly Json[]) {
    for (const item of initial) this.#add(canonical(item));
  }

  apply({ f, value }: Input, output: Output): string | undefined {
    if (f === "enqueue") {
      this.#add(canonical(value));
      return undefined;
    }
    if (output === unknownOutput) {
      const spare = this.#size - this.#spare.length;
      if (spare > 0) this.#spare.push(spare - 1 - this.#spare.sum);
      return undefined;
    }
    if (output === null) return this.#empty();
    return this.#remove(canonical(output));
  }

  #add(text: string): void {
    const items = this.#inside.get(text);
    if (items === undefined) this.#inside.set(text, [this.#spare.length]);
    else items.push(this.#spare.length);
    this.#size++;
  }

  #empty(): string | undefined {
    if (this.#size > this.#spare.length) return `the queue was not empty: it contained ${this.describe()}`;
    this.#inside.clear();
    this.#size = 0;
    this.#spare = new PrefixMinimum();
    return undefined;
  }

  #remove(text: string): string | undefined {
    const items = this.#inside.get(text);
    const before = items?.pop();
    if (items === undefined || before === undefined) return `the queue did not contain ${text}`;
    if (items.length === 0) this.#inside.delete(text);
    this.#size--;
    if (before === this.#spare.length) return undefined;
    this.#spare.add(before, -1);
    return this.#spare.minimum < 0
      ? `the queue did not contain ${text}: a dequeue of unknown outcome had taken it`
      : undefined;
  }

  describe(): string {
    const texts: string[] = [];
    for (const [text, items] of this.#inside) {
      if (texts.length > MostListed) break;
      texts.push(...items.slice(0, MostListed + 1).map(() => text));
    }
    const unknown = this.#spare.length;
    return listed(texts) + (unknown === 0 ? "" : ` less ${unknown} taken by dequeues of unknown outcome`);
  }
}

function listed(texts: readonly string[]): string {
  return texts.length > MostListed
    ? `[${texts.slice(0, MostListed).join(", ")}, …]`
    : `[${texts.join(", ")}]`;
}
