/**
 * A counter of tickets: `take` hands out the next number, `peek` tells the one handed out last.
 *
 *     rashomon check history.jsonl --model examples/models/ticket-counter.ts
 */
import { defineModel, refuse, unknownOutput } from "rashomon/checkers";

export const model = defineModel<number>({
  name: "ticket-counter",
  summary: "hands out 1, 2, 3, …: take, peek",
  operations: [
    { f: "take", argument: "null", result: "the ticket", meaning: "hands out the next ticket" },
    {
      f: "peek",
      argument: "null",
      result: "the ticket",
      meaning: "tells the ticket handed out last; 0: none",
    },
  ],
  initial: 0,
  step(last, { f }, output) {
    const due = f === "take" ? last + 1 : last;
    // Without an output, `step` says what the operation does if it takes effect.
    if (output === unknownOutput || output === due) return due;
    return refuse(`ticket ${due} was due, not ${JSON.stringify(output)}`);
  },
  // A peek of unknown outcome can be left out, since it changes nothing.
  changes: ({ f }) => f === "take",
  // Tickets tell the order of all operations, so nothing needs to be searched.
  version: (_, output) => (typeof output === "number" ? output : undefined),
  firstVersion: 0,
  describe: (last) => `${last} tickets handed out`,
});
