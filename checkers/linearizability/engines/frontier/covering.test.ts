import { describe, expect, test } from "vitest";
import { NoValue, Read, Write } from "../register-calls.ts";
import { NoneUsed, UsedSets } from "../search/used-sets.ts";
import { Covering } from "./covering.ts";
import { InFlight, None } from "./in-flight.ts";
import { Columns, LastWrite, Settled, State, Used } from "./rows.ts";

interface Configuration {
  readonly lastWrite: number;
  /** The slots of calls that are placed, and of those that are owed. */
  readonly placed?: readonly number[];
  readonly owed?: readonly number[];
}

/** A configuration that holds value 1, with calls in one word of slots. */
function row({ lastWrite, placed = [], owed = [] }: Configuration): Int32Array {
  const bits = (slots: readonly number[]): number => slots.reduce((sum, slot) => sum | (1 << slot), 0);
  const columns = new Int32Array(Columns + 2);
  columns[State] = 1;
  columns[LastWrite] = lastWrite;
  columns[Used] = columns[Settled] = NoneUsed;
  columns[Columns] = bits(placed);
  columns[Columns + 1] = bits(owed);
  return columns;
}

/** Whether one configuration covers another, as it stands, at an event at which a call of another slot returns. */
function covers(flight: InFlight, one: Configuration, other: Configuration): boolean {
  const covering = new Covering(flight, new UsedSets(), false);
  covering.at(20, None);
  return covering.asItStands(row(one), 0, row(other), 0);
}

describe("of two configurations one covers the other", () => {
  test("if it owes no other writes", () => {
    // The second went through value 2 and back by compare-and-sets after the write began, the first did so before.
    const flight = new InFlight(4);
    flight.add(0, Write, NoValue, 2, 0, 12);
    const owing = { lastWrite: 5, owed: [0] };
    const hidden = { lastWrite: 9 };
    expect(covers(flight, owing, hidden)).toBe(false);
    expect(covers(flight, hidden, owing)).toBe(true);
    expect(covers(flight, owing, owing)).toBe(true);
  });

  test("if a write before its last one can serve the reads that it has not done", () => {
    const at = (begin: number): InFlight => {
      const flight = new InFlight(4);
      flight.add(0, Write, NoValue, 2, 0, 2);
      flight.add(1, Read, 2, NoValue, None, begin);
      return flight;
    };
    const [behind, ahead] = [{ lastWrite: 8 }, { lastWrite: 8, placed: [0, 1] }];
    expect(covers(at(3), behind, ahead)).toBe(true);
    // The read began only after the last write, so no write before that can serve it.
    expect(covers(at(12), behind, ahead)).toBe(false);
    // The write is not to be had, or the other has more left.
    expect(covers(at(3), { lastWrite: 8, placed: [0] }, ahead)).toBe(false);
    expect(covers(at(3), behind, { lastWrite: 8, placed: [1] })).toBe(false);
  });

  test("if it can still place before its last write what the other can", () => {
    const flight = new InFlight(4);
    flight.add(0, Read, 3, NoValue, None, 6);
    expect(covers(flight, { lastWrite: 5 }, { lastWrite: 9 })).toBe(false);
    expect(covers(flight, { lastWrite: 9 }, { lastWrite: 5 })).toBe(true);
    expect(covers(flight, { lastWrite: 7 }, { lastWrite: 9 })).toBe(true);
  });
});
