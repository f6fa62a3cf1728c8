import { inWords, sameValue, type Json } from "../../../histories/json.ts";
import {
  OneOf,
  Refused,
  unknownOutput,
  type Input,
  type Model,
  type OperationForm,
  type Output,
} from "../model.ts";
import { casRegister } from "./register.ts";
import { byText, pairOf } from "./shapes.ts";

/** The registers that hold something, as [key, value], sorted by the key's canonical text. */
export type Entries = readonly (readonly [Json, Json])[];

const operations: readonly OperationForm[] = [
  {
    f: "read",
    argument: "[key, null]",
    result: "[key, value]; the value null: the key was never written",
    meaning: "returns the value of the key",
  },
  {
    f: "write",
    argument: "[key, value]",
    result: "ignored",
    meaning: "replaces the value of the key",
  },
  {
    f: "cas",
    argument: "[key, [expected, new]]",
    result: "ignored; a compare-and-set that found another value is recorded as fail",
    meaning: "replaces the value of the key if it is the expected one",
  },
];

/** Registers by key, with compare-and-set. Each key is judged by itself. */
export function registerMap(initial: Entries = [], nullsPass = false): Model<Entries> {
  return make(initial, undefined, nullsPass);
}

/** All keys, or only one, which then has the shape of a single register. */
function make(initial: Entries, only: Json | undefined, nullsPass: boolean): Model<Entries> {
  const registerOf = (value: Json): Model => {
    const register = casRegister(value);
    return nullsPass ? (register.nullsUnknown?.() ?? register) : register;
  };
  const register = registerOf(null);
  const single = only === undefined ? undefined : registerOf(get(initial, only));
  const structure = single?.structure?.kind === "register" ? single.structure : undefined;
  const within = (input: Input, output: Output): [Input, Output] => [
    { f: input.f, value: inKey(input)[1] },
    output === unknownOutput ? output : (pairOf(output)?.[1] ?? null),
  ];
  return {
    name: "register-map",
    summary: "registers by key, with compare-and-set: read, write, cas",
    operations,
    initial,
    overwrites: true,
    keys: (input) => [inKey(input)[0]],
    only: (keys) =>
      make(
        initial.filter(([key]) => keys.some((one) => sameValue(one, key))),
        keys.length === 1 ? keys[0] : undefined,
        nullsPass,
      ),
    changes: ({ f }) => f !== "read",
    observes: ({ f }) => f !== "write",
    malformed(input, output) {
      const pair = pairOf(input.value);
      if (pair === undefined) return "a pair [key, …]";
      if (input.f === "cas" && pairOf(pair[1]) === undefined) return "[key, [expected, new]]";
      if (input.f !== "read" || output === unknownOutput) return undefined;
      const result = pairOf(output);
      return result !== undefined && sameValue(result[0], pair[0])
        ? undefined
        : "a pair [key, value] of the key asked for";
    },
    step(state, input, output) {
      const [key] = inKey(input);
      const next = register.step(get(state, key), ...within(input, output));
      if (next instanceof Refused) return new Refused(`key ${inWords(key)}: ${next.reason}`);
      if (next instanceof OneOf) throw new Error("a register is deterministic");
      return put(state, key, next);
    },
    describe: (state) => `{${state.map(([key, value]) => `${inWords(key)}: ${inWords(value)}`).join(", ")}}`,
    tell: (input, output) =>
      `${register.tell?.(...within(input, output)) ?? input.f} at key ${inWords(inKey(input)[0])}`,
    ...(nullsPass ? {} : { nullsUnknown: () => make(initial, only, true) }),
    allowed: (state, input) => {
      const [key] = inKey(input);
      return input.f === "read" ? [[key, get(state, key)]] : [];
    },
    initially: ({ cell, value }) => sameValue(get(initial, cell), value),
    ties(input, output) {
      const [key] = inKey(input);
      const { gives, takes } = register.ties?.(...within(input, output)) ?? { gives: [], takes: [] };
      return {
        gives: gives.map(({ value }) => ({ cell: key, value })),
        takes: takes.map(({ value }) => ({ cell: key, value })),
      };
    },
    ...(structure === undefined
      ? {}
      : {
          structure: {
            kind: "register",
            initial: structure.initial,
            meaning: (input, output) => structure.meaning(...within(input, output)),
          },
        }),
  };
}

function inKey({ value }: Input): readonly [Json, Json] {
  return pairOf(value) ?? [null, null];
}

function get(entries: Entries, key: Json): Json {
  return entries.find(([name]) => sameValue(name, key))?.[1] ?? null;
}

function put(entries: Entries, key: Json, value: Json): Entries {
  const others = entries.filter(([name]) => !sameValue(name, key));
  return value === null ? others : [...others, [key, value] as const].toSorted(([a], [b]) => byText(a, b));
}
