/** A seeded, splittable source of random numbers; the same on every machine and in every version. */
export interface Random {
  /** A uniform 32-bit unsigned integer. */
  next(): number;
  /** A uniform integer in 0..bound−1. */
  int(bound: number): number;
}
