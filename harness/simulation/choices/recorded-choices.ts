import type { Choices, ChoiceStreams } from "../choices.ts";
import type { ChoiceRecord, ChoiceSequence } from "./choice-record.ts";
import { checkedBound } from "./choice-record.ts";

const firstCapacity = 64;
const mostLabels = 256;

/** Records what another source chooses. */
export class RecordedChoices implements ChoiceStreams {
  readonly #source: ChoiceStreams;
  readonly #streams = new Map<string, RecordedStream>();

  constructor(source: ChoiceStreams) {
    this.#source = source;
  }

  stream(name: string): Choices {
    let stream = this.#streams.get(name);
    if (stream === undefined) {
      stream = new RecordedStream(this.#source.stream(name));
      this.#streams.set(name, stream);
    }
    return stream;
  }

  /** What was chosen so far; streams in which nothing was are left out. Streams are in the order of their names. */
  record(): ChoiceRecord {
    const record = new Map<string, ChoiceSequence>();
    for (const name of [...this.#streams.keys()].toSorted()) {
      const sequence = this.#streams.get(name)?.sequence();
      if (sequence !== undefined && sequence.values.length > 0) record.set(name, sequence);
    }
    return record;
  }
}

class RecordedStream implements Choices {
  readonly #source: Choices;
  readonly #names: string[] = [];
  #values = new Uint32Array(firstCapacity);
  #labels = new Uint8Array(firstCapacity);
  #length = 0;

  constructor(source: Choices) {
    this.#source = source;
  }

  choose(bound: number, label: string): number {
    if (checkedBound(bound, label) === 1) return 0;
    const value = this.#source.choose(bound, label);
    if (this.#length === this.#values.length) this.#grow();
    this.#values[this.#length] = value;
    this.#labels[this.#length++] = this.#labelOf(label);
    return value;
  }

  sequence(): ChoiceSequence {
    return {
      values: this.#values.slice(0, this.#length),
      labels: this.#labels.slice(0, this.#length),
      names: this.#names.slice(),
    };
  }

  /** A stream has few labels: to look along them is quicker than to hash. */
  #labelOf(label: string): number {
    const names = this.#names;
    for (let i = 0; i < names.length; i++) if (names[i] === label) return i;
    if (names.length === mostLabels) throw new Error(`a stream has more than ${mostLabels} labels: ${label}`);
    return names.push(label) - 1;
  }

  #grow(): void {
    const values = new Uint32Array(2 * this.#length);
    const labels = new Uint8Array(2 * this.#length);
    values.set(this.#values);
    labels.set(this.#labels);
    this.#values = values;
    this.#labels = labels;
  }
}
