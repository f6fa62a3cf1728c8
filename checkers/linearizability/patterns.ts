import { sameValue, type Json } from "../../histories/json.ts";
import { Never, type Calls } from "./calls.ts";
import type { Pattern } from "./engines/engine.ts";
import { giversOf } from "./givers.ts";
import { Items } from "./items.ts";
import { OneOf, Refused, unknownOutput, type Input } from "./model.ts";
import { replacementOf } from "./replaced.ts";

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
  return (
    ofLock(heart, culprit, all) ??
    unseen(heart, culprit, all) ??
    ofRegister(heart, culprit) ??
    ofCollection(heart, culprit)
  );
}

/**
 * Another that acquired where no release can have come between the two, in whichever order they came, and the second
 * is refused whatever it was told: not because of its token, nor where acquiring again is no fault, as of a lease.
 */
function ofLock(heart: Calls, culprit: number, all: Calls): Named | undefined {
  const { model } = heart.alphabet;
  const inputOf = ({ alphabet, action }: Calls, call: number): Input => alphabet.input(action[call]!);
  const own = inputOf(heart, culprit);
  if (own.f !== "acquire") return undefined;
  for (let other = heart.length - 1; other >= 0; other--) {
    const its = inputOf(heart, other);
    if (other === culprit || its.f !== "acquire" || heart.end[other] === Never) continue;
    const held = model.step(model.initial, its, unknownOutput);
    if (held instanceof Refused || held instanceof OneOf) continue;
    if (!(model.step(held, own, unknownOutput) instanceof Refused)) continue;
    const from = Math.min(heart.begin[other]!, heart.begin[culprit]!);
    const to = Math.max(heart.end[other]!, heart.end[culprit]!);
    const isReleased = all.event.some(
      (_, call) => all.begin[call]! < to && all.end[call]! > from && inputOf(all, call).f === "release",
    );
    if (!isReleased) return { pattern: "held-twice", against: other };
  }
  return undefined;
}

/**
 * Tokens that a call took from others: not those that it gave itself, of several operations in one, before it
 * took them. A register's one cell a call changes only once, after what it saw.
 */
export function takenByOthers({ alphabet, action }: Calls, call: number): readonly number[] {
  const { gives, takes } = alphabet.ties(action[call]!);
  return alphabet.model.structure?.kind === "register"
    ? takes
    : takes.filter((token) => !gives.includes(token));
}

/** A token that nobody had given before the call returned, and that was not there at first. */
export function neverThere(calls: Calls, call: number): number | undefined {
  const { alphabet, begin, end } = calls;
  const tokens = takenByOthers(calls, call).filter(
    (token) => alphabet.model.initially?.(alphabet.token(token)) === false,
  );
  const givers = giversOf(calls, tokens);
  return tokens.find(
    (token) => givers.get(token)?.every((giver) => giver === call || begin[giver]! > end[call]!) ?? true,
  );
}

function unseen(heart: Calls, culprit: number, all: Calls): Named | undefined {
  const token = neverThere(heart, culprit);
  if (token === undefined) return undefined;
  const givers = (giversOf(all, [token]).get(token) ?? []).filter(
    (giver) => all.event[giver] !== heart.event[culprit],
  );
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
  return undefined;
}

function ofCollection(heart: Calls, culprit: number): Named | undefined {
  const items = Items.of(heart);
  if (items === undefined) return undefined;
  const own = items.meaning(culprit);
  const named = (pattern: Pattern, against: number | undefined): Named | undefined =>
    against === undefined ? undefined : { pattern, against };
  const foundOtherwise = (found: boolean): Named => ({ pattern: found ? "unexpected" : "missing" });
  switch (own.does) {
    case "empty":
      return { pattern: "not-empty" };
    case "contains":
      return foundOtherwise(own.found);
    case "add":
      return own.fresh === undefined ? undefined : foundOtherwise(!own.fresh);
    case "remove":
    case "peek": {
      if (own.does === "remove" && own.found !== undefined) return foundOtherwise(own.found);
      const twice = own.does === "remove" ? items.removedElsewhere(culprit, own.item) : undefined;
      const first = items.structure.kind === "priority-queue" ? "priority-inverted" : "out-of-order";
      return (
        named("removed-twice", twice) ??
        named(first, items.ahead(culprit, own.item)?.add) ??
        named("out-of-order", items.overtaker(culprit, own.item)?.remove)
      );
    }
    case "snapshot": {
      const lacks = (item: Json): boolean => !own.items.some((seen) => sameValue(seen, item));
      return named("missing", items.insideThroughout(culprit, lacks)?.add);
    }
    case "nothing":
    case "remove-unknown":
      return undefined;
  }
}
