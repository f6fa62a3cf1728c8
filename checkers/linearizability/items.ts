import { sameValue, type Json } from "../../histories/json.ts";
import { Never, type Calls } from "./calls.ts";
import type { CollectionMeaning, CollectionStructure } from "./structure.ts";

/** An item that was inside all the while, and the position of the call that added it. */
export interface Inside {
  readonly item: Json;
  readonly add: number;
}

/** What is certain of the items that a few calls added to a collection, saw there and removed. */
export class Items {
  readonly structure: CollectionStructure;
  readonly #calls: Calls;
  readonly #meanings: readonly CollectionMeaning[];

  constructor(calls: Calls, structure: CollectionStructure) {
    this.structure = structure;
    this.#calls = calls;
    this.#meanings = Array.from(calls.action, (its) => {
      const { input, output } = calls.alphabet.get(its);
      return structure.meaning(input, output);
    });
  }

  /** Of calls on a collection; `undefined` for any other object. */
  static of(calls: Calls): Items | undefined {
    const { structure } = calls.alphabet.model;
    return structure === undefined || structure.kind === "register" ? undefined : new Items(calls, structure);
  }

  meaning(call: number): CollectionMeaning {
    return this.#meanings[call] ?? { does: "nothing" };
  }

  adds(item: Json): number[] {
    return this.#where((meaning) => meaning.does === "add" && sameValue(meaning.item, item));
  }

  removes(item: Json): number[] {
    return this.#where((meaning) => meaning.does === "remove" && sameValue(meaning.item, item));
  }

  /** How often the item was inside at first. */
  initially(item: Json): number {
    return this.structure.initial.filter((one) => sameValue(one, item)).length;
  }

  /** The call that added an item which was there once. */
  onlyAdd(item: Json): number | undefined {
    const adds = this.adds(item);
    return adds.length === 1 && this.initially(item) === 0 ? adds[0] : undefined;
  }

  /** Whether a call removed the item, or may have. */
  mayRemove(call: number, item: Json): boolean {
    const meaning = this.meaning(call);
    return meaning.does === "remove-unknown" || (meaning.does === "remove" && sameValue(meaning.item, item));
  }

  /** Whether nothing can have removed the item before a call returned, but this call itself. */
  stays(item: Json, call: number): boolean {
    const { begin, end } = this.#calls;
    const unknown = this.#where(({ does }) => does === "remove-unknown");
    return [...unknown, ...this.removes(item)].every(
      (remove) => remove === call || begin[remove]! > end[call]!,
    );
  }

  /** An item that was certainly inside from before a call began until it returned. */
  insideThroughout(call: number, holds: (item: Json) => boolean): Inside | undefined {
    const { begin, end, length } = this.#calls;
    for (let add = 0; add < length; add++) {
      const meaning = this.meaning(add);
      if (meaning.does !== "add" || !holds(meaning.item) || !(end[add]! < begin[call]!)) continue;
      if (this.stays(meaning.item, call)) return { item: meaning.item, add };
    }
    return undefined;
  }

  /** Whether more calls removed the item than can have been there; if so, another one than `call`. */
  removedElsewhere(call: number, item: Json): number | undefined {
    const removed = this.removes(item).filter((remove) => this.#calls.end[remove] !== Never);
    if (removed.length <= this.adds(item).length + this.initially(item)) return undefined;
    return removed.find((remove) => remove !== call);
  }

  /** An item that was inside and had to go before the one that a call removed or saw. */
  ahead(call: number, item: Json): Inside | undefined {
    const { begin, end } = this.#calls;
    const { kind } = this.structure;
    const own = this.onlyAdd(item);
    if (own === undefined) return undefined;
    const priority = (one: Json): number => this.structure.priority?.(one) ?? 0;
    return this.insideThroughout(call, (other) => {
      const add = this.onlyAdd(other);
      if (add === undefined || sameValue(other, item)) return false;
      if (kind === "queue") return end[add]! < begin[own]!;
      if (kind === "stack") return begin[add]! > end[own]!;
      return kind === "priority-queue" && priority(other) > priority(item);
    });
  }

  /** An item that went though the one that a call removed or saw later had to go first. */
  overtaker(
    call: number,
    item: Json,
  ): { readonly item: Json; readonly add: number; readonly remove: number } | undefined {
    const { begin, end, length } = this.#calls;
    const { kind } = this.structure;
    const own = this.onlyAdd(item);
    if (own === undefined || (kind !== "queue" && kind !== "stack")) return undefined;
    for (let remove = 0; remove < length; remove++) {
      const meaning = this.meaning(remove);
      if (meaning.does !== "remove" || sameValue(meaning.item, item) || !(end[remove]! < begin[call]!))
        continue;
      const add = this.onlyAdd(meaning.item);
      if (add === undefined || this.removes(meaning.item).length !== 1) continue;
      // On a stack, what lay below went while the other was still on top.
      const overtook =
        kind === "queue" ? begin[add]! > end[own]! : end[add]! < begin[own]! && end[own]! < begin[remove]!;
      if (overtook) return { item: meaning.item, add, remove };
    }
    return undefined;
  }

  #where(holds: (meaning: CollectionMeaning) => boolean): number[] {
    return this.#meanings.flatMap((meaning, call) => (holds(meaning) ? [call] : []));
  }
}
