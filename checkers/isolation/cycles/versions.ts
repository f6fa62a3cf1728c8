import { Initial, type Reading } from "../reading.ts";

/**
 * Whether the version that node a wrote of a key is known to come before that of node b; `undefined` where the reading
 * does not tell. Linear in the writers of the key.
 */
export function precedes(reading: Reading, key: number, a: number, b: number): boolean | undefined {
  if (a === b) return false;
  if (a === Initial) return true;
  if (b === Initial) return false;
  const { writerFirst, writer, ordered } = reading;
  const first = writerFirst[key]!;
  const known = first + ordered[key]!;
  for (let i = first; i < known; i++) {
    if (writer[i] === a) return true;
    if (writer[i] === b) return false;
  }
  return undefined;
}

/** Whether a node is among the writers of a key. */
export function isWriter(reading: Reading, key: number, node: number): boolean {
  if (node === Initial) return true;
  const { writeFirst, writeKey } = reading;
  for (let w = writeFirst[node]!; w < writeFirst[node + 1]!; w++) if (writeKey[w] === key) return true;
  return false;
}
