import type { Choices, ChoiceStreams } from "../choices.ts";
import { checkedBound, type ChoiceRecord, type ChoiceSequence } from "./choice-record.ts";

/** Where a replay first asked for something else than the record has. */
export interface Divergence {
  readonly stream: string;
  /** Position within the stream, from 0. */
  readonly position: number;
  readonly recorded: string;
  readonly asked: string;
}

export interface ReplayOptions {
  /** Whether the first divergence ends the run with an error, rather than being counted. */
  readonly strict?: boolean;
  /** What chooses where the record is at its end; 0 unless given. */
  readonly beyond?: ChoiceStreams;
}

/**
 * Chooses what a record says. A record that fits no more is followed as far as it goes: beyond its end 0 is
 * chosen, and a value that is too large becomes the largest.
 */
export class ReplayedChoices implements ChoiceStreams {
  /** Choices for which the record has another label. */
  mismatches = 0;
  /** Choices whose recorded value was too large. */
  clamped = 0;
  /** Choices beyond the end of the record. */
  missing = 0;
  firstDivergence: Divergence | undefined;
  readonly #record: ChoiceRecord;
  readonly #options: ReplayOptions;
  readonly #streams = new Map<string, ReplayedStream>();

  constructor(record: ChoiceRecord, options: ReplayOptions = {}) {
    this.#record = record;
    this.#options = options;
  }

  stream(name: string): Choices {
    let stream = this.#streams.get(name);
    if (stream === undefined) {
      stream = new ReplayedStream(name, this.#record.get(name), this, this.#options.beyond?.stream(name));
      this.#streams.set(name, stream);
    }
    return stream;
  }

  /** Whether the record was followed to the letter and to its end. */
  exact(): boolean {
    if (this.mismatches + this.clamped + this.missing > 0) return false;
    for (const [name, { values }] of this.#record) {
      if (values.length > 0 && this.#streams.get(name)?.position !== values.length) return false;
    }
    return true;
  }

  /** @internal Takes note of a choice that does not fit the record. */
  diverged(kind: "mismatches" | "clamped" | "missing", divergence: Divergence): void {
    this[kind]++;
    this.firstDivergence ??= divergence;
    if (this.#options.strict !== true) return;
    const { stream, position, recorded, asked } = divergence;
    throw new Error(`the replay diverged at choice ${position} of ${stream}: ${recorded}, but ${asked}`);
  }
}

class ReplayedStream implements Choices {
  position = 0;
  readonly #name: string;
  readonly #sequence: ChoiceSequence | undefined;
  readonly #length: number;
  readonly #replay: ReplayedChoices;
  readonly #beyond: Choices | undefined;

  constructor(
    name: string,
    sequence: ChoiceSequence | undefined,
    replay: ReplayedChoices,
    beyond: Choices | undefined,
  ) {
    this.#name = name;
    this.#sequence = sequence;
    this.#length = sequence?.values.length ?? 0;
    this.#replay = replay;
    this.#beyond = beyond;
  }

  choose(bound: number, label: string): number {
    if (checkedBound(bound, label) === 1) return 0;
    const sequence = this.#sequence;
    if (sequence === undefined || this.position >= this.#length) {
      this.#diverged("missing", "the record is at its end", `${label} is asked for`);
      return this.#beyond?.choose(bound, label) ?? 0;
    }
    const recorded = sequence.names[sequence.labels[this.position] ?? 0];
    if (recorded !== label) {
      this.#diverged("mismatches", `the record has ${recorded}`, `${label} is asked for`);
    }
    const value = sequence.values[this.position] ?? 0;
    if (value >= bound) this.#diverged("clamped", `the record has ${value}`, `${label} is below ${bound}`);
    this.position++;
    return value < bound ? value : bound - 1;
  }

  #diverged(kind: "mismatches" | "clamped" | "missing", recorded: string, asked: string): void {
    this.#replay.diverged(kind, { stream: this.#name, position: this.position, recorded, asked });
  }
}
