import * as fc from "fast-check";
import { expect, test } from "vitest";
import { GapSet } from "./gap-set.ts";
import { Layers } from "./layers.ts";

test("GapSet finds neighbours as a sorted list does", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 3000 }),
      fc.boolean(),
      fc.array(fc.tuple(fc.nat(2), fc.nat(2999)), { maxLength: 60, size: "max" }),
      (size, full, changes) => {
        const tree = new GapSet(size, full);
        const list = new Set(full ? Array.from({ length: size }, (_, i) => i) : []);
        for (const [act, at] of changes) {
          const number = at % size;
          if (act === 0) {
            tree.add(number);
            list.add(number);
          } else if (act === 1) {
            tree.delete(number);
            list.delete(number);
          } else {
            tree.clearBetween(number >> 1, number);
            for (let i = (number >> 1) + 1; i < number; i++) list.delete(i);
          }
          const probe = (at * 7) % size;
          const sorted = [...list].toSorted((a, b) => a - b);
          expect(tree.has(probe)).toBe(list.has(probe));
          expect(tree.next(probe)).toBe(sorted.find((one) => one >= probe) ?? size);
          expect(tree.previous(probe)).toBe(sorted.findLast((one) => one <= probe) ?? -1);
        }
      },
    ),
    { numRuns: 200 },
  );
});

test("Layers hand out each place once, as soon as few enough intervals lie over it", () => {
  const interval = fc
    .tuple(fc.nat(29), fc.nat(30))
    .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), fc.array(interval), fc.nat(1), (size, intervals, most) => {
      const counts = new Int32Array(size);
      for (const [from, past] of intervals) for (let i = from; i < past && i < size; i++) counts[i]!++;
      const layers = new Layers(counts, most);
      const handedOut = new Set<number>();
      const collect = (): void => {
        for (let place = layers.next(); place >= 0; place = layers.next()) {
          expect(handedOut.has(place)).toBe(false);
          handedOut.add(place);
        }
        expect([...handedOut].toSorted((a, b) => a - b)).toEqual(
          Array.from(counts, (_, i) => i).filter((i) => counts[i]! <= most),
        );
      };
      collect();
      for (const [from, past] of intervals) {
        layers.take(from, Math.min(past, size));
        for (let i = from; i < past && i < size; i++) counts[i]!--;
        collect();
      }
    }),
    { numRuns: 200 },
  );
});
