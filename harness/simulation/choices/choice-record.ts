/** The largest bound that a choice may have, so that what was chosen fits 32 bits. */
export const largestBound = 2 ** 32;

/** What was chosen in one stream: values, and what each was for as an index into `names`. */
export interface ChoiceSequence {
  readonly values: Uint32Array;
  readonly labels: Uint8Array;
  readonly names: readonly string[];
}

/** Every choice of a run, by stream. With the same settings and version it is the run. */
export type ChoiceRecord = ReadonlyMap<string, ChoiceSequence>;

/** How many choices a record holds. */
export function recordLength(record: ChoiceRecord): number {
  let length = 0;
  for (const { values } of record.values()) length += values.length;
  return length;
}

/** The bound a choice must have, checked: an integer of 1..2^32. */
export function checkedBound(bound: number, label: string): number {
  if (!(Number.isSafeInteger(bound) && bound >= 1 && bound <= largestBound)) {
    throw new RangeError(`a choice (${label}) needs a bound of 1..2^32, not ${bound}`);
  }
  return bound;
}
