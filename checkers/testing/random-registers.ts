/**
 * Random histories of one register as columns, for engines on `RegisterCalls`: some processes act on a register
 * that takes calls at moments of its choice, unknown ones also later; and now and then one is told a lie.
 */
import { Alphabet } from "../linearizability/alphabet.ts";
import { Never, type Calls } from "../linearizability/calls.ts";
import {
  Cas,
  Differ,
  Nothing,
  NoValue,
  Read,
  Write,
  type RegisterCalls,
} from "../linearizability/engines/register-calls.ts";
import { register as registerModel } from "../linearizability/models/register.ts";

/** Mulberry32: numbers in [0, 1), the same for the same seed. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x100000000;
  };
}

export interface RandomRegister {
  readonly calls: number;
  readonly processes: number;
  readonly values: number;
  /** Shares of kinds, in any unit. */
  readonly reads: number;
  readonly writes: number;
  readonly cases: number;
  readonly differs: number;
  /** Probabilities that an outcome is unknown, and that a result is a lie. */
  readonly unknown: number;
  readonly lies: number;
}

interface Open {
  readonly call: number;
  done: boolean;
}

/** A history of one register; about half of those with lies are not linearizable. */
export function randomRegister(random: () => number, options: RandomRegister): RegisterCalls {
  const { calls: length, values } = options;
  const below = (n: number): number => Math.floor(random() * n);
  const kind = new Uint8Array(length);
  const seen = new Int32Array(length).fill(NoValue);
  const written = new Int32Array(length).fill(NoValue);
  const begin = new Int32Array(length);
  const end = new Int32Array(length).fill(Never);
  const open: (Open | undefined)[] = [];
  const ghosts: Open[] = [];
  let state = 0;
  let event = 0;
  let count = 0;
  const act = (one: Open): void => {
    const call = one.call;
    switch (kind[call]) {
      case Read:
        seen[call] = state;
        break;
      case Differ: {
        const other = below(values);
        seen[call] = other === state ? (other + 1) % (values + 1) : other;
        break;
      }
      case Write:
        state = written[call]!;
        break;
      case Cas:
        if (state !== seen[call]) return;
        state = written[call]!;
        break;
      default:
        break;
    }
    one.done = true;
  };
  const pickKind = (): number => {
    let left = random() * (options.reads + options.writes + options.cases + options.differs);
    if ((left -= options.reads) < 0) return Read;
    if ((left -= options.writes) < 0) return Write;
    if ((left -= options.cases) < 0) return Cas;
    return Differ;
  };
  const finish = (process: number, one: Open): void => {
    const { call } = one;
    open[process] = undefined;
    if (random() < options.unknown) {
      if (!one.done) ghosts.push(one);
      if (kind[call] === Read || kind[call] === Differ) kind[call] = Nothing;
      return;
    }
    if (!one.done) act(one);
    if (random() < options.lies) {
      if (kind[call] === Read || kind[call] === Differ) seen[call] = below(values);
      one.done = true;
    }
    // A compare-and-set that failed, and did not say so: as if it had never been.
    if (!one.done) kind[call] = Nothing;
    end[call] = event++;
  };
  while (count < length || open.some((one) => one !== undefined)) {
    const process = below(options.processes);
    const one = open[process];
    const dice = random();
    if (one === undefined) {
      if (count < length) {
        kind[count] = pickKind();
        if (kind[count] === Write || kind[count] === Cas) written[count] = below(values);
        if (kind[count] === Cas) seen[count] = random() < 0.5 ? state : below(values);
        begin[count] = event++;
        open[process] = { call: count++, done: false };
      }
    } else if (dice < 0.4) {
      if (!one.done) act(one);
    } else if (dice < 0.8) finish(process, one);
    const ghost = ghosts[0];
    if (ghost !== undefined && random() < 0.1) {
      ghosts.shift();
      if (random() < 0.6 && kind[ghost.call] !== Nothing) act(ghost);
    }
  }
  for (let i = 0; i < length; i++) {
    if (kind[i] === Nothing) seen[i] = written[i] = NoValue;
    if (kind[i] === Read && seen[i] === NoValue) seen[i] = 0;
    if (kind[i] === Differ && seen[i] === NoValue) seen[i] = 0;
  }
  const calls: Calls = {
    alphabet: new Alphabet(registerModel(0)),
    length,
    event: begin,
    begin,
    end,
    action: new Int32Array(length),
  };
  return { calls, kind, seen, written, valueCount: values + 1, value: (number) => number };
}

