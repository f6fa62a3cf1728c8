import { inWords, type Json } from "../../histories/json.ts";
import { Never, type Calls } from "./calls.ts";
import type { Pattern } from "./engines/engine.ts";
import { giversOf } from "./givers.ts";
import { itemSentence } from "./item-sentences.ts";
import type { ModelHistory } from "./partition.ts";
import { neverThere, takenByOthers } from "./patterns.ts";
import { replacementOf } from "./replaced.ts";
import { Words } from "./words.ts";

/** What is known about a contradiction when it is put into words. */
export interface Contradiction {
  readonly source: ModelHistory;
  readonly key: Json | undefined;
  /** All calls of the object, and the position of the one that could not be placed. */
  readonly calls: Calls;
  readonly call: number;
  /**
   * The operations that alone contradict one another, as known when `call` returned: words name these where
   * they can. Empty where none were found.
   */
  readonly heart: Calls;
  /** What went wrong, where it has a name. */
  readonly pattern: Pattern | undefined;
  /** Position in `calls` of what stands against it. */
  readonly against: number | undefined;
  /** The results that it could have had instead. */
  readonly allowed: readonly Json[];
  /** How many later values than the one that it saw had certainly been there. */
  readonly versions: number;
  /** Why the model refused it where the search came closest. */
  readonly reason: string | undefined;
}

/**
 * One or two sentences on why the call could not be placed: the sentence of its pattern, with processes, values
 * and times; where it has none, or its sentence would lack something, what would have been possible.
 */
export function explain(contradiction: Contradiction): string {
  const { pattern } = contradiction;
  return (
    (pattern === undefined ? undefined : new Sentences(contradiction).of(pattern)) ?? general(contradiction)
  );
}

function general({ source, key, calls, call, allowed, reason }: Contradiction): string {
  const what = new Words(source, key, calls).opening(call);
  const because = reason === undefined ? "" : ` At best ${reason}.`;
  const results = allowed.slice(0, 8).map(inWords).join(", ");
  const instead =
    allowed.length === 0 ? "" : ` Possible results: ${results}${allowed.length > 8 ? ", …" : ""}.`;
  if (because !== "" && instead !== "")
    return `${what}, but no moment between its start and its end allowed that, whatever the order of the operations around it.${because.slice(0, -1)}; possible results: ${results}${allowed.length > 8 ? ", …" : ""}.`;
  return `${what}, but no moment between its start and its end allowed that, whatever the order of the operations around it.${because}${instead}`;
}

/** The sentence of each pattern; `undefined` where the calls at hand do not bear it out. */
class Sentences {
  readonly #about: Contradiction;
  readonly #words: Words;
  readonly #what: string;
  readonly #subject: string;
  /** Position in the heart of the call that could not be placed; −1. */
  readonly #culprit: number;

  constructor(contradiction: Contradiction) {
    const { source, key, calls, call, heart } = contradiction;
    this.#about = contradiction;
    this.#words = new Words(source, key, calls);
    this.#what = this.#words.opening(call);
    this.#subject = this.#words.subject(call);
    this.#culprit = heart.event.indexOf(calls.event[call]!);
  }

