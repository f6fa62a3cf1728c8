import type { OnlineRegister } from "../engines/online.ts";
import { Cas, Differ, NoValue, Read, Write } from "../engines/register-calls.ts";

/** Calls that bits of a number can stand for. */
const MostOpen = 31;
/** More configurations than this at once are too many to go along with a run. */
const MostConfigurations = 4096;

/** What the object may be: its value, the known open calls that took effect, and the unknown ones that did. */
interface Configuration {
  readonly value: number;
  readonly done: number;
  readonly used: number;
}

interface OpenCall {
  readonly kind: number;
  readonly seen: number;
  readonly written: number;
}

/**
 * The judge that needs nothing of its values: just-in-time linearization (Lowe 2017), breadth first. At each
 * return every configuration in which the call has taken effect, or can after others that are open, goes on.
 *
 * A read takes effect as soon as its value is current, since a read that is done never stands in the way. Of
 * unknown calls that are alike the first is used, and a configuration that used more of them than another
 * that is otherwise the same is let go: whatever it can do, the other can.
 */
export class Configurations implements OnlineRegister {
  readonly #known = new Map<number, { readonly bit: number; readonly call: OpenCall }>();
  readonly #unknown: OpenCall[] = [];
  /** Calls by their bit among the known. */
  readonly #byBit: (OpenCall | undefined)[] = [];
  #configurations: Configuration[] = [{ value: 0, done: 0, used: 0 }];
  #overflowed = false;

  get live(): number {
    return this.#known.size + this.#unknown.length + this.#configurations.length;
  }

  begin(number: number, kind: number, seen: number, written: number, known: boolean): void {
    const call = { kind, seen, written };
    if (!known) {
      this.#overflowed ||= this.#unknown.push(call) > MostOpen;
      return;
    }
    let bit = this.#byBit.indexOf(undefined);
    if (bit === -1) bit = this.#byBit.length;
    this.#overflowed ||= bit >= MostOpen;
    this.#byBit[bit] = call;
    this.#known.set(number, { bit, call });
    if (kind === Read || kind === Differ)
      this.#configurations = this.#configurations.map((configuration) => this.#withReads(configuration));
  }

  end(number: number): true | false | "undecided" {
    const returned = this.#known.get(number);
    if (returned === undefined) throw new RangeError(`call ${number} is not open`);
    if (this.#overflowed) return "undecided";
    const after = this.#after(1 << returned.bit);
    if (after === undefined) return "undecided";
    this.#known.delete(number);
    this.#byBit[returned.bit] = undefined;
    this.#configurations = undominated(
      after.map((one) => ({ ...one, done: one.done & ~(1 << returned.bit) })),
      this.#reads(),
    );
    return this.#configurations.length > 0;
  }

  /** The configurations in which the call of a bit has taken effect; `undefined` when there are too many. */
  #after(bit: number): Configuration[] | undefined {
    const after: Configuration[] = [];
    const seen = new Set<string>();
    const open: Configuration[] = [];
    const reach = (configuration: Configuration): void => {
      const text = `${configuration.value} ${configuration.done} ${configuration.used}`;
      if (seen.has(text)) return;
      seen.add(text);
      ((configuration.done & bit) === 0 ? open : after).push(configuration);
    };
    this.#configurations.forEach(reach);
    for (let configuration = open.pop(); configuration !== undefined; configuration = open.pop()) {
      if (seen.size > MostConfigurations) return undefined;
      for (let i = 0; i < this.#byBit.length; i++) {
        const call = this.#byBit[i];
        if (call === undefined || (configuration.done & (1 << i)) !== 0 || !applies(call, configuration))
          continue;
        reach(
          this.#withReads({ ...configuration, value: call.written, done: configuration.done | (1 << i) }),
        );
      }
      for (let i = 0; i < this.#unknown.length; i++) {
        const call = this.#unknown[i]!;
        if (!applies(call, configuration) || this.#firstUnused(call, configuration.used) !== i) continue;
        if (call.written === configuration.value) continue;
        reach(
          this.#withReads({ ...configuration, value: call.written, used: configuration.used | (1 << i) }),
        );
      }
    }
    return after;
  }

  /** The first of the unknown calls like this one that is not used. */
  #firstUnused({ kind, seen, written }: OpenCall, used: number): number {
    return this.#unknown.findIndex(
      (other, i) =>
        (used & (1 << i)) === 0 && other.kind === kind && other.seen === seen && other.written === written,
    );
  }

  /** The bits of the open calls that change nothing. */
  #reads(): number {
    return this.#byBit.reduce(
      (bits, call, i) => (call !== undefined && call.written === NoValue ? bits | (1 << i) : bits),
      0,
    );
  }

  /** With every open read done that the value allows. */
  #withReads(configuration: Configuration): Configuration {
    let { done } = configuration;
    for (let i = 0; i < this.#byBit.length; i++) {
      const call = this.#byBit[i];
      if (call === undefined) continue;
      if (call.kind === Read && call.seen === configuration.value) done |= 1 << i;
      if (call.kind === Differ && call.seen !== configuration.value) done |= 1 << i;
    }
    return done === configuration.done ? configuration : { ...configuration, done };
  }
}

/** Whether a call changes the object, and can where it holds this value. */
function applies({ kind, seen, written }: OpenCall, { value }: Configuration): boolean {
  return written !== NoValue && (kind === Write || (kind === Cas && seen === value));
}

/**
 * The configurations without those that another makes needless: it has the same value and the same changes
 * done, it used no other unknown calls, and it left no read undone that this one did.
 */
function undominated(configurations: readonly Configuration[], reads: number): Configuration[] {
  return configurations.filter(
    (one, i) =>
      !configurations.some(
        (other, j) =>
          i !== j &&
          other.value === one.value &&
          (other.done & one.done) === one.done &&
          ((other.done ^ one.done) & ~reads) === 0 &&
          (other.used & one.used) === other.used &&
          (other.done !== one.done || other.used !== one.used || j < i),
      ),
  );
}