/**
 * Whether the calls that began up to an event have an order, by definition: those not returned by then are
 * unknown, those unknown may be left out, and every other order is tried.
 */
export function registerByDefinition(
  { calls, kind, seen, written }: RegisterCalls,
  until: number = Never - 1,
): boolean {
  const { begin, end, length } = calls;
  const left: number[] = [];
  let known = 0;
  for (let i = 0; i < length; i++) {
    if (begin[i]! > until) continue;
    const isKnown = end[i]! <= until;
    if (!isKnown && kind[i] !== Write && kind[i] !== Cas) continue;
    left.push(i);
    if (isKnown) known++;
  }
  const refuted = new Set<string>();
  const placed = left.map(() => false);
  const go = (state: number, missing: number): boolean => {
    if (missing === 0) return true;
    const key = `${state} ${placed.map(Number).join("")}`;
    if (refuted.has(key)) return false;
    let deadline = Infinity;
    left.forEach((call, i) => {
      if (!placed[i] && end[call]! <= until) deadline = Math.min(deadline, end[call]!);
    });
    for (let i = 0; i < left.length; i++) {
      const call = left[i]!;
      if (placed[i] || begin[call]! > deadline) continue;
      if ((kind[call] === Read || kind[call] === Cas) && state !== seen[call]) continue;
      if (kind[call] === Differ && state === seen[call]) continue;
      placed[i] = true;
      const next = kind[call] === Write || kind[call] === Cas ? written[call]! : state;
      if (go(next, end[call]! <= until ? missing - 1 : missing)) return true;
      placed[i] = false;
    }
    refuted.add(key);
    return false;
  };
  return go(0, known);
}

/** Why an order is none of these calls; `undefined` when it is one. */
export function wrongOrder(
  { calls, kind, seen, written }: RegisterCalls,
  order: Int32Array,
): string | undefined {
  const { begin, end, length } = calls;
  const placed = new Uint8Array(length);
  let latest = -1;
  let state = 0;
  for (const call of order) {
    if (placed[call] === 1) return `${call} is placed twice`;
    placed[call] = 1;
    if (end[call]! < latest) return `${call} had returned before one began that is placed before it`;
    latest = Math.max(latest, begin[call]!);
    if ((kind[call] === Read || kind[call] === Cas) && state !== seen[call]) return `${call} saw ${seen[call]} in ${state}`; // prettier-ignore
    if (kind[call] === Differ && state === seen[call]) return `${call} did not see ${state}`;
    if (kind[call] === Write || kind[call] === Cas) state = written[call]!;
  }
  for (let i = 0; i < length; i++) if (end[i] !== Never && placed[i] === 0) return `${i} is not placed`;
  return undefined;
}

/** The event at which the shortest prefix without an order ends; `undefined` when there is none. By definition. */
export function firstImpossible(register: RegisterCalls): number | undefined {
  const ends = [...register.calls.end].filter((end) => end !== Never).toSorted((a, b) => a - b);
  return ends.find((end) => !registerByDefinition(register, end));
}

/** The calls in words, to reproduce a failure. */
export function tellRegister({ calls, kind, seen, written }: RegisterCalls): string {
  const names = ["nothing", "read", "write", "cas", "differ"];
  return Array.from({ length: calls.length }, (_, i) => {
    const end = calls.end[i] === Never ? "?" : calls.end[i];
    return `${i}: [${calls.begin[i]}, ${end}] ${names[kind[i]!]} ${seen[i]} ${written[i]}`;
  }).join("\n");
}
