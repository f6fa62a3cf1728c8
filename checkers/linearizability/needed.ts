import { Never, type Calls } from "./calls.ts";
import { giversOf, takenOf } from "./givers.ts";

/** Calls of unknown outcome that are looked at. */
const MostAsked = 64;

/**
 * Events of unknown calls that must have taken effect: of those that an order has in its part from place `from`
 * on, each that gives what a known call took and no other could have given. At most `most`, in the order.
 *
 * `calls` are those of the order; `all` may have more, of which those begun before event `until` count.
 */
export function neededUnknown(
  calls: Calls,
  order: Int32Array,
  from: number,
  most: number,
  all: Calls = calls,
  until = Never,
): number[] {
  const { alphabet, action, end, event } = calls;
  const placed: number[] = [];
  for (let place = from; place < order.length && placed.length < MostAsked; place++)
    if (end[order[place]!] === Never) placed.push(order[place]!);
  const tokens = new Set(placed.flatMap((call) => alphabet.ties(action[call]!).gives));
  for (const token of tokens)
    if (alphabet.model.initially?.(alphabet.token(token)) ?? true) tokens.delete(token);
  const taken = takenOf(calls, tokens);
  const givers = giversOf(all, taken);
  const isOnly = (token: number): boolean =>
    givers.get(token)?.filter((giver) => all.begin[giver]! < until).length === 1;
  return placed
    .filter((call) => alphabet.ties(action[call]!).gives.some((token) => taken.has(token) && isOnly(token)))
    .slice(0, most)
    .map((call) => event[call]!);
}
