import { Never, type Calls } from "../../calls.ts";
import type { Proof } from "../engine.ts";

/** A proof of more calls explains nothing. */
const MostCalls = 10;

/** A call that took a token which nobody had given when it returned. */
export interface NeverGiven {
  readonly culprit: number;
  /** Absent when what it takes besides leads too far. */
  readonly proof?: Proof;
}

/**
 * The first known call, by its return, that takes a token which the object did not hold initially and which
 * no call gives that began before this one returned: by the promise of `Model.initially` no order admits it,
 * whatever unknown calls did. A call that gives what it takes counts among those that give it.
 */
export function neverGiven(calls: Calls): NeverGiven | undefined {
  const { alphabet, begin, end, action, length } = calls;
  const { model } = alphabet;
  if (model.ties === undefined || model.initially === undefined) return undefined;
  /** Token → the call that gives it which began first: calls are in order of begin. */
  const first = new Map<number, number>();
  for (let call = 0; call < length; call++)
    for (const token of alphabet.ties(action[call]!).gives) if (!first.has(token)) first.set(token, call);
  const held = new Map<number, boolean>();
  const isHeld = (token: number): boolean => {
    let known = held.get(token);
    if (known === undefined) held.set(token, (known = model.initially?.(alphabet.token(token)) ?? true));
    return known;
  };
  let culprit = -1;
  let missing = -1;
  for (let call = 0; call < length; call++) {
    if (end[call] === Never || (culprit >= 0 && end[call]! > end[culprit]!)) continue;
    for (const token of alphabet.ties(action[call]!).takes) {
      const giver = first.get(token);
      if ((giver !== undefined && begin[giver]! < end[call]!) || isHeld(token)) continue;
      culprit = call;
      missing = token;
    }
  }
  if (culprit < 0) return undefined;
  const later = first.get(missing);
  const proof = closure(calls, later === undefined ? [culprit] : [culprit, later]);
  if (proof === undefined) return { culprit };
  return {
    culprit,
    proof: {
      pattern: later === undefined ? "never-written" : "read-before-written",
      calls: proof,
      culprit,
      ...(later === undefined ? {} : { against: later }),
    },
  };
}

/** Calls with all that could have given what they take, and so on; `undefined`: too many. */
function closure(
  { alphabet, action, begin, end, length }: Calls,
  from: readonly number[],
): number[] | undefined {
  const closed = new Set(from);
  for (const taker of closed) {
    const { takes } = alphabet.ties(action[taker]!);
    if (takes.length === 0) continue;
    for (let call = 0; call < length && begin[call]! < end[taker]!; call++)
      if (alphabet.ties(action[call]!).gives.some((token) => takes.includes(token))) closed.add(call);
    if (closed.size > MostCalls) return undefined;
  }
  return [...closed].toSorted((a, b) => a - b);
}
