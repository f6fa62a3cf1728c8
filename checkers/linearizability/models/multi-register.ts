import {
  canonical,
  inWords,
  isJsonArray,
  isJsonObject,
  type Json,
  sameValue,
} from "../../../histories/json.ts";
import { Refused, unknownOutput, type Model, type Output, type Token } from "../model.ts";

/** The registers that have been written, as [key, value] sorted by the key's canonical text. */
export type Registers = readonly (readonly [Json, Json])[];

interface MicroOperation {
  readonly f: "read" | "write";
  readonly key: Json;
  readonly value: Json;
}

/**
 * Several registers changed by transactions, each of which happens at one moment, as in Knossos. The
 * micro-operations are ["read", key, value] (or "r") and ["write", key, value] (or "w").
 */
export function multiRegister(initial: Registers = [], nullsPass = false): Model<Registers> {
  /** Whether a read that gave `value` learnt nothing. */
  const blind = (value: Json, output: Output): boolean =>
    output === unknownOutput || ((nullsPass || output === null) && value === null);
  /**
   * The value of a register. An initial value that was given by name is also that of the register which a
   * history that came from EDN names by the keyword.
   */
  const get = (registers: Registers, key: Json): Json => {
    const keyword = keywordName(key);
    const entry = find(registers, key) ?? (keyword === undefined ? undefined : find(initial, keyword));
    return entry?.[1] ?? null;
  };
  return {
    name: "multi-register",
    summary: "registers under transactions: txn of reads and writes",
    operations: [
      {
        f: "txn",
        argument: '[["read", key, null], ["write", key, value], …] ("r" and "w" for short)',
        result:
          "the same, with the values read (null: the register was never written); null in place of all: not told",
        meaning: "performs the reads and writes in order, at one moment",
      },
    ],
    initial,
    keys: ({ value }) => (microOperations(value) ?? []).map(({ key }) => key),
    only: (keys) =>
      multiRegister(
        initial.filter(([name]) => keys.some((key) => isNamed(key, name))),
        nullsPass,
      ),
    overwrites: true,
    changes: ({ value }) => microOperations(value)?.some(({ f }) => f === "write") ?? true,
    observes: ({ value }) => microOperations(value)?.some(({ f }) => f === "read") ?? false,
    malformed({ value }, output) {
      const expected = 'an array of ["read" or "write", key, value]';
      const asked = microOperations(value);
      if (asked === undefined) return expected;
      if (output === unknownOutput || output === null) return undefined;
      const done = microOperations(output);
      if (done === undefined) return expected;
      const matches =
        done.length === asked.length &&
        done.every((micro, i) => micro.f === asked[i]?.f && sameValue(micro.key, asked[i].key));
      return matches ? undefined : "the micro-operations of the invocation, with the values read";
    },
    step(state, { value }, output) {
      let registers = state;
      for (const { f, key, value: operand } of performed(value, output)) {
        if (f === "write") registers = put(registers, key, operand);
        else if (!blind(operand, output)) {
          const current = get(registers, key);
          if (!sameValue(current, operand))
            return new Refused(`register ${inWords(key)} held ${inWords(current)}, not ${inWords(operand)}`);
        }
      }
      return registers;
    },
    describe: (state) => `{${state.map(([key, value]) => `${inWords(key)}: ${inWords(value)}`).join(", ")}}`,
    tell: ({ value }, output) =>
      performed(value, output)
        .map(({ f, key, value: operand }) =>
          f === "write"
            ? `wrote ${inWords(operand)} to ${inWords(key)}`
            : output === unknownOutput || (output === null && operand === null)
              ? `read ${inWords(key)}`
              : `read ${inWords(operand)} from ${inWords(key)}`,
        )
        .join(", "),
    ...(nullsPass ? {} : { nullsUnknown: () => multiRegister(initial, true) }),
    initially: ({ cell, value }) => sameValue(get(initial, cell), value),
    ties({ value }, output) {
      const gives: Token[] = [];
      const takes: Token[] = [];
      for (const { f, key, value: operand } of performed(value, output)) {
        if (f === "write") gives.push({ cell: key, value: operand });
        else if (!blind(operand, output)) takes.push({ cell: key, value: operand });
      }
      return { gives, takes };
    },
  };
}

/** The name of a keyword that came from EDN. */
function keywordName(key: Json): Json | undefined {
  return isJsonObject(key) ? key["#keyword"] : undefined;
}

/** Whether an initial value given for `name` is that of register `key`. */
function isNamed(key: Json, name: Json): boolean {
  const keyword = keywordName(key);
  return sameValue(key, name) || (keyword !== undefined && sameValue(keyword, name));
}

/** The micro-operations as they were done: those of the completion, which carries the values read. */
function performed(argument: Json, output: Output): readonly MicroOperation[] {
  const done = output === unknownOutput || output === null ? argument : output;
  return microOperations(done) ?? [];
}

function microOperations(value: Json): readonly MicroOperation[] | undefined {
  if (!isJsonArray(value)) return undefined;
  const micros: MicroOperation[] = [];
  for (const micro of value) {
    if (!isJsonArray(micro) || micro.length < 2 || micro.length > 3) return undefined;
    const f = micro[0] === "r" ? "read" : micro[0] === "w" ? "write" : micro[0];
    if (f !== "read" && f !== "write") return undefined;
    micros.push({ f, key: micro[1] ?? null, value: micro[2] ?? null });
  }
  return micros;
}

function find(registers: Registers, key: Json): readonly [Json, Json] | undefined {
  return registers.find(([name]) => sameValue(name, key));
}

function put(registers: Registers, key: Json, value: Json): Registers {
  const text = canonical(key);
  const before = registers.filter(([name]) => canonical(name) < text);
  const after = registers.filter(([name]) => canonical(name) > text);
  return [...before, [key, value], ...after];
}
