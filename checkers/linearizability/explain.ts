import { inWords, type Json } from "../../histories/json.ts";
import { Never, type Calls } from "./calls.ts";
import { conflicting, currencies, type Currency } from "./currency.ts";
import type { Pattern } from "./engines/engine.ts";
import { giversOf } from "./givers.ts";
import type { ModelHistory } from "./partition.ts";
import { neverThere, takenByOthers } from "./patterns.ts";
import { replacementOf } from "./replaced.ts";
import type { CollectionMeaning } from "./structure.ts";
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
      case "stale-read":
        return this.#stale() ?? this.#twoValues();
      case "two-values-current":
        // That something had been replaced says more than that two things were there.
        return this.#stale() ?? this.#twoValues();
      case "lost-update":
        return this.#lostUpdate();
      case "removed-twice":
        return this.#removedTwice();
      case "out-of-order":
        return this.#outOfOrder();
      case "priority-inverted":
        return this.#priorityInverted();
      case "not-empty":
        return this.#notEmpty();
      case "missing":
        return this.#missing();
      case "unexpected":
        return this.#unexpected();
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
    const [first] = giversOf(calls, [token]).get(token) ?? [];
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
        return `${head}${this.#words.deed(by)}, ${how} ${ago(by)}.`;
      }
      // Of two writes that overlap, a later call tells which came last.
      if (calls.end[after]! < calls.begin[call]!)
        return `${head}${this.#words.deed(after)}, which came after it, and returned ${ago(after)}.`;
      const came = `That this came after ${value} is certain, since ${this.#words.deed(after)}, begun when ${value} was there.`;
      return `${head}${this.#words.deed(by)}, acknowledged ${ago(by)}. ${came}`;
    }
    return undefined;
  }

  #twoValues(): string | undefined {
    const { heart } = this.#about;
    const concerns = (call: number | undefined): boolean => call === this.#culprit;
    const two = conflicting(currencies(heart), ({ since, until }) => concerns(since) || concerns(until));
    if (two === undefined) return undefined;
    const [one, other] = two;
    if (other.from < other.to)
      return `${this.#what}, but two values were current at once: ${this.#certainly(one)}, and ${this.#certainly(other)}.`;
    const from = this.#words.moment(other.to);
    const to = this.#words.moment(other.from);
    return `${this.#what}, but there was no room for ${inWords(other.value)}, which was current at some time from ${from} to ${to}: ${this.#certainly(one)}.`;
  }

  /** "453 at least from 1.770 s (when process 3's read returned) to 1.795 s (when process 7's read began)" */
  #certainly({ value, since, until, from, to }: Currency): string {
    const start =
      since === undefined
        ? "the start"
        : `${this.#words.moment(from)} (when ${this.#words.whose(this.#inAll(since))} returned)`;
    return `${inWords(value)} at least from ${start} to ${this.#words.moment(to)} (when ${this.#words.whose(this.#inAll(until))} began)`;
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

  #removedTwice(): string | undefined {
    const { call, against } = this.#about;
    const item = this.#itemOf(this.#culprit, "remove");
    if (item === undefined) return undefined;
    const other =
      against !== undefined && against !== call
        ? against
        : this.#other((position) => position !== this.#culprit && this.#hasItem(position, "remove", item));
    if (other === undefined) return undefined;
    const added = this.#count("add", item) + this.#initially(item);
    const removed = this.#count("remove", item);
    const often = added === 1 ? "only once" : `only ${added} times, and removed ${removed} times`;
    return `${this.#what}, but ${this.#words.deed(other)} as well, and ${inWords(item)} was there ${often}.`;
  }

  #outOfOrder(): string | undefined {
    const kind = this.#about.heart.alphabet.model.structure?.kind;
    const item = this.#itemOf(this.#culprit, "remove") ?? this.#itemOf(this.#culprit, "peek");
    if (item === undefined || (kind !== "queue" && kind !== "stack")) return undefined;
    const own = this.#only("add", item);
    if (own === undefined) return undefined;
    const { begin, end, length } = this.#about.heart;
    for (let position = 0; position < length; position++) {
      const other = this.#itemOf(position, "add");
      if (other === undefined || position === own || this.#only("add", other) !== position) continue;
      const before = kind === "queue" ? end[position]! < begin[own]! : begin[position]! > end[own]!;
      const after = kind === "queue" ? begin[position]! > end[own]! : end[position]! < begin[own]!;
      const removed = this.#only("remove", other);
      const place = kind === "queue" ? "ahead of it" : "above it";
      const added = this.#words.deed(this.#inAll(position));
      if (before && end[position]! < begin[this.#culprit]! && this.#staysInside(other, this.#culprit)) {
        const still =
          removed === undefined ? "and it was not removed" : `removed only later by ${this.#who(removed)}`;
        return `${this.#what}, but ${inWords(other)} was ${place}: ${added} ${kind === "queue" ? "before" : "after"} ${inWords(item)}, ${still}.`;
      }
      if (after && removed !== undefined && end[removed]! < begin[this.#culprit]!)
        return `${this.#what}, but ${inWords(other)} had overtaken it: ${added} ${kind === "queue" ? "after" : "before"} ${inWords(item)}, and ${this.#words.deed(this.#inAll(removed))} ${this.#ago(removed)} before ${this.#subject} began.`;
    }
    return undefined;
  }

  #priorityInverted(): string | undefined {
    const { structure } = this.#about.heart.alphabet.model;
    const item = this.#itemOf(this.#culprit, "remove") ?? this.#itemOf(this.#culprit, "peek");
    if (item === undefined || structure?.kind !== "priority-queue") return undefined;
    const priority = (one: Json): number => structure.priority?.(one) ?? 0;
    const inside = this.#insideThroughout((other) => priority(other) > priority(item));
    if (inside === undefined) return undefined;
    return `${this.#what}, but ${inWords(inside.item)}, which comes first, was inside all the while: ${this.#words.deed(this.#inAll(inside.add))}, acknowledged ${this.#ago(inside.add)} before ${this.#subject} began.`;
  }

  #notEmpty(): string | undefined {
    if (this.#meaning(this.#culprit)?.does !== "empty") return undefined;
    const inside = this.#insideThroughout(() => true);
    if (inside !== undefined)
      return `${this.#what}, but ${inWords(inside.item)} was inside all the while: ${this.#words.deed(this.#inAll(inside.add))}, acknowledged ${this.#ago(inside.add)} before ${this.#subject} began.`;
    return `${this.#what}, but something was inside at every moment between its start and its end, whatever the order of the operations around it.`;
  }

  #missing(): string | undefined {
    const own = this.#meaning(this.#culprit);
    const asked = own === undefined || !("item" in own) ? undefined : own.item;
    const lacks = (item: Json): boolean =>
      own?.does === "snapshot"
        ? !own.items.some((seen) => inWords(seen) === inWords(item))
        : asked !== undefined && inWords(asked) === inWords(item);
    const inside = this.#insideThroughout(lacks);
    if (inside === undefined) return undefined;
    return `${this.#what}, but ${inWords(inside.item)} was inside all the while: ${this.#words.deed(this.#inAll(inside.add))}, acknowledged ${this.#ago(inside.add)} before ${this.#subject} began.`;
  }

  #unexpected(): string | undefined {
    const { begin, end, length } = this.#about.heart;
    const own = this.#meaning(this.#culprit);
    if (own === undefined || !("item" in own)) return undefined;
    const adds = this.#positions("add", own.item).filter((add) => add !== this.#culprit);
    for (let position = 0; position < length; position++) {
      if (!this.#hasItem(position, "remove", own.item) || position === this.#culprit) continue;
      if (!(end[position]! < begin[this.#culprit]!)) continue;
      if (adds.some((add) => !(end[add]! < begin[position]!))) continue;
      return `${this.#what}, but ${inWords(own.item)} was not inside: ${this.#words.deed(this.#inAll(position))}, acknowledged ${this.#ago(position)} before ${this.#subject} began.`;
    }
    if (adds.length === 0 && this.#initially(own.item) === 0)
      return `${this.#what}, but ${inWords(own.item)} was not inside: nothing had put it there.`;
    return undefined;
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
        return `${this.#what} at place ${own}, but ${this.#words.deed(other)} at place ${place}, acknowledged ${this.#words.elapsed(calls.end[other]!, calls.begin[call]!)} before ${this.#subject} began.`;
      if (place < own && calls.end[call]! < calls.begin[other]!)
        return `${this.#what} at place ${own}, but ${this.#words.deed(other)} at the earlier place ${place} only ${this.#words.elapsed(calls.end[call]!, calls.begin[other]!)} after ${this.#subject} had returned.`;
      const { alphabet, action } = calls;
      if (place === own && alphabet.changes(action[call]!) && alphabet.changes(action[other]!))
        return `${this.#what} at place ${own}, but ${this.#words.deed(other)} at the same place.`;
    }
    return undefined;
  }

  /** An item that was added before the culprit began and not removed before it returned. */
  #insideThroughout(
    holds: (item: Json) => boolean,
  ): { readonly item: Json; readonly add: number } | undefined {
    const { begin, end, length } = this.#about.heart;
    for (let position = 0; position < length; position++) {
      const item = this.#itemOf(position, "add");
      if (item === undefined || !holds(item) || !(end[position]! < begin[this.#culprit]!)) continue;
      if (this.#staysInside(item, this.#culprit)) return { item, add: position };
    }
    return undefined;
  }

  /** Whether nothing can have removed the item before a call returned. */
  #staysInside(item: Json, call: number): boolean {
    const { begin, end, length } = this.#about.heart;
    for (let position = 0; position < length; position++) {
      if (begin[position]! > end[call]! || position === call) continue;
      if (this.#meaning(position)?.does === "remove-unknown" || this.#hasItem(position, "remove", item))
        return false;
    }
    return true;
  }

  #meaning(position: number): CollectionMeaning | undefined {
    const { alphabet, action } = this.#about.heart;
    const { structure } = alphabet.model;
    if (structure === undefined || structure.kind === "register") return undefined;
    const { input, output } = alphabet.get(action[position]!);
    return structure.meaning(input, output);
  }

  #itemOf(position: number, does: "add" | "remove" | "peek"): Json | undefined {
    const meaning = this.#meaning(position);
    return meaning?.does === does ? meaning.item : undefined;
  }

  #hasItem(position: number, does: "add" | "remove", item: Json): boolean {
    const own = this.#itemOf(position, does);
    return own !== undefined && inWords(own) === inWords(item);
  }

  #positions(does: "add" | "remove", item: Json): number[] {
    return Array.from(this.#about.heart.event, (_, i) => i).filter((i) => this.#hasItem(i, does, item));
  }

  #count(does: "add" | "remove", item: Json): number {
    return this.#positions(does, item).length;
  }

  #only(does: "add" | "remove", item: Json): number | undefined {
    const positions = this.#positions(does, item);
    return positions.length === 1 ? positions[0] : undefined;
  }

  #initially(item: Json): number {
    const { structure } = this.#about.heart.alphabet.model;
    if (structure === undefined || structure.kind === "register") return 0;
    return structure.initial.filter((one) => inWords(one) === inWords(item)).length;
  }

  /** How long before the culprit began a call of the heart returned. */
  #ago(position: number): string {
    const { heart } = this.#about;
    return this.#words.elapsed(heart.end[position]!, heart.begin[this.#culprit]!);
  }

  #who(position: number): string {
    const { source, heart } = this.#about;
    return `process ${source.history.processOf(heart.event[position]!)}`;
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
