import type { OnlineRegister } from "../online.ts";
import { Cas, Differ, Nothing, NoValue, Read, Write } from "../register-calls.ts";
import { Frontier } from "./frontier.ts";
import { InFlight, None } from "./in-flight.ts";

/** Known calls in flight at once, at most. */
const MostOpen = 256;
/** Configurations kept after an event, at most. */
const Width = 1024;
/** Values held at least before it pays to look for those that nobody can see any more. */
const FewValues = 64;
/** Unknown calls after which it pays to forget when they began. */
const ManyUnknown = 1024;

export interface OnlineFrontierOptions {
  /** Configurations kept after an event, at most; a thousand unless given. */
  readonly width?: number;
}

/**
 * The frontier of a register, event by event: the same verdict at each return as in a finished history. It does not
 * remember how its configurations were reached, so what it holds is bounded by the calls in flight, the values
 * that are current or can become so, and the classes of unknown calls.
 */
export function onlineFrontier(options: OnlineFrontierOptions = {}): OnlineRegister {
  return new OnlineFrontier(options);
}

class OnlineFrontier implements OnlineRegister {
  readonly #flight = new InFlight(MostOpen);
  readonly #frontier: Frontier;
  #event = 0;
  /** The caller's number of a call → its slot; `None` for one that sees and changes nothing. */
  readonly #slots = new Map<number, number>();
  readonly #freeSlots: number[] = [];
  readonly #values = new Numbering();
  readonly #changes = new Numbering();
  /** How many known calls in flight make a change; infinitely many if an unknown one does. */
  readonly #makers: number[] = [];
  #mostValues = FewValues;
  #unknown = 0;
  #over: false | "undecided" | undefined;

  constructor({ width = Width }: OnlineFrontierOptions) {
    this.#frontier = new Frontier(this.#flight, { width, trails: false });
    this.#values.number(0);
    for (let slot = MostOpen - 1; slot >= 0; slot--) this.#freeSlots.push(slot);
  }

  get live(): number {
    return this.#slots.size + this.#values.size + this.#changes.size + this.#frontier.size;
  }

  begin(call: number, kind: number, seen: number, written: number, known: boolean): void {
    const event = ++this.#event;
    if (this.#over !== undefined) return;
    const its = kind === Cas && seen === written ? Read : kind;
    const changes = its === Write || its === Cas;
    if (!known && !changes) return;
    if (its === Nothing) {
      this.#slots.set(call, None);
      return;
    }
    const slot = known ? this.#freeSlots.pop() : None;
    if (slot === undefined) {
      this.#over = "undecided";
      return;
    }
    if (this.#values.size > this.#mostValues) this.#forget();
    const from = its === Write ? NoValue : this.#values.number(seen);
    const to = changes ? this.#values.number(written) : NoValue;
    const change = changes ? this.#changes.number(keyOf(from, to)) : None;
    if (changes) this.#makers[change] = (this.#makers[change] ?? 0) + (known ? 1 : Infinity);
    if (known) {
      this.#slots.set(call, slot);
      this.#frontier.begin(slot, its, from, to, change, event);
    } else {
      this.#frontier.beginUnknown(its, from, to, change, event);
      if (++this.#unknown % ManyUnknown === 0) this.#frontier.tidy();
    }
  }

  end(call: number): true | false | "undecided" {
    const event = ++this.#event;
    if (this.#over !== undefined) return this.#over;
    const slot = this.#slots.get(call);
    if (slot === undefined) throw new RangeError(`call ${call} is not in flight`);
    this.#slots.delete(call);
    if (slot === None) return true;
    const change = this.#flight.change[slot]!;
    if (change !== None) this.#makers[change]!--;
    this.#freeSlots.push(slot);
    if (this.#frontier.end(slot, event)) return true;
    this.#over = this.#frontier.truncated ? "undecided" : false;
    return this.#over;
  }

  /** Forgets the changes that nobody makes any more, and the values that are not current and that nobody names. */
  #forget(): void {
    const flight = this.#flight;
    const isLive = new Set<number>([0]);
    for (const change of this.#changes.numbers()) {
      if ((this.#makers[change] ?? 0) > 0) {
        if (flight.changeSeen(change) !== NoValue) isLive.add(flight.changeSeen(change));
        isLive.add(flight.changeWritten(change));
      } else {
        flight.forgetChange(change);
        this.#changes.free(change);
      }
    }
    for (let i = 0; i < flight.count; i++) {
      const slot = flight.open[i]!;
      if (flight.kind[slot] === Read || flight.kind[slot] === Differ) isLive.add(flight.seen[slot]!);
    }
    for (let one = 0; one < this.#frontier.size; one++) isLive.add(this.#frontier.state(one));
    for (const value of this.#values.numbers()) if (!isLive.has(value)) this.#values.free(value);
    this.#mostValues = Math.max(FewValues, 2 * this.#values.size);
  }
}

/** A change from a value, or from any, to another. */
function keyOf(from: number, to: number): number {
  return (from + 1) * 2 ** 26 + to;
}

/** Small numbers for large ones, used again when they are free. */
class Numbering {
  readonly #numbers = new Map<number, number>();
  readonly #originals: number[] = [];
  readonly #free: number[] = [];

  get size(): number {
    return this.#numbers.size;
  }

  number(original: number): number {
    let number = this.#numbers.get(original);
    if (number === undefined) {
      number = this.#free.pop() ?? this.#originals.length;
      this.#originals[number] = original;
      this.#numbers.set(original, number);
    }
    return number;
  }

  /** The numbers in use. */
  numbers(): number[] {
    return [...this.#numbers.values()];
  }

  free(number: number): void {
    this.#numbers.delete(this.#originals[number]!);
    this.#free.push(number);
  }
}
