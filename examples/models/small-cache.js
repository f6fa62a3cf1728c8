/**
 * A cache with room for two entries, in plain JavaScript: `put` [key, value] may throw out any other entry, `get`
 * answers the value, or null for an entry that was thrown out, or was never there. Each key is judged with all
 * others, since they share the room.
 *
 *     rashomon check history.jsonl --model examples/models/small-cache.js
 */
import { defineModel, oneOf, refuse, unknownOutput } from "rashomon/checkers";

const room = 2;

export const model = defineModel({
  name: "small-cache",
  summary: "a cache with room for two entries: put, get",
  initial: {},
  step(entries, { f, value }, output) {
    if (f === "get") {
      const found = entries[value] ?? null;
      if (output === unknownOutput || output === found) return entries;
      return refuse(`the cache held ${JSON.stringify(found)} for ${JSON.stringify(value)}`);
    }
    const [key, item] = value;
    const others = Object.keys(entries).filter((other) => other !== key);
    const next = { ...entries, [key]: item };
    if (others.length < room) return next;
    return oneOf(...others.map((thrownOut) => without(next, thrownOut)));
  },
  changes: ({ f }) => f === "put",
  observes: ({ f }) => f === "get",
});

function without(entries, key) {
  return Object.fromEntries(Object.entries(entries).filter(([name]) => name !== key));
}
