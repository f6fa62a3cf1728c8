import { Initial, type Reading } from "../reading.ts";

/** Possible writers of all reads together, from which on choosing among them is dear. */
const Many = 10_000;

/**
 * Where very many writes of equal values may be what was read: the reading in which each read is of the last of them that was over when the
 * reader was. A guess, as good as any: what explains it explains the reading. `undefined` if some read was over before all of its writers,
 * or if there are few choices, which a search may decide either way.
 */
export function guessed(reading: Reading): Reading | undefined {
  if (!cache.has(reading)) cache.set(reading, guess(reading));
  return cache.get(reading);
}

const cache = new WeakMap<Reading, Reading | undefined>();

function guess(reading: Reading): Reading | undefined {
  const { candidates, nodes, end, readFirst } = reading;
  let choices = 0;
  for (const writers of candidates.values()) choices += writers.length;
  if (choices < Many) return undefined;
  const byEnd = Array.from({ length: nodes }, (_, node) => node).toSorted(
    (a, b) => end[a]! - end[b]! || a - b,
  );
  const place = new Int32Array(nodes);
  byEnd.forEach((node, i) => (place[node] = i));
  /** Most reads of one value share their writers. */
  const sorted = new Map<readonly number[], readonly number[]>();
  const readFrom = reading.readFrom.slice();
  for (let reader = Initial + 1; reader < nodes; reader++)
    for (let entry = readFirst[reader]!; entry < readFirst[reader + 1]!; entry++) {
      const writers = candidates.get(entry);
      if (writers === undefined) continue;
      let inOrder = sorted.get(writers);
      if (inOrder === undefined)
        sorted.set(writers, (inOrder = writers.toSorted((a, b) => place[a]! - place[b]!)));
      const last = lastBefore(inOrder, place, place[reader]!);
      if (last === undefined) return undefined;
      readFrom[entry] = last;
    }
  return { ...reading, readFrom, candidates: new Map() };
}

function lastBefore(writers: readonly number[], place: Int32Array, limit: number): number | undefined {
  let low = 0;
  let high = writers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (place[writers[middle]!]! < limit) low = middle + 1;
    else high = middle;
  }
  return writers[low - 1];
}
