import type { Random } from "../../../workloads/random.ts";
import { DelayLine } from "../delay-line.ts";
import type { ToxicType } from "../toxic.ts";

/**
 * Cuts chunks into pieces of about `average_size` ± `size_variation` bytes and waits `delay` microseconds
 * after each. Timers are coarser than that: the rate is kept, and pieces that are due together go together.
 */
export const slicer: ToxicType<"average_size" | "size_variation" | "delay"> = {
  type: "slicer",
  goName: "SlicerToxic",
  attributes: {
    average_size: { kind: "int", initial: 0 },
    size_variation: { kind: "int", initial: 0 },
    delay: { kind: "int", initial: 0 },
  },
  start({ average_size: average, size_variation: variation, delay }, outlet) {
    const line = new DelayLine(outlet);
    let free = 0;
    return {
      chunk(chunk) {
        free = Math.max(free, outlet.now());
        let start = 0;
        for (const end of cuts(chunk.data.length, average, variation, outlet.random)) {
          line.add({ data: chunk.data.subarray(start, end), time: chunk.time }, free);
          free += Math.max(0, delay) / 1000;
          start = end;
        }
      },
      end: (ending) => line.end(ending, free),
      stop: () => line.stop(),
    };
  },
};

/**
 * Where a chunk of `length` bytes is cut, its end included: halved, the middle varied, until each piece is
 * at most `average + variation` long. A piece of one byte is never cut, and no piece is empty.
 */
export function cuts(length: number, average: number, variation: number, random: Random): number[] {
  const ends: number[] = [];
  const pieces: [start: number, end: number][] = [[0, length]];
  for (let piece = pieces.pop(); piece !== undefined; piece = pieces.pop()) {
    const [start, end] = piece;
    if (end - start <= 1 || end - start - average <= variation) {
      ends.push(end);
      continue;
    }
    const middle = start + Math.floor((end - start) / 2);
    const varied = variation > 0 ? middle + random.int(Math.min(variation * 2, 2 ** 53)) - variation : middle;
    const cut = Math.min(end - 1, Math.max(start + 1, varied));
    pieces.push([cut, end], [start, cut]);
  }
  return ends;
}
