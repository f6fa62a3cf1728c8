import { sameValue, type Json } from "../../histories/json.ts";
import { Never, type Calls } from "./calls.ts";
import { conflicting, currencies } from "./currency.ts";
import type { Pattern } from "./engines/engine.ts";
import { giversOf } from "./givers.ts";
import { replacementOf } from "./replaced.ts";
import type { CollectionMeaning, CollectionStructure } from "./structure.ts";

/** What a contradiction is called, and what stands against the call that cannot be placed. */
export interface Named {
  readonly pattern: Pattern;
  /** A position in the heart, or beyond the prefix in all calls where `later`. */
  readonly against?: number;
}

/**
 * Names a contradiction that no engine gave a name for, from its heart: the few calls that contradict one
 * another, as known when the call at position `culprit` returned and with whoever could have given what they
 * took. Only where the name is certainly right; what fits none has none.
 */
export function nameOf(heart: Calls, culprit: number, all: Calls): Named | undefined {
  return unseen(heart, culprit, all) ?? ofRegister(heart, culprit) ?? ofCollection(heart, culprit);
}

/** Tokens that a call took though it did not give them itself. */
export function takenByOthers({ alphabet, action }: Calls, call: number): number[] {
  const { gives, takes } = alphabet.ties(action[call]!);
  return takes.filter((token) => !gives.includes(token));
}

/** A token that nobody had given before the call returned, and that was not there at first. */
export function neverThere(calls: Calls, call: number): number | undefined {
  const { alphabet, begin, end } = calls;
  const tokens = takenByOthers(calls, call).filter(
    (token) => alphabet.model.initially?.(alphabet.token(token)) === false,
  );
  const givers = giversOf(calls, tokens);
  return tokens.find((token) => givers.get(token)?.every((giver) => begin[giver]! > end[call]!) ?? true);
}

function unseen(heart: Calls, culprit: number, all: Calls): Named | undefined {
  const token = neverThere(heart, culprit);
  if (token === undefined) return undefined;
  const givers = giversOf(all, [token]).get(token) ?? [];
  if (givers.some((giver) => all.begin[giver]! < heart.end[culprit]!)) return undefined;
  return { pattern: givers.length === 0 ? "never-written" : "read-before-written" };
}

function ofRegister(heart: Calls, culprit: number): Named | undefined {
  for (const token of takenByOthers(heart, culprit)) {
    const replaced = replacementOf(heart, culprit, token);
    if (replaced !== undefined) return { pattern: "stale-read", against: replaced.by };
  }
  const { alphabet, action, end, length } = heart;
  const { structure } = alphabet.model;
  if (structure?.kind !== "register") return undefined;
  const meanings = Array.from(action, (its) => {
    const { input, output } = alphabet.get(its);
    return structure.meaning(input, output);
  });
  const own = meanings[culprit];
  if (own?.does === "cas") {
    const written = meanings.filter(
      (meaning) =>
        (meaning.does === "write" && sameValue(meaning.value, own.from)) ||
        (meaning.does === "cas" && sameValue(meaning.to, own.from)),
    ).length;
    const there = written + (sameValue(structure.initial, own.from) ? 1 : 0);
    for (let other = 0; other < length; other++) {
      const meaning = meanings[other];
      if (there !== 1 || other === culprit || end[other] === Never || meaning?.does !== "cas") continue;
      if (sameValue(meaning.from, own.from)) return { pattern: "lost-update", against: other };
    }
  }
  const concerns = (call: number | undefined): boolean => call === culprit;
  const two = conflicting(currencies(heart), ({ since, until }) => concerns(since) || concerns(until));
  return two === undefined ? undefined : { pattern: "two-values-current" };
}

