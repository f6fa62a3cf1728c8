import { inWords, type Json } from "../../histories/json.ts";
import { Never, type Calls } from "./calls.ts";
import { tellOperation } from "./model.ts";
import type { ModelHistory } from "./partition.ts";

/** What is known about a contradiction when it is put into words. */
export interface Contradiction {
  readonly source: ModelHistory;
  readonly key: Json | undefined;
  /** All calls of the object, and the position of the one that could not be placed. */
  readonly calls: Calls;
  readonly call: number;
  /** The results that it could have had instead. */
  readonly allowed: readonly Json[];
  /** Events of the operations that alone contradict one another: words name these where they can. */
  readonly heart: ReadonlySet<number>;
  /** Why the model refused it where the search came closest. */
  readonly reason: string | undefined;
}

/**
 * One or two sentences on why the call could not be placed: that its value was never written, was written
 * only later, or had been overwritten before; otherwise what would have been possible.
 */
export function explain(contradiction: Contradiction): string {
  const { calls, call, key } = contradiction;
  const { alphabet } = calls;
  const { model } = alphabet;
  const { input, output } = alphabet.get(calls.action[call]!);
  const on = key === undefined ? "" : ` on key ${inWords(key)}`;
  const what = `${actor(contradiction, call)} ${tellOperation(model, input, output)}${on}`;

  const { gives, takes } = alphabet.ties(calls.action[call]!);
  const givers = giversOf(calls, takes);
  for (const token of takes) {
    if (gives.includes(token)) continue;
    const value = inWords(alphabet.token(token).value);
    const others = givers.get(token) ?? [];
    const earlier = others.filter((giver) => calls.begin[giver]! < calls.end[call]!);
    const initially = model.initially?.(alphabet.token(token)) ?? true;
    if (earlier.length === 0 && !initially) {
      const first = others[0];
      if (first === undefined) return `${what}, but nothing had ever put ${value} there.`;
      return `${what}, but ${value} came only later: ${deed(contradiction, first)}, begun ${elapsed(contradiction, calls.end[call]!, calls.begin[first]!)} after ${subject(contradiction, call)} returned.`;
    }
    const overwriter = overwriterOf(contradiction, token, earlier);
    if (overwriter === undefined) continue;
    return `${what}, but ${value} had been overwritten: ${deed(contradiction, overwriter)}, acknowledged ${elapsed(contradiction, calls.end[overwriter]!, calls.begin[call]!)} before ${subject(contradiction, call)} began.`;
  }

  const allowed = contradiction.allowed.map(inWords);
  const because = contradiction.reason === undefined ? "" : ` At best ${contradiction.reason}.`;
  const instead =
    allowed.length === 0
      ? ""
      : ` Possible results: ${allowed.slice(0, 8).join(", ")}${allowed.length > 8 ? ", …" : ""}.`;
  return `${what}, but no moment between its start and its end allowed that, whatever the order of the operations around it.${because}${instead}`;
}

/** The calls that give each of these tokens, in order of begin. */
function giversOf(calls: Calls, tokens: readonly number[]): ReadonlyMap<number, readonly number[]> {
  const givers = new Map<number, number[]>(tokens.map((token) => [token, []]));
  for (let call = 0; call < calls.length; call++)
    for (const token of calls.alphabet.ties(calls.action[call]!).gives) givers.get(token)?.push(call);
  return givers;
}

/**
 * A call that certainly replaced a value before `call` began, since it began after all that could have given
 * it had returned: one of the heart of the contradiction, else the first to return.
 */
function overwriterOf(
  { calls, call, heart }: Contradiction,
  token: number,
  givers: readonly number[],
): number | undefined {
  const { alphabet } = calls;
  if (alphabet.model.overwrites !== true) return undefined;
  const lastEnd = givers.reduce((end, giver) => Math.max(end, calls.end[giver]!), -1);
  const cell = alphabet.cell(token);
  let earliest: number | undefined;
  for (let other = 0; other < calls.length; other++) {
    if (calls.begin[other]! <= lastEnd || calls.end[other]! >= calls.begin[call]!) continue;
    const inHeart = heart.has(calls.event[other]!);
    if (earliest !== undefined && !inHeart && calls.end[earliest]! <= calls.end[other]!) continue;
    const { gives } = alphabet.ties(calls.action[other]!);
    if (!gives.some((given) => given !== token && alphabet.cell(given) === cell)) continue;
    if (inHeart) return other;
    earliest = other;
  }
  return earliest;
}

function actor({ source, calls }: Contradiction, call: number): string {
  return `Process ${source.history.processOf(calls.event[call]!)}`;
}

/** "the read" */
function subject({ source, calls }: Contradiction, call: number): string {
  return `the ${source.history.f(calls.event[call]!)}`;
}

/** "process 1 wrote 4" */
function deed({ source, calls }: Contradiction, call: number): string {
  const { input, output } = calls.alphabet.get(calls.action[call]!);
  const told = tellOperation(calls.alphabet.model, input, output);
  const perhaps = calls.end[call] === Never ? " (if it did)" : "";
  return `process ${source.history.processOf(calls.event[call]!)} ${told}${perhaps}`;
}

/** The time between two events in words. */
function elapsed({ source }: Contradiction, from: number, to: number): string {
  const { time } = source.history.columns;
  const milliseconds = ((time[to] ?? 0) - (time[from] ?? 0)) / 1e6;
  if (milliseconds === 0) return "just";
  if (milliseconds < 1) return `${(milliseconds * 1000).toPrecision(2)} µs`;
  return `${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`;
}
