import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EventQueue } from "./event-queue.ts";

type Step =
  | { readonly act: "add"; readonly time: number }
  | { readonly act: "take" }
  | { readonly act: "remove"; readonly which: number }
  | { readonly act: "move"; readonly which: number; readonly time: number };

const time = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 1_000 }));
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ act: fc.constant("add" as const), time }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant("take" as const) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("remove" as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("move" as const), which: fc.nat(), time }) },
);

/** The plainest queue that could be: events in a list, sorted by time and then by when they were put there. */
class PlainQueue {
  events: { time: number; sequence: number; name: number; slot: number }[] = [];
  sequence = 0;

  put(due: number, name: number, slot: number): void {
    this.events.push({ time: due, sequence: this.sequence++, name, slot });
    this.events.sort((a, b) => a.time - b.time || a.sequence - b.sequence);
  }
}

describe("the event queue", () => {
  it("gives events by time, and those of one time in the order in which they were added", () => {
    const queue = new EventQueue();
    for (const [due, name] of [
      [5, "c"],
      [1, "a"],
      [5, "d"],
      [1, "b"],
    ] as const)
      queue.add(due, 0, 0, name);
    const order: unknown[] = [];
    for (let slot = queue.take(); slot >= 0; slot = queue.take()) order.push(queue.payload[slot]);
    expect(order).toEqual(["a", "b", "c", "d"]);
    expect(queue.due()).toBe(Infinity);
  });

  it("does what the plainest queue does, whatever is added, taken, removed and moved", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 600, size: "max" }), (steps) => {
        const queue = new EventQueue();
        const plain = new PlainQueue();
        let names = 0;
        for (const each of steps) {
          const { events } = plain;
          if (each.act === "add") {
            plain.put(each.time, names, queue.add(each.time, 1, names % 7, names));
            names++;
          } else if (each.act === "take") {
            const slot = queue.take();
            const expected = events.shift();
            expect(slot < 0 ? undefined : queue.payload[slot]).toBe(expected?.name);
            if (expected === undefined) continue;
            expect(queue.time(slot)).toBe(expected.time);
            expect(queue.node[slot]).toBe(expected.name % 7);
            queue.free(slot);
          } else if (events.length > 0) {
            const [chosen] = events.splice(each.which % events.length, 1);
            if (chosen === undefined) continue;
            queue.remove(chosen.slot);
            expect(queue.queued(chosen.slot)).toBe(false);
            if (each.act === "remove") queue.free(chosen.slot);
            else {
              queue.put(chosen.slot, each.time);
              plain.put(each.time, chosen.name, chosen.slot);
            }
          }
          expect(queue.length).toBe(plain.events.length);
          expect(queue.inUse).toBe(plain.events.length);
          expect(queue.due()).toBe(plain.events[0]?.time ?? Infinity);
        }
        expect(queue.slotsOf(1).map((slot) => queue.payload[slot])).toEqual(
          plain.events.map(({ name }) => name),
        );
      }),
    );
  });

  it("uses slots again", () => {
    const queue = new EventQueue();
    const slots = new Set<number>();
    for (let i = 0; i < 1000; i++) {
      slots.add(queue.add(i, 0, 0, undefined));
      queue.free(queue.take());
    }
    expect(slots.size).toBe(1);
  });
});
