import { inWords, sameValue, type Json } from "../../histories/json.ts";
import type { Calls } from "./calls.ts";
import type { Pattern } from "./engines/engine.ts";
import type { Contradiction } from "./explain.ts";
import { Items, type Inside } from "./items.ts";
import type { Words } from "./words.ts";

/** The sentence of a pattern of items; `undefined` where the heart does not bear it out. */
export function itemSentence(
  pattern: Pattern,
  about: Contradiction,
  words: Words,
  culprit: number,
): string | undefined {
  const items = Items.of(about.heart);
  return items === undefined ? undefined : new ItemSentences(about, words, culprit, items).of(pattern);
}

class ItemSentences {
  readonly #about: Contradiction;
  readonly #heart: Calls;
  readonly #words: Words;
  readonly #culprit: number;
  readonly #items: Items;
  readonly #what: string;
  readonly #subject: string;

  constructor(about: Contradiction, words: Words, culprit: number, items: Items) {
    this.#about = about;
    this.#heart = about.heart;
    this.#words = words;
    this.#culprit = culprit;
    this.#items = items;
    this.#what = words.opening(about.call);
    this.#subject = words.subject(about.call);
  }

  of(pattern: Pattern): string | undefined {
    switch (pattern) {
      case "removed-twice":
        return this.#removedTwice();
      case "out-of-order":
        return this.#outOfOrder();
      case "priority-inverted":
        return this.#priorityInverted();
      case "not-empty":
        return this.#notEmpty();
      case "missing":
      case "unexpected":
        return this.#missing() ?? this.#unexpected();
      default:
        return undefined;
    }
  }

  #removedTwice(): string | undefined {
    const item = this.#taken();
    if (item === undefined) return undefined;
    const other = this.#items.removedElsewhere(this.#culprit, item);
    if (other === undefined) return undefined;
    const there = this.#items.adds(item).length + this.#items.initially(item);
    const often =
      there === 1
        ? "only once"
        : `only ${there} times, and removed ${this.#items.removes(item).length} times`;
    return `${this.#what}, but ${this.#deed(other)} as well, and ${inWords(item)} was there ${often}.`;
  }

  #outOfOrder(): string | undefined {
    const item = this.#taken();
    if (item === undefined) return undefined;
    const isQueue = this.#items.structure.kind === "queue";
    const ahead = this.#items.ahead(this.#culprit, item);
    if (ahead !== undefined) {
      const [remove] = this.#items.removes(ahead.item);
      const still =
        remove === undefined
          ? "and it was not removed"
          : `removed only later by ${this.#words.who(this.#inAll(remove))}`;
      return `${this.#what}, but ${inWords(ahead.item)} was ${isQueue ? "ahead of" : "above"} it: ${this.#deed(ahead.add)} ${isQueue ? "before" : "after"} ${inWords(item)}, ${still}.`;
    }
    const overtaker = this.#items.overtaker(this.#culprit, item);
    if (overtaker === undefined) return undefined;
    return `${this.#what}, but ${inWords(overtaker.item)} had overtaken it: ${this.#deed(overtaker.add)} ${isQueue ? "after" : "before"} ${inWords(item)}, and ${this.#deed(overtaker.remove)} ${this.#ago(overtaker.remove)}.`;
  }

  #priorityInverted(): string | undefined {
    const item = this.#taken();
    const first = item === undefined ? undefined : this.#items.ahead(this.#culprit, item);
    return first === undefined ? undefined : this.#wasInside(first, ", which comes first,");
  }

  #notEmpty(): string | undefined {
    if (this.#items.meaning(this.#culprit).does !== "empty") return undefined;
    const inside = this.#items.insideThroughout(this.#culprit, () => true);
    if (inside !== undefined) return this.#wasInside(inside);
    return `${this.#what}, but something was inside at every moment between its start and its end, whatever the order of the operations around it.`;
  }

  #missing(): string | undefined {
    const own = this.#items.meaning(this.#culprit);
    const lacks = (item: Json): boolean =>
      own.does === "snapshot"
        ? !own.items.some((seen) => sameValue(seen, item))
        : "item" in own && sameValue(own.item, item);
    const inside = this.#items.insideThroughout(this.#culprit, lacks);
    if (inside === undefined) return undefined;
    if (own.does !== "add") return this.#wasInside(inside);
    return `${this.#what}, but it was there already: ${this.#deed(inside.add)}, acknowledged ${this.#ago(inside.add)}.`;
  }

  #unexpected(): string | undefined {
    const { begin, end } = this.#heart;
    const own = this.#items.meaning(this.#culprit);
    if (!("item" in own)) return undefined;
    const others = (calls: number[]): number[] => calls.filter((call) => call !== this.#culprit);
    const adds = others(this.#items.adds(own.item));
    for (const remove of others(this.#items.removes(own.item))) {
      if (!(end[remove]! < begin[this.#culprit]!) || adds.some((add) => !(end[add]! < begin[remove]!)))
        continue;
      return `${this.#what}, but ${inWords(own.item)} was not inside: ${this.#deed(remove)}, acknowledged ${this.#ago(remove)}.`;
    }
    return adds.length === 0 && this.#items.initially(own.item) === 0
      ? `${this.#what}, but ${inWords(own.item)} was not inside: nothing had put it there.`
      : undefined;
  }

  /** The item that the culprit removed or saw at the place from which items go. */
  #taken(): Json | undefined {
    const own = this.#items.meaning(this.#culprit);
    return own.does === "remove" || own.does === "peek" ? own.item : undefined;
  }

  #wasInside({ item, add }: Inside, which = ""): string {
    return `${this.#what}, but ${inWords(item)}${which} was inside all the while: ${this.#deed(add)}, acknowledged ${this.#ago(add)}.`;
  }

  #deed(position: number): string {
    return this.#words.deed(this.#inAll(position));
  }

  /** "3.5 ms before the dequeue began" */
  #ago(position: number): string {
    const { begin, end } = this.#heart;
    return `${this.#words.elapsed(end[position]!, begin[this.#culprit]!)} before ${this.#subject} began`;
  }

  #inAll(position: number): number {
    return this.#about.calls.event.indexOf(this.#heart.event[position]!);
  }
}
