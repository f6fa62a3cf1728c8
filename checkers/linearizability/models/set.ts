import { canonical, inWords, isJsonArray, type Json, sameValue } from "../../../histories/json.ts";
import { Refused, unknownOutput, type Input, type Model, type Output, type Replay } from "../model.ts";
import type { CollectionMeaning } from "../structure.ts";

/** The elements, sorted by canonical text, none twice. */
export type Elements = readonly Json[];

/** A set that only grows: add an element, read them all. */
export function set(initial: Elements = []): Model<Elements> {
  return {
    name: "set",
    summary: "a set: add, read (all elements)",
    operations: [
      { f: "add", argument: "the element", result: "ignored", meaning: "puts the element into the set" },
      { f: "read", argument: "null", result: "[element, …] in any order", meaning: "returns all elements" },
    ],
    initial: initial.reduce<Elements>(withElement, []),
    changes: ({ f }) => f === "add",
    observes: ({ f }) => f === "read",
    malformed: ({ f }, output) =>
      f === "read" && output !== unknownOutput && !isJsonArray(output) ? "an array of elements" : undefined,
    step(state, { f, value }, output) {
      if (f === "add") return withElement(state, value);
      if (output === unknownOutput || !isJsonArray(output)) return state;
      const reason = misread(state.map(canonical), output);
      return reason === undefined ? state : new Refused(reason);
    },
    replay: () => new SetReplay(initial),
    structure: {
      kind: "set",
      initial: initial.reduce<Elements>(withElement, []),
      direct: { add: "add" },
      meaning({ f, value }, output): CollectionMeaning {
        if (f === "add") return { does: "add", item: value };
        return output === unknownOutput || !isJsonArray(output)
          ? { does: "nothing" }
          : { does: "snapshot", items: output };
      },
    },
    describe: (state) => `{${state.map(canonical).join(", ")}}`,
    tell: ({ f, value }, output) =>
      f === "add"
        ? `added ${inWords(value)}`
        : output === unknownOutput
          ? "read the set"
          : `read ${inWords(output)}`,
    allowed: (state, { f }) => (f === "read" ? [state] : []),
    initially: ({ value }) => initial.some((element) => sameValue(element, value)),
    ties({ f, value }, output) {
      if (f === "add") return { gives: [{ cell: null, value }], takes: [] };
      const elements = output !== unknownOutput && isJsonArray(output) ? output : [];
      return { gives: [], takes: elements.map((element) => ({ cell: null, value: element })) };
    },
  };
}

/** Why a set of these elements, by their texts, is not what a read returned. */
function misread(elements: Iterable<string>, output: readonly Json[]): string | undefined {
  const read = new Set<string>();
  for (const element of output) {
    const text = canonical(element);
    if (read.has(text)) return `the read returned ${text} twice`;
    read.add(text);
  }
  for (const text of elements)
    if (!read.delete(text)) return `the set contained ${text}, which the read did not return`;
  const [extra] = read;
  return extra === undefined ? undefined : `the set did not contain ${extra}`;
}

class SetReplay implements Replay {
  readonly #elements: Set<string>;

  constructor(initial: Elements) {
    this.#elements = new Set(initial.map(canonical));
  }

  apply({ f, value }: Input, output: Output): string | undefined {
    if (f === "add") {
      this.#elements.add(canonical(value));
      return undefined;
    }
    return output === unknownOutput || !isJsonArray(output) ? undefined : misread(this.#elements, output);
  }

  describe(): string {
    return `{${[...this.#elements].toSorted().join(", ")}}`;
  }
}

function withElement(elements: Elements, element: Json): Elements {
  const text = canonical(element);
  let at = 0;
  while (at < elements.length && canonical(elements[at] ?? null) < text) at++;
  if (at < elements.length && canonical(elements[at] ?? null) === text) return elements;
  return [...elements.slice(0, at), element, ...elements.slice(at)];
}
