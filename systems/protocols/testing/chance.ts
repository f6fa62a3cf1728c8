/** A source of uniform integers in 0..bound−1 for tests, fixed by its seed (mulberry32). */
export function chance(seed: number): (bound: number) => number {
  let state = Math.imul(seed + 1, 0x9e3779b9);
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
}
