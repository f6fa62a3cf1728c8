import { canonical, inWords, isJsonArray, type Json, sameValue } from "../../../histories/json.ts";
import {
  Refused,
  unknownOutput,
  type Input,
  type Model,
  type Output,
  type Replay,
  type Ties,
  type Token,
} from "../model.ts";
import type { CollectionMeaning } from "../structure.ts";

/** The elements, sorted by canonical text, none twice. */
export type Elements = readonly Json[];

/**
 * A set: add and remove elements, ask for one, read them all. Adding an element that is inside and removing one
 * that is not change nothing and are no errors.
 */
export function set(initial: Elements = []): Model<Elements> {
  const first = initial.reduce<Elements>(withElement, []);
  return {
    name: "set",
    summary: "a set: add, remove, contains, read (all elements)",
    operations: [
      {
        f: "add",
        argument: "the element",
        result:
          "true: it was not inside before, false: it was (of elements other than true and false); else ignored",
        meaning: "puts the element into the set",
      },
      {
        f: "remove",
        argument: "the element",
        result:
          "true: it was inside, false: it was not (of elements other than true and false); else ignored",
        meaning: "takes the element out of the set",
      },
      {
        f: "contains",
        argument: "the element",
        result: "true or false",
        meaning: "tells whether the element is inside",
      },
      { f: "read", argument: "null", result: "[element, …] in any order", meaning: "returns all elements" },
    ],
    initial: first,
    changes: ({ f }) => f === "add" || f === "remove",
    observes: ({ f, value }, output) =>
      f !== "add" || (typeof output === "boolean" && typeof value !== "boolean"),
    nullArguments: true,
    malformed({ f }, output) {
      if (output === unknownOutput) return undefined;
      if (f === "read" && !isJsonArray(output)) return "an array of elements";
      return f === "contains" && typeof output !== "boolean" ? "true or false" : undefined;
    },
    step(state, input, output) {
      const met = meaning(input, output);
      const reason =
        met.does === "snapshot"
          ? misread(state.map(canonical), met.items)
          : misfound(met, (item) => state.some((element) => sameValue(element, item)));
      if (reason !== undefined) return new Refused(reason);
      if (met.does === "add") return withElement(state, met.item);
      return met.does === "remove" ? state.filter((element) => !sameValue(element, met.item)) : state;
    },
    replay: () => new SetReplay(first),
    structure: { kind: "set", initial: first, meaning },
    describe: (state) => `{${state.map(canonical).join(", ")}}`,
    tell({ f, value }, output) {
      if (f === "add") return `added ${inWords(value)}`;
      if (f === "remove") return `removed ${inWords(value)}`;
      if (output === unknownOutput) return f === "read" ? "read the set" : `looked for ${inWords(value)}`;
      if (f === "read") return `read ${inWords(output)}`;
      return `${output === true ? "found" : "missed"} ${inWords(value)}`;
    },
    allowed: (state, { f, value }) =>
      f === "read" ? [state] : f === "contains" ? [state.some((element) => sameValue(element, value))] : [],
    initially: ({ cell, value }) => cell === "removed" || first.some((element) => sameValue(element, value)),
    ties: (input, output) => ties(first, meaning(input, output)),
  };
}

function meaning({ f, value }: Input, output: Output): CollectionMeaning {
  const said = typeof output === "boolean" && typeof value !== "boolean" ? output : undefined;
  switch (f) {
    case "add":
      return { does: "add", item: value, ...(said === undefined ? {} : { fresh: said }) };
    case "remove":
      return { does: "remove", item: value, ...(said === undefined ? {} : { found: said }) };
    default:
      if (output === unknownOutput) return { does: "nothing" };
      if (f === "contains") return { does: "contains", item: value, found: output === true };
      return { does: "snapshot", items: isJsonArray(output) ? output : [] };
  }
}

/**
 * Who found an element inside needs all who put it in, and each of these needs all who took it out: so where the
 * element was found missing, the last change to it was a removal, or there was none, and still is. Who found an
 * initial element missing needs those who took it out.
 */
function ties(initial: Elements, met: CollectionMeaning): Ties {
  const added = (value: Json): Token => ({ cell: null, value });
  const removed = (value: Json): Token => ({ cell: "removed", value });
  const held = (value: Json): boolean => initial.some((element) => sameValue(element, value));
  const found = (value: Json, inside: boolean | undefined): Token[] => {
    if (inside === undefined) return [];
    return inside ? [added(value)] : held(value) ? [removed(value)] : [];
  };
  switch (met.does) {
    case "add":
      return {
        gives: [added(met.item)],
        takes: [removed(met.item), ...(met.fresh === false ? [added(met.item)] : [])],
      };
    case "remove":
      return { gives: [removed(met.item)], takes: found(met.item, met.found) };
    case "contains":
      return { gives: [], takes: found(met.item, met.found) };
    case "snapshot":
      return { gives: [], takes: [...met.items.map(added), ...initial.map(removed)] };
    default:
      return { gives: [], takes: [] };
  }
}

/** Why a set is not what an operation on one element found. */
function misfound(met: CollectionMeaning, holds: (item: Json) => boolean): string | undefined {
  switch (met.does) {
    case "add":
      if (met.fresh === undefined || met.fresh !== holds(met.item)) return undefined;
      return `the set ${met.fresh ? "contained" : "did not contain"} ${inWords(met.item)}`;
    case "remove":
    case "contains":
      if (met.found === undefined || met.found === holds(met.item)) return undefined;
      return `the set ${met.found ? "did not contain" : "contained"} ${inWords(met.item)}`;
    default:
      return undefined;
  }
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

  apply(input: Input, output: Output): string | undefined {
    const met = meaning(input, output);
    if (met.does === "snapshot") return misread(this.#elements, met.items);
    const reason = misfound(met, (item) => this.#elements.has(canonical(item)));
    if (reason !== undefined) return reason;
    if (met.does === "add") this.#elements.add(canonical(met.item));
    if (met.does === "remove") this.#elements.delete(canonical(met.item));
    return undefined;
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
