import { canonical, inWords, sameValue, type Json } from "../../../histories/json.ts";
import { Refused, unknownOutput, type Model } from "../model.ts";
import { byText } from "./shapes.ts";

/** The ids given out, sorted by canonical text. */
type Given = readonly Json[];

/** A generator of ids, none of which it gives out twice. */
export function uniqueIds(initial: Given = []): Model<Given> {
  return {
    name: "unique-ids",
    summary: "a generator of ids that never repeat: generate",
    operations: [
      {
        f: "generate",
        argument: "ignored",
        result: "the id, not null",
        meaning: "returns an id never returned before",
      },
    ],
    initial: initial.toSorted(byText),
    changes: () => true,
    observes: () => true,
    malformed: (_, output) => (output === null ? "an id other than null as result" : undefined),
    // What an unknown generate returned, nobody saw: it may have been an id that nobody else got.
    step: (given, _, output) =>
      output === unknownOutput
        ? given
        : given.some((id) => sameValue(id, output))
          ? new Refused(`${inWords(output)} had been given out already`)
          : [...given, output].toSorted(byText),
    structure: {
      kind: "set",
      initial: initial.toSorted(byText),
      meaning: (_, output) =>
        output === unknownOutput ? { does: "nothing" } : { does: "add", item: output, fresh: true },
    },
    replay() {
      const given = new Set(initial.map(canonical));
      return {
        apply(_, output) {
          if (output === unknownOutput) return undefined;
          const before = given.size;
          return given.add(canonical(output)).size > before
            ? undefined
            : `${inWords(output)} had been given out already`;
        },
        describe: () => `${given.size} ids given out`,
      };
    },
    describe: (given) => `given out: ${given.map(canonical).join(", ")}`,
    tell: (_, output) => (output === unknownOutput ? "asked for an id" : `got ${inWords(output)}`),
    // Fewer ids given out never stand in the way of another.
    ties: () => ({ gives: [], takes: [] }),
  };
}
