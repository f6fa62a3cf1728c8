import { canonical, inWords, sameValue, type Json } from "../../../histories/json.ts";
import { Refused, unknownOutput, type Input, type Model, type Output, type Replay } from "../model.ts";
import type { CollectionMeaning } from "../structure.ts";
import { heldInitially, itemTies } from "./item-ties.ts";

/** The items inside, the newest last. */
type Items = readonly Json[];

/** A last-in, first-out stack: push, pop, peek. */
export function stack(initial: Items = []): Model<Items> {
  return {
    name: "stack",
    summary: "a last-in first-out stack: push, pop, peek",
    operations: [
      { f: "push", argument: "the item, not null", result: "ignored", meaning: "puts the item on top" },
      {
        f: "pop",
        argument: "null",
        result: "the item; null: the stack was empty",
        meaning: "takes the item on top",
      },
      {
        f: "peek",
        argument: "null",
        result: "the item; null: the stack was empty",
        meaning: "looks at the item on top and leaves it",
      },
    ],
    initial,
    changes: ({ f }) => f !== "peek",
    observes: ({ f }) => f !== "push",
    malformed: ({ f, value }) => (f === "push" && value === null ? "an item other than null" : undefined),
    step(state, { f, value }, output) {
      if (f === "push") return [...state, value];
      const below = state.slice(0, -1);
      const reason = output === unknownOutput ? undefined : misfound(state.at(-1), output);
      if (reason !== undefined) return new Refused(reason);
      return f === "peek" ? state : below;
    },
    replay: () => new StackReplay(initial),
    structure: {
      kind: "stack",
      initial,
      direct: { push: "add", pop: "remove" },
      meaning,
    },
    describe: (state) => `[${state.map(canonical).join(", ")}]`,
    tell({ f, value }, output) {
      if (f === "push") return `pushed ${inWords(value)}`;
      const did = f === "pop" ? "popped" : "saw";
      if (output === unknownOutput) return `${did} an item that nobody knows`;
      return output === null ? "found the stack empty" : `${did} ${inWords(output)}`;
    },
    allowed: (state, { f }) => (f === "push" ? [] : [state.at(-1) ?? null]),
    ties: itemTies(initial, meaning),
    initially: heldInitially(initial),
  };
}

function meaning({ f, value }: Input, output: Output): CollectionMeaning {
  if (f === "push") return { does: "add", item: value };
  if (output === unknownOutput) return f === "peek" ? { does: "nothing" } : { does: "remove-unknown" };
  if (output === null) return { does: "empty" };
  return { does: f === "peek" ? "peek" : "remove", item: output };
}

/** Why a stack with this item on top, if any, did not show `found`. */
function misfound(top: Json | undefined, found: Json): string | undefined {
  if (top === undefined) return found === null ? undefined : "the stack was empty";
  if (sameValue(top, found)) return undefined;
  return found === null
    ? `the stack was not empty: ${inWords(top)} was on top`
    : `${inWords(top)} was on top of the stack, not ${inWords(found)}`;
}

class StackReplay implements Replay {
  readonly #items: Json[];

  constructor(initial: Items) {
    this.#items = [...initial];
  }

  apply({ f, value }: Input, output: Output): string | undefined {
    if (f === "push") {
      this.#items.push(value);
      return undefined;
    }
    const reason = output === unknownOutput ? undefined : misfound(this.#items.at(-1), output);
    if (reason === undefined && f === "pop") this.#items.pop();
    return reason;
  }

  describe(): string {
    const top = this.#items.slice(-20).map(canonical);
    return `[${this.#items.length > top.length ? "…, " : ""}${top.join(", ")}]`;
  }
}
