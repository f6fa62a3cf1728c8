import { canonical, inWords, isJsonArray, type Json, sameValue } from "../../../histories/json.ts";
import { Refused, unknownOutput, type Model } from "../model.ts";

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
      const read = new Set<string>();
      for (const element of output) {
        const text = canonical(element);
        if (read.has(text)) return new Refused(`the read returned ${text} twice`);
        read.add(text);
      }
      for (const element of state) {
        if (!read.delete(canonical(element)))
          return new Refused(`the set contained ${inWords(element)}, which the read did not return`);
      }
      const [extra] = read;
      return extra === undefined ? state : new Refused(`the set did not contain ${extra}`);
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

function withElement(elements: Elements, element: Json): Elements {
  const text = canonical(element);
  let at = 0;
  while (at < elements.length && canonical(elements[at] ?? null) < text) at++;
  if (at < elements.length && canonical(elements[at] ?? null) === text) return elements;
  return [...elements.slice(0, at), element, ...elements.slice(at)];
}
