import { withoutUnseen, type Calls } from "../calls.ts";
import { search } from "./search/search.ts";
import { layOut } from "./search/timeline.ts";
import type { Engine } from "./engine.ts";

/** The general search: any model, exponential only in the concurrency. */
export const searchEngine: Engine = {
  name: "search",
  decide({ calls, states }, limits) {
    const seen = withoutUnseen(calls);
    const { end, order, returned, steps, configurations } = search(layOut(seen), states, limits);
    switch (end) {
      case "linearizable":
        return { end, order: inTermsOf(calls, seen, order), steps, configurations };
      case "nonlinearizable":
        return { end, steps, configurations };
      default:
        return { end: end === "memory" ? "bytes" : end, returned, steps, configurations };
    }
  },
};

/** Positions in `some` of the calls as positions in `all`. */
function inTermsOf(all: Calls, some: Calls, positions: Int32Array): Int32Array {
  if (all === some) return positions;
  const position = new Int32Array(some.length);
  for (let i = 0, j = 0; j < some.length; i++) if (all.event[i] === some.event[j]) position[j++] = i;
  return positions.map((place) => position[place]!);
}
