import { canonical, inWords, isJsonArray, sameValue, type Json } from "../../../histories/json.ts";
import { Refused, unknownOutput, type Input, type Model, type Output, type Replay } from "../model.ts";
import type { CollectionMeaning } from "../structure.ts";
import { heldInitially, itemTies } from "./item-ties.ts";
import { byText } from "./shapes.ts";

/** The elements, sorted by canonical text, each as often as it is inside. */
type Elements = readonly Json[];

/** A set that counts: each element is inside as often as it was added and not removed. */
export function multiset(initial: Elements = []): Model<Elements> {
  const first = initial.toSorted(byText);
  return {
    name: "multiset",
    summary: "a set that counts: add, remove, contains, read (all elements)",
    operations: [
      { f: "add", argument: "the element", result: "ignored", meaning: "puts the element in once more" },
      {
        f: "remove",
        argument: "the element",
        result: "false: it was not inside; anything else: it was",
        meaning: "takes the element out once",
      },
      {
        f: "contains",
        argument: "the element",
        result: "true or false",
        meaning: "tells whether the element is inside",
      },
      {
        f: "read",
        argument: "null",
        result: "[element, …] in any order, each as often as it is inside",
        meaning: "returns all elements",
      },
    ],
    initial: first,
    changes: ({ f }) => f === "add" || f === "remove",
    observes: ({ f }) => f !== "add",
    nullArguments: true,
    malformed({ f }, output) {
      if (output === unknownOutput) return undefined;
      if (f === "read" && !isJsonArray(output)) return "an array of elements";
      return f === "contains" && typeof output !== "boolean" ? "true or false" : undefined;
    },
    step(state, input, output) {
      const met = meaning(input, output);
      switch (met.does) {
        case "add":
          return [...state, met.item].toSorted(byText);
        case "remove": {
          const at = state.findIndex((element) => sameValue(element, met.item));
          return at < 0 ? new Refused(`${inWords(met.item)} was not inside`) : state.toSpliced(at, 1);
        }
        case "contains":
          return state.some((element) => sameValue(element, met.item)) === met.found
            ? state
            : new Refused(`${inWords(met.item)} was ${met.found ? "not " : ""}inside`);
        case "snapshot":
          return sameValue(state, met.items.toSorted(byText))
            ? state
            : new Refused(`the multiset held ${inWords(state)}, not ${inWords(met.items)}`);
        default:
          return state;
      }
    },
    structure: { kind: "bag", initial: first, direct: { add: "add" }, meaning },
    replay: () => new MultisetReplay(first),
    describe: (state) => `{${state.map(canonical).join(", ")}}`,
    tell({ f, value }, output) {
      if (f === "add") return `added ${inWords(value)}`;
      if (f === "remove")
        return output === false ? `found no ${inWords(value)} to remove` : `removed ${inWords(value)}`;
      if (output === unknownOutput)
        return f === "read" ? "read the multiset" : `looked for ${inWords(value)}`;
      return f === "read"
        ? `read ${inWords(output)}`
        : `${output === true ? "found" : "missed"} ${inWords(value)}`;
    },
    allowed(state, { f, value }) {
      if (f === "read") return [state];
      const inside = state.some((element) => sameValue(element, value));
      return f === "contains" ? [inside] : f === "remove" ? [inside] : [];
    },
    ties: itemTies(first, meaning),
    initially: heldInitially(first),
  };
}

function meaning({ f, value }: Input, output: Output): CollectionMeaning {
  if (f === "add") return { does: "add", item: value };
  if (f === "remove")
    return output === false
      ? { does: "contains", item: value, found: false }
      : { does: "remove", item: value };
  if (output === unknownOutput) return { does: "nothing" };
  if (f === "contains") return { does: "contains", item: value, found: output === true };
  return { does: "snapshot", items: isJsonArray(output) ? output : [] };
}

class MultisetReplay implements Replay {
  readonly #counts = new Map<string, number>();
  #size = 0;

  constructor(initial: Elements) {
    for (const element of initial) this.#add(canonical(element), 1);
  }

  apply(input: Input, output: Output): string | undefined {
    const met = meaning(input, output);
    switch (met.does) {
      case "add":
        this.#add(canonical(met.item), 1);
        return undefined;
      case "remove": {
        const text = canonical(met.item);
        if (!this.#counts.has(text)) return `${inWords(met.item)} was not inside`;
        this.#add(text, -1);
        return undefined;
      }
      case "contains":
        return this.#counts.has(canonical(met.item)) === met.found
          ? undefined
          : `${inWords(met.item)} was ${met.found ? "not " : ""}inside`;
      case "snapshot":
        return this.#misread(met.items);
      default:
        return undefined;
    }
  }

  describe(): string {
    const texts = [...this.#counts].flatMap(([text, count]) => Array.from({ length: count }, () => text));
    return `{${texts.toSorted().join(", ")}}`;
  }

  #add(text: string, difference: number): void {
    const count = (this.#counts.get(text) ?? 0) + difference;
    if (count === 0) this.#counts.delete(text);
    else this.#counts.set(text, count);
    this.#size += difference;
  }

  #misread(items: readonly Json[]): string | undefined {
    const read = new Map<string, number>();
    for (const item of items) {
      const text = canonical(item);
      const count = (read.get(text) ?? 0) + 1;
      if (count > (this.#counts.get(text) ?? 0)) return `the multiset held ${text} only ${count - 1} times`;
      read.set(text, count);
    }
    return items.length === this.#size
      ? undefined
      : `the multiset held ${this.#size} elements, not ${items.length}`;
  }
}
