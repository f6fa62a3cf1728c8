import type { OnlineRegister } from "../online.ts";
import { Cas, Differ, Nothing, NoValue, Read, Write } from "../register-calls.ts";
import { Frontier, Initial, type FrontierOptions } from "./frontier.ts";
import { InFlight, None } from "./in-flight.ts";

/** Known calls in flight at once for which there is room at first. */
const FirstSlots = 32;
/** Configurations kept after an event, at most. */
const Width = 256;
/** Values and unknown calls held before it pays to look for those that matter no more. */
const Few = 64;
/** Events are numbered up to here. */
const MostEvents = 2 ** 31 - 2;

export interface OnlineFrontierOptions {
  /** Configurations kept after an event, at most; some hundred unless given. */
  readonly width?: number;
  /** Values and unknown calls held before it pays to look for those that matter no more; some hundred unless given. */
  readonly few?: number;
}

/**
 * The frontier of a register, event by event: the same verdict at each return as in a finished history, as long as it
 * is narrow. When it would not be, unknown calls count as ones that can take effect any number of times: then a
 * violation may be missed or told of later, but never is one told that is none.
 *
 * It does not remember how its configurations were reached, so what it holds is bounded by the calls in flight, the
 * values that are current or can become so, and the unknown calls that may still take effect, those of a class as
 * a few numbers. An unknown call that has taken effect in every configuration is forgotten.
 */
export function onlineFrontier(options: OnlineFrontierOptions = {}): OnlineRegister {
  return new OnlineFrontier(options);
}

class OnlineFrontier implements OnlineRegister {
  readonly #options: FrontierOptions;
  #flight = new InFlight(FirstSlots);
  #frontier: Frontier;
  #event = 0;
  /** The caller's number of a call → its slot; `None` for one that sees and changes nothing. */
  readonly #slots = new Map<number, number>();
  readonly #freeSlots: number[] = [];
  #slotCount = FirstSlots;
  readonly #values = new Numbering();
  readonly #changes = new Numbering();
  readonly #few: number;
  #mostValues: number;
  #mostUnknown: number;
  #over: false | "undecided" | undefined;

  constructor({ width = Width, few = Few }: OnlineFrontierOptions) {
    this.#few = this.#mostValues = this.#mostUnknown = few;
    this.#options = { width, relaxing: true, trails: false };
    this.#frontier = new Frontier(this.#flight, this.#options);
    this.#values.number(Initial);
    this.#addFreeSlots(0);
  }

  get live(): number {
    return this.#slots.size + this.#values.size + this.#changes.size + this.#frontier.size;
  }

  values(): Iterable<number> {
    return this.#values.originals();
  }

  get rest(): number | undefined {
    const frontier = this.#frontier;
    if (this.#slots.size > 0 || this.#over !== undefined || frontier.truncated) return undefined;
    if (this.#flight.unknown > 0) this.#forget();
    if (this.#flight.unknown > 0 || frontier.size !== 1) return undefined;
    return this.#values.original(frontier.state(0));
  }

  begin(call: number, kind: number, seen: number, written: number, known: boolean): void {
    const event = ++this.#event;
    if (event > MostEvents) this.#over ??= "undecided";
    if (this.#over !== undefined) return;
    const its = kind === Cas && seen === written ? Read : kind;
    const changes = its === Write || its === Cas;
    if (!known && !changes) return;
    if (its === Nothing) {
      this.#slots.set(call, None);
      return;
    }
    if (this.#values.size > this.#mostValues || this.#flight.unknown > this.#mostUnknown) this.#forget();
    const from = its === Write ? NoValue : this.#values.number(seen);
    const to = changes ? this.#values.number(written) : NoValue;
    const change = changes ? this.#changes.number(keyOf(from, to)) : None;
    if (known) {
      const slot = this.#freeSlot();
      this.#slots.set(call, slot);
      this.#frontier.begin(slot, its, from, to, change, event);
    } else {
      this.#frontier.beginUnknown(its, from, to, change, event);
    }
  }

  end(call: number): true | false | "undecided" {
    const event = ++this.#event;
    if (this.#over !== undefined) return this.#over;
    const slot = this.#slots.get(call);
    if (slot === undefined) throw new RangeError(`call ${call} is not in flight`);
    this.#slots.delete(call);
    if (slot === None) return true;
    this.#freeSlots.push(slot);
    if (this.#frontier.end(slot, event)) return true;
    this.#over = this.#frontier.truncated ? "undecided" : false;
    return this.#over;
  }

  /** A free slot; there is always room for more calls. */
  #freeSlot(): number {
    if (this.#freeSlots.length === 0) {
      const slots = this.#slotCount;
      this.#slotCount = 2 * slots;
      this.#flight = this.#flight.widened(this.#slotCount);
      this.#frontier = new Frontier(this.#flight, this.#options, this.#frontier);
      this.#addFreeSlots(slots);
    }
    return this.#freeSlots.pop()!;
  }

  #addFreeSlots(from: number): void {
    for (let slot = this.#slotCount - 1; slot >= from; slot--) this.#freeSlots.push(slot);
  }

  /**
   * Forgets the unknown calls that have taken effect in any case, the changes that nobody makes any more, and the
   * values that are not current and that nobody names.
   */
  #forget(): void {
    this.#frontier.tidy();
    const flight = this.#flight;
    const isLive = new Set<number>([Initial]);
    for (const change of this.#changes.numbers()) {
      if (flight.isOver(change)) {
        flight.forgetChange(change);
        this.#changes.free(change);
      } else {
        if (flight.changeSeen(change) !== NoValue) isLive.add(flight.changeSeen(change));
        isLive.add(flight.changeWritten(change));
      }
    }
    for (let i = 0; i < flight.count; i++) {
      const slot = flight.open[i]!;
      if (flight.kind[slot] === Read || flight.kind[slot] === Differ) isLive.add(flight.seen[slot]!);
    }
    for (let one = 0; one < this.#frontier.size; one++) isLive.add(this.#frontier.state(one));
    for (const value of this.#values.numbers()) if (!isLive.has(value)) this.#values.free(value);
    this.#mostValues = Math.max(this.#few, 2 * this.#values.size);
    this.#mostUnknown = Math.max(this.#few, 2 * flight.unknown);
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

  original(number: number): number {
    return this.#originals[number]!;
  }

  originals(): Iterable<number> {
    return this.#numbers.keys();
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
