import { inWords, type Json } from "../../histories/json.ts";
import { Never, type Calls } from "./calls.ts";
import { tellOperation } from "./model.ts";
import type { ModelHistory } from "./partition.ts";

/** Words about the calls of one object, for sentences. */
export class Words {
  readonly #source: ModelHistory;
  readonly #key: Json | undefined;
  readonly #calls: Calls;

  constructor(source: ModelHistory, key: Json | undefined, calls: Calls) {
    this.#source = source;
    this.#key = key;
    this.#calls = calls;
  }

  /** "Process 3 read 2 on key 7" */
  opening(call: number): string {
    const did = this.#did(call);
    const key = this.#key === undefined ? "" : inWords(this.#key);
    // A model of many objects says itself which.
    const { model } = this.#calls.alphabet;
    const saysIt = model.tell !== undefined && (model.key !== undefined || model.keys !== undefined);
    const isSaid = key === "" || (saysIt && did.includes(key));
    return `P${did.slice(1)}${isSaid ? "" : ` on key ${key}`}`;
  }

  /** "process 1 wrote 4"; of an unknown one "process 1 wrote 4 (if it did)" */
  deed(call: number): string {
    return this.#did(call) + (this.#calls.end[call] === Never ? " (if it did)" : "");
  }

  /** "the read" */
  subject(call: number): string {
    return `the ${this.#source.history.f(this.#calls.event[call]!)}`;
  }

  /** "process 3" */
  who(call: number): string {
    return `process ${this.#source.history.processOf(this.#calls.event[call]!)}`;
  }

  /** The time between two events: "312 ms". */
  elapsed(from: number, to: number): string {
    const { time } = this.#source.history.columns;
    return lengthOfTime((time[to] ?? 0) - (time[from] ?? 0));
  }

  /** When an event was, since the first of the history: "1.770 s"; the start of everything for −1. */
  moment(event: number): string {
    const { time } = this.#source.history.columns;
    const first = time[0] ?? 0;
    // Of a history without times the order is all there is.
    if ((time.at(-1) ?? 0) === first) return event < 0 ? "the start" : `event ${event}`;
    return event < 0 ? "the start" : pointInTime((time[event] ?? 0) - first);
  }

  #did(call: number): string {
    const { alphabet, action } = this.#calls;
    const { input, output } = alphabet.get(action[call]!);
    const told = tellOperation(alphabet.model, input, output);
    return `${this.who(call)} ${told}`;
  }
}

/** To two or three digits: "0.50 µs", "4.2 ms", "312 ms", "2.5 s"; "just" for none. */
function lengthOfTime(nanoseconds: number): string {
  const milliseconds = nanoseconds / 1e6;
  if (milliseconds === 0) return "just";
  const microseconds = milliseconds * 1000;
  if (microseconds < 99.5) return `${microseconds.toPrecision(2)} µs`;
  if (microseconds < 999.5) return `${Math.round(microseconds)} µs`;
  if (milliseconds >= 9999.5) return `${(milliseconds / 1000).toFixed(1)} s`;
  return `${milliseconds < 9.95 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`;
}

/** To the microsecond, as a clock shows it: "0.004 ms", "12.345 ms", "1.770 s". */
function pointInTime(nanoseconds: number): string {
  if (nanoseconds < 1e6) return `${Number((nanoseconds / 1e3).toFixed(3))} µs`;
  if (nanoseconds < 1e9) return `${Number((nanoseconds / 1e6).toFixed(3))} ms`;
  return `${(nanoseconds / 1e9).toFixed(3)} s`;
}
