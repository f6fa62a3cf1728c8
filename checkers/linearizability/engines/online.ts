/**
 * Judges one register event by event. Events come in order of the history, but a call's begin comes with its
 * whole meaning (`RegisterCalls`): the caller holds events back until the outcome of every call begun so far is known.
 * Failed calls never come. Numbers of values are sparse (any from 0 to 2³¹ − 1; 0 is the initial value), those of
 * calls small. Memory is bounded by the calls in flight, the unknown ones that may still take effect, and the values
 * that can still be seen.
 */
export interface OnlineRegister {
  /**
   * A call begins. `call` is the caller's number for it, free again after its end. A call whose outcome is
   * unknown (`known` false) has no end.
   */
  begin(call: number, kind: number, seen: number, written: number, known: boolean): void;
  /**
   * A known call returns: false when what came so far has no linearization, after which the judge is over;
   * "undecided" when this judge cannot go on (not its class, or its budget ended), likewise.
   */
  end(call: number): true | false | "undecided";
  /** How many values and calls it holds on to. */
  readonly live: number;
  /** The values that it can tell from one that it never heard of; the numbers of others are free. */
  values(): Iterable<number>;
  /**
   * The value that the register must hold now, when that is all that matters for what comes: nothing is in flight,
   * and no unknown call can still take effect. `undefined` when that is not so, or not known.
   */
  readonly rest: number | undefined;
}