function ofCollection(heart: Calls, culprit: number): Named | undefined {
  const { alphabet, action, length } = heart;
  const { structure } = alphabet.model;
  if (structure === undefined || structure.kind === "register") return undefined;
  const meanings = Array.from(action, (its) => {
    const { input, output } = alphabet.get(its);
    return structure.meaning(input, output);
  });
  const items = new Items(heart, structure, meanings);
  const own = meanings[culprit]!;
  switch (own.does) {
    case "empty":
      return { pattern: "not-empty" };
    case "contains":
      return { pattern: own.found ? "unexpected" : "missing" };
    case "add":
      return own.fresh === undefined ? undefined : { pattern: own.fresh ? "missing" : "unexpected" };
    case "remove":
      if (structure.kind === "set" && own.found !== undefined)
        return { pattern: own.found ? "unexpected" : "missing" };
      return items.removedTwice(culprit, own.item) ?? items.overtaking(culprit, own.item);
    case "peek":
      return items.overtaking(culprit, own.item);
    case "snapshot": {
      for (let call = 0; call < length; call++) {
        const added = meanings[call]!;
        if (added.does !== "add" || own.items.some((item) => sameValue(item, added.item))) continue;
        if (items.isInside(added.item, culprit)) return { pattern: "missing", against: call };
      }
      return undefined;
    }
    case "nothing":
    case "remove-unknown":
      return undefined;
  }
}

/** What is certain of the items that calls added and removed. */
class Items {
  readonly #calls: Calls;
  readonly #structure: CollectionStructure;
  readonly #meanings: readonly CollectionMeaning[];

  constructor(calls: Calls, structure: CollectionStructure, meanings: readonly CollectionMeaning[]) {
    this.#calls = calls;
    this.#structure = structure;
    this.#meanings = meanings;
  }

  #adds(item: Json): number[] {
    return this.#where((meaning) => meaning.does === "add" && sameValue(meaning.item, item));
  }

  #removes(item: Json): number[] {
    return this.#where((meaning) => meaning.does === "remove" && sameValue(meaning.item, item));
  }

  #initially(item: Json): number {
    return this.#structure.initial.filter((one) => sameValue(one, item)).length;
  }

  #where(holds: (meaning: CollectionMeaning) => boolean): number[] {
    return this.#meanings.flatMap((meaning, call) => (holds(meaning) ? [call] : []));
  }

  /** Whether more calls removed the item than can have been there. */
  removedTwice(culprit: number, item: Json): Named | undefined {
    const removed = this.#removes(item).filter((call) => this.#calls.end[call] !== Never);
    if (removed.length <= this.#adds(item).length + this.#initially(item)) return undefined;
    const against = removed.find((call) => call !== culprit);
    return against === undefined ? undefined : { pattern: "removed-twice", against };
  }

  /** Whether the item was certainly inside all the while that a call took. */
  isInside(item: Json, call: number): boolean {
    const { begin, end } = this.#calls;
    if (this.#where(({ does }) => does === "remove-unknown").length > 0) return false;
    return (
      this.#adds(item).some((add) => end[add]! < begin[call]!) &&
      this.#removes(item).every((remove) => begin[remove]! > end[call]!)
    );
  }

  /** An item that was inside and had to go first. */
  overtaking(culprit: number, item: Json): Named | undefined {
    const { begin, end, length } = this.#calls;
    const { kind } = this.#structure;
    const priority = (one: Json): number => this.#structure.priority?.(one) ?? 0;
    const adds = this.#adds(item);
    const [add] = adds;
    if (this.#initially(item) > 0 || adds.length !== 1 || add === undefined) return undefined;
    for (let call = 0; call < length; call++) {
      const other = this.#meanings[call]!;
      if (other.does !== "add" || sameValue(other.item, item)) continue;
      if (this.#initially(other.item) > 0 || this.#adds(other.item).length !== 1) continue;
      if (!this.isInside(other.item, culprit)) continue;
      if (kind === "queue" && end[call]! < begin[add]!) return { pattern: "out-of-order", against: call };
      if (kind === "stack" && begin[call]! > end[add]!) return { pattern: "out-of-order", against: call };
      if (kind === "priority-queue" && priority(other.item) > priority(item))
        return { pattern: "priority-inverted", against: call };
    }
    return undefined;
  }
}
