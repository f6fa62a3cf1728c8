import type { ChoiceRecord } from "../choices/index.ts";
import { minimalSubset } from "./minimal-subset.ts";

/** A choice that is not the simplest. */
interface Deviation {
  readonly stream: string;
  readonly position: number;
  readonly value: number;
}

/** The choices of a record that are not 0. */
export function deviations(record: ChoiceRecord): Deviation[] {
  const found: Deviation[] = [];
  for (const [stream, { values }] of record) {
    values.forEach((value, position) => {
      if (value !== 0) found.push({ stream, position, value });
    });
  }
  return found;
}

/**
 * Simpler choices with which a run still fails: as many as possible become 0, blocks of them first, and the others
 * smaller, halved again and again.
 */
export function simplerChoices(record: ChoiceRecord, fails: (record: ChoiceRecord) => boolean): ChoiceRecord {
  let kept = minimalSubset(deviations(record), (some) => fails(only(record, some)));
  for (let i = 0; i < kept.length; i++) {
    for (let tried = kept[i]; tried !== undefined && tried.value > 1;) {
      const halved: Deviation = { ...tried, value: Math.floor(tried.value / 2) };
      const simpler = kept.with(i, halved);
      if (!fails(only(record, simpler))) break;
      kept = simpler;
      tried = halved;
    }
  }
  return only(record, kept);
}

/** A record in which only these choices are not 0. */
function only(record: ChoiceRecord, kept: readonly Deviation[]): ChoiceRecord {
  const simpler = new Map(
    [...record].map(([stream, sequence]) => [
      stream,
      { ...sequence, values: new Uint32Array(sequence.values.length) },
    ]),
  );
  for (const { stream, position, value } of kept) {
    const sequence = simpler.get(stream);
    if (sequence !== undefined) sequence.values[position] = value;
  }
  return simpler;
}
