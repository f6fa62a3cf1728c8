import { createHash } from "node:crypto";

/** A source of uniform integers in 0..bound−1: the same for the same words (sfc32, seeded by SHA-256). */
export function chance(...words: readonly string[]): (bound: number) => number {
  const digest = createHash("sha256").update(JSON.stringify(words)).digest();
  let a = digest.readUInt32LE(0);
  let b = digest.readUInt32LE(4);
  let c = digest.readUInt32LE(8);
  let counter = 1;
  const next = (): number => {
    const sum = (a + b + counter++) >>> 0;
    a = (b ^ (b >>> 9)) >>> 0;
    b = (c + (c << 3)) >>> 0;
    c = (((c << 21) | (c >>> 11)) + sum) >>> 0;
    return sum;
  };
  // 2^32 is far above any bound that protocols ask for: the bias of the remainder is below one in a million.
  return (bound) => next() % bound;
}
