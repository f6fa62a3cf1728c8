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
  const values = new Set<number>();
  for (const token of tokens) {
    const { cell, value } = alphabet.token(token);
    values.add(alphabet.values.number(value));
    values.add(alphabet.values.number(cell));
  }
  const direct = alphabet.functions.map((f) => Object.hasOwn(alphabet.model.structure?.direct ?? {}, f));
  return (action) =>
    direct[alphabet.f(action)] !== true ||
    values.has(alphabet.argument(action)) ||
    values.has(alphabet.result(action)) ||
    !alphabet.isDirect(action);
}

/** Whether a call puts something else into the cell of a token, in place of what was there. */
export function replaces({ alphabet, action }: Calls, call: number, token: number): boolean {
  const its = action[call]!;
  const { model } = alphabet;
  if (model.overwrites !== true) return false;
  if (model.structure?.kind === "register" && alphabet.isDirect(its)) {
    if (!alphabet.changes(its)) return false;
    return alphabet.argument(its) !== alphabet.values.number(alphabet.token(token).value);
  }
  const cell = alphabet.cell(token);
  return alphabet.ties(its).gives.some((given) => given !== token && alphabet.cell(given) === cell);
}