  of(pattern: Pattern): string | undefined {
    if (this.#culprit < 0) return undefined;
    switch (pattern) {
      case "never-written":
      case "read-before-written":
        return this.#neverThere();
      // Of two values current at once the last call to return saw one that had been replaced, or changed it.
      case "stale-read":
      case "two-values-current":
        return this.#stale();
      case "lost-update":
        return this.#lostUpdate();
      case "removed-twice":
      case "out-of-order":
      case "priority-inverted":
      case "not-empty":
      case "missing":
      case "unexpected":
        return itemSentence(pattern, this.#about, this.#words, this.#culprit);
      case "held-twice":
        return this.#heldTwice();
      case "order-contradicted":
        return this.#orderContradicted();
    }
  }

  #neverThere(): string | undefined {
    const { calls, call, heart } = this.#about;
    const token = neverThere(heart, this.#culprit);
    if (token === undefined) return undefined;
    const value = inWords(heart.alphabet.token(token).value);
    const [first] = (giversOf(calls, [token]).get(token) ?? []).filter((giver) => giver !== call);
    if (first === undefined) return `${this.#what}, but nothing had ever put ${value} there.`;
    if (calls.begin[first]! < calls.end[call]!) return undefined;
    const after = this.#words.elapsed(calls.end[call]!, calls.begin[first]!);
    return `${this.#what}, but ${value} came only later: ${this.#words.deed(first)}, begun ${after} after ${this.#subject} returned.`;
  }

  #stale(): string | undefined {
    const { calls, call, heart } = this.#about;
    for (const token of takenByOthers(heart, this.#culprit)) {
      const replaced = replacementOf(heart, this.#culprit, token);
      if (replaced === undefined) continue;
      const by = this.#inAll(replaced.by);
      const after = this.#inAll(replaced.after);
      const value = inWords(heart.alphabet.token(token).value);
      const ago = (shown: number): string =>
        `${this.#words.elapsed(calls.end[shown]!, calls.begin[call]!)} before ${this.#subject} began`;
      const head = `${this.#what}, but ${value} had been overwritten: `;
      if (!this.#gaveNothing(after)) {
        const how = this.#gaveNothing(by) ? "which came after it, and returned" : "acknowledged";
        return `${head}${this.#words.deed(by)}, ${how} ${ago(by)}.${this.#versions()}`;
      }
      // Of two writes that overlap, a later call tells which came last.
      if (calls.end[after]! < calls.begin[call]!)
        return `${head}${this.#words.deed(after)}, which came after it, and returned ${ago(after)}.${this.#versions()}`;
      const there = this.#words.moment(replaced.there);
      const later = this.#words.moment(calls.begin[after]!);
      return `${head}${this.#words.deed(by)}, acknowledged ${ago(by)}. That came after ${value} for certain: ${value} was there by ${there}, and ${this.#words.deed(after)} no sooner than ${later}.`;
    }
    return undefined;
  }

  #versions(): string {
    const { versions } = this.#about;
    return versions < 2 ? "" : ` By then at least ${versions} later values had been there.`;
  }

  #lostUpdate(): string | undefined {
    const { call, heart, against } = this.#about;
    const other = against ?? this.#other((position) => this.#sharesToken(position));
    if (other === undefined || other === call) return undefined;
    const shared = takenByOthers(heart, this.#culprit).find((token) =>
      this.#tiesInAll(other).takes.includes(token),
    );
    if (shared === undefined) return undefined;
    const value = inWords(heart.alphabet.token(shared).value);
    return `${this.#what}, but ${this.#words.deed(other)}: both started from the same ${value}, so one of the two updates was lost.`;
  }

  #sharesToken(position: number): boolean {
    const { heart } = this.#about;
    const taken = takenByOthers(heart, this.#culprit);
    return (
      position !== this.#culprit && takenByOthers(heart, position).some((token) => taken.includes(token))
    );
  }

  #heldTwice(): string | undefined {
    const { calls, call, against } = this.#about;
    if (against === undefined || against === call) return undefined;
    const when =
      calls.end[against]! < calls.begin[call]!
        ? `, acknowledged ${this.#words.elapsed(calls.end[against]!, calls.begin[call]!)} before`
        : "";
    return `${this.#what}, but ${this.#words.deed(against)}${when}, and no release can have come in between.`;
  }

  #orderContradicted(): string | undefined {
    const { calls, call, heart, against } = this.#about;
    const { model } = calls.alphabet;
    const placeOf = (position: number): number | undefined => {
      const { input, output } = calls.alphabet.get(calls.action[position]!);
      return calls.end[position] === Never ? undefined : model.version?.(input, output);
    };
    const own = placeOf(call);
    if (own === undefined) return undefined;
    const others = against === undefined ? Array.from(heart.event, (_, i) => this.#inAll(i)) : [against];
    for (const other of others) {
      const place = placeOf(other);
      if (other === call || place === undefined) continue;
      if (place > own && calls.end[other]! < calls.begin[call]!)
        return `${this.#what}, but ${this.#words.deed(other)}, acknowledged ${this.#words.elapsed(calls.end[other]!, calls.begin[call]!)} before ${this.#subject} began: place ${own} comes before place ${place}.`;
      if (place < own && calls.end[call]! < calls.begin[other]!)
        return `${this.#what}, but ${this.#words.deed(other)}, begun ${this.#words.elapsed(calls.end[call]!, calls.begin[other]!)} after ${this.#subject} had returned: place ${own} comes after place ${place}.`;
      const { alphabet, action } = calls;
      if (place === own && alphabet.changes(action[call]!) && alphabet.changes(action[other]!))
        return `${this.#what}, but ${this.#words.deed(other)}: two changes cannot have the same place in their order.`;
    }
    return undefined;
  }

  #gaveNothing(call: number): boolean {
    return this.#tiesInAll(call).gives.length === 0;
  }

  #tiesInAll(call: number) {
    const { calls } = this.#about;
    return calls.alphabet.ties(calls.action[call]!);
  }

  #other(holds: (position: number) => boolean): number | undefined {
    const { length } = this.#about.heart;
    for (let position = 0; position < length; position++) if (holds(position)) return this.#inAll(position);
    return undefined;
  }

  /** A position in the heart as one in all calls. */
  #inAll(position: number): number {
    const { calls, heart } = this.#about;
    return calls.event.indexOf(heart.event[position]!);
  }
}
