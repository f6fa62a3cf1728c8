/** The time of a simulated world, which all its parts share. */
export interface VirtualTime {
  /** Whole microseconds since the start of the run. */
  now: number;
}
