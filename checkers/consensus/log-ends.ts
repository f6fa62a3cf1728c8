import type { Ballot, LogView } from "./view.ts";

/**
 * A log along which ballots do not fall, in brief: where the entries of each ballot end, the earliest ballot first. `slot` is the
 * first after them.
 */
export type Ends = [ballot: number, slot: number][];

/** The ends of a log; from the last entry on, in as many searches as there are ballots. */
export function endsOf({ first, entries }: LogView): Ends {
  const ends: Ends = [];
  for (let end = entries.length; end > 0;) {
    const ballot = ballotOf(entries, end - 1);
    ends.unshift([ballot, first + end]);
    let [low, high] = [0, end];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ballotOf(entries, middle) < ballot) low = middle + 1;
      else high = middle;
    }
    end = low;
  }
  return ends;
}

function ballotOf(entries: LogView["entries"], at: number): Ballot {
  return entries[at]?.ballot ?? -1;
}

/** The ballot of the entry in a slot that is not before the first; undefined where there is none. */
export function ballotAt(ends: Ends, slot: number): Ballot | undefined {
  return ends.find(([, end]) => slot < end)?.[0];
}
