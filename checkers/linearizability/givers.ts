import { NullValue } from "../../histories/value-table.ts";
import type { Alphabet } from "./alphabet.ts";
import { Never, type Calls } from "./calls.ts";

/**
 * Positions of the calls that give each of these tokens, in order of begin.
 *
 * Goes through all calls, which may be millions with as many values: where the structure of the model tells
 * what an action means, only those are asked for their ties whose argument or result is that of a token.
 */
export function giversOf(calls: Calls, tokens: Iterable<number>): ReadonlyMap<number, readonly number[]> {
  const { alphabet, action, length } = calls;
  const givers = new Map<number, number[]>();
  for (const token of tokens) givers.set(token, []);
  if (givers.size === 0) return givers;
  const concerns = actionsAbout(alphabet, givers.keys());
  for (let call = 0; call < length; call++) {
    const its = action[call]!;
    if (!concerns(its)) continue;
    for (const token of alphabet.ties(its).gives) givers.get(token)?.push(call);
  }
  return givers;
}

/** Those of the tokens that some completed call takes. */
export function takenOf(calls: Calls, tokens: ReadonlySet<number>): ReadonlySet<number> {
  const { alphabet, action, end, length } = calls;
  const taken = new Set<number>();
  if (tokens.size === 0) return taken;
  const concerns = actionsAbout(alphabet, tokens);
  for (let call = 0; call < length; call++) {
    if (end[call] === Never || !concerns(action[call]!)) continue;
    for (const token of alphabet.ties(action[call]!).takes) if (tokens.has(token)) taken.add(token);
  }
  return taken;
}

/** Whether an action may give or take one of the tokens; true when in doubt. */
function actionsAbout(alphabet: Alphabet, tokens: Iterable<number>): (action: number) => boolean {
  const { values } = alphabet;
  const wanted = new Uint8Array(values.count + 2);
  for (const token of tokens) {
    const { cell, value } = alphabet.token(token);
    for (const part of [cell, value]) {
      const number = values.number(part);
      if (number < wanted.length) wanted[number] = 1;
    }
  }
  const means = directMeanings(alphabet);
  return (action) => {
    const value = directValue(alphabet, means, action);
    return value <= NullValue || wanted[value] === 1;
  };
}

/** What each function means, by its number, where the structure of the model tells. */
export function directMeanings({ functions, model }: Alphabet): readonly (DirectMeaning | undefined)[] {
  const { direct = {} } = model.structure ?? {};
  return functions.map((f) => (Object.hasOwn(direct, f) ? direct[f] : undefined));
}

export type DirectMeaning = "read" | "write" | "add" | "remove";

/** The number of the only value that an action is about; `NullValue` or less: that takes asking the model. */
export function directValue(
  alphabet: Alphabet,
  means: readonly (DirectMeaning | undefined)[],
  action: number,
): number {
  switch (means[alphabet.f(action)]) {
    case "write":
    case "add":
      return alphabet.argument(action);
    case "read":
    case "remove":
      return alphabet.result(action);
    case undefined:
      return NullValue;
  }
}

/** Which calls put something else into the cell of a token, in place of what was there. */
export function replacing(calls: Calls, token: number): (call: number) => boolean {
  const { alphabet, action } = calls;
  const { model } = alphabet;
  if (model.overwrites !== true) return () => false;
  const means = directMeanings(alphabet);
  const own = alphabet.values.number(alphabet.token(token).value);
  const cell = alphabet.cell(token);
  return (call) => {
    const its = action[call]!;
    const value = model.structure?.kind === "register" ? directValue(alphabet, means, its) : NullValue;
    if (value > NullValue) return value !== own && means[alphabet.f(its)] === "write";
    return alphabet.ties(its).gives.some((given) => given !== token && alphabet.cell(given) === cell);
  };
}
