import { InputError, type Place } from "./errors.ts";
import { canonical, type Json } from "./json.ts";

/** Rows of pairs of a node and a count, as columns: row i is `[offset[i], offset[i + 1])`. */
export interface Counts {
  readonly offset: Int32Array;
  readonly node: Int32Array;
  readonly count: Float64Array;
}

/**
 * What happened at the nodes of a distributed system, as anybody may have logged it: the events of each node in its own
 * order, the messages between them, and the clocks that they were stamped with. Held in columns.
 */
export interface EventTrace {
  readonly file: string | undefined;
  readonly nodes: readonly string[];
  /** By event: index into `nodes`. Events of one node are in the order in which they happened; of several, in any. */
  readonly node: Int32Array;
  /** 1-based line where the event begins. */
  readonly line: Int32Array;
  /** What an event was, in words. */
  readonly text: readonly string[];
  /** Of an event that receives a message: the event that sent it; else −1. */
  readonly sender: Int32Array;
  /** Whether the log tells of messages at all; else only clocks connect nodes. */
  readonly tellsMessages: boolean;
  /** Vector clocks as they were logged; an empty row where an event has none. */
  readonly clocks: Counts;
  readonly clocked: Uint8Array;
  /** Lamport clocks; NaN where an event has none. As they were logged, or, where doubles do not hold them, by rank. */
  readonly lamport: Float64Array;
  /** Where `lamport` has ranks: what was logged, by rank. */
  readonly lamportValues?: readonly (number | bigint)[];
  /** Causal histories as they were logged: nodes and numbers of events, from 1; absent where no event has one. */
  readonly pasts?: ReadonlyMap<number, readonly (readonly [node: number, number: number])[]>;
  /** By event: the number of the message that it broadcasts or delivers to its application; else −1. */
  readonly broadcasts: Int32Array;
  readonly delivers: Int32Array;
  /** Names of the messages that are broadcast. */
  readonly messages: readonly Json[];
}

export interface LoggedEvent {
  readonly node: string;
  readonly line: number;
  readonly text: string;
  readonly clock?: Readonly<Record<string, number>>;
  readonly lamport?: number | bigint;
  /** The events that happened before, and itself: [node, number from 1]. */
  readonly past?: readonly (readonly [string, number])[];
  /** Names of messages. */
  readonly sends?: Json;
  readonly receives?: Json;
  readonly broadcasts?: Json;
  readonly delivers?: Json;
}

/** Makes a trace out of events; enforces that each message has one sender. */
export class EventTraceBuilder {
  readonly #file: string | undefined;
  readonly #nodes = new Names();
  readonly #node: number[] = [];
  readonly #line: number[] = [];
  readonly #text: string[] = [];
  readonly #sent = new Map<string, number>();
  readonly #received: [event: number, message: string][] = [];
  readonly #offset: number[] = [0];
  readonly #clockNode: number[] = [];
  readonly #clockCount: number[] = [];
  readonly #clocked: number[] = [];
  readonly #lamport: (number | bigint)[] = [];
  readonly #pasts = new Map<number, readonly (readonly [number, number])[]>();
  readonly #broadcasts: number[] = [];
  readonly #delivers: number[] = [];
  readonly #messages: Json[] = [];
  readonly #messageNumbers = new Map<string, number>();
  readonly #delivered: [event: number, message: string][] = [];

  constructor(file?: string) {
    this.#file = file;
  }

  add(event: LoggedEvent): void {
    const index = this.#node.length;
    const { node, line, text, clock, lamport, past, sends, receives, broadcasts, delivers } = event;
    this.#node.push(this.#nodes.number(node));
    this.#line.push(line);
    this.#text.push(text);
    for (const name in clock) {
      this.#clockNode.push(this.#nodes.number(name));
      this.#clockCount.push(clock[name]!);
    }
    this.#offset.push(this.#clockNode.length);
    this.#clocked.push(clock === undefined ? 0 : 1);
    this.#lamport.push(lamport ?? NaN);
    if (past !== undefined)
      this.#pasts.set(
        index,
        past.map(([name, number]) => [this.#nodes.number(name), number]),
      );
    if (sends !== undefined) {
      const message = canonical(sends);
      if (this.#sent.has(message)) throw this.#wrong(index, "a message that no other event sends", message);
      this.#sent.set(message, index);
    }
    if (receives !== undefined) this.#received.push([index, canonical(receives)]);
    this.#broadcasts.push(-1);
    this.#delivers.push(-1);
    if (broadcasts !== undefined) {
      const message = canonical(broadcasts);
      if (this.#messageNumbers.has(message))
        throw this.#wrong(index, "a message that no other event broadcasts", message);
      this.#messageNumbers.set(message, this.#messages.length);
      this.#broadcasts[index] = this.#messages.length;
      this.#messages.push(broadcasts);
    }
    if (delivers !== undefined) this.#delivered.push([index, canonical(delivers)]);
  }

  build(): EventTrace {
    const count = this.#node.length;
    if (count === 0)
      throw new InputError("E_EMPTY", { place: this.#place(), expected: "a trace of events", found: "none" });
    const sender = new Int32Array(count).fill(-1);
    for (const [event, message] of this.#received) {
      const sent = this.#sent.get(message);
      if (sent === undefined) throw this.#wrong(event, "a message that some event sends", message);
      sender[event] = sent;
    }
    for (const [event, message] of this.#delivered) {
      const number = this.#messageNumbers.get(message);
      if (number === undefined) throw this.#wrong(event, "a message that some event broadcasts", message);
      this.#delivers[event] = number;
    }
    return {
      file: this.#file,
      nodes: this.#nodes.names,
      node: Int32Array.from(this.#node),
      line: Int32Array.from(this.#line),
      text: this.#text,
      sender,
      tellsMessages: this.#sent.size > 0 || this.#messages.length > 0,
      clocks: {
        offset: Int32Array.from(this.#offset),
        node: Int32Array.from(this.#clockNode),
        count: Float64Array.from(this.#clockCount),
      },
      clocked: Uint8Array.from(this.#clocked),
      ...lamportColumn(this.#lamport),
      ...(this.#pasts.size === 0 ? {} : { pasts: this.#pasts }),
      broadcasts: Int32Array.from(this.#broadcasts),
      delivers: Int32Array.from(this.#delivers),
      messages: this.#messages,
    };
  }

  #place(line?: number): Place {
    return {
      ...(this.#file === undefined ? {} : { file: this.#file }),
      ...(line === undefined ? {} : { line }),
    };
  }

  #wrong(event: number, expected: string, message: string): InputError {
    return new InputError("E_TRACE", { place: this.#place(this.#line[event]), expected, found: message });
  }
}

/** Integers that are too large for doubles keep their order by rank. */
function lamportColumn(logged: readonly (number | bigint)[]): Pick<EventTrace, "lamport" | "lamportValues"> {
  const asNumber = (value: number | bigint): number => (typeof value === "number" ? value : NaN);
  if (logged.every((value) => typeof value === "number"))
    return { lamport: Float64Array.from(logged, asNumber) };
  const values = [...new Set(logged)].filter((value) => !Number.isNaN(value));
  values.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const ranks = new Map(values.map((value, rank) => [value, rank]));
  return {
    lamport: Float64Array.from(logged, (value) => ranks.get(value) ?? NaN),
    lamportValues: values,
  };
}

class Names {
  readonly names: string[] = [];
  readonly #numbers = new Map<string, number>();

  number(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    this.#numbers.set(name, this.names.length);
    return this.names.push(name) - 1;
  }
}
