import { inWords, sameValue, type Json } from "../../../histories/json.ts";
import { Refused, unknownOutput, type Input, type Model, type Output } from "../model.ts";
import { isWhole, pairOf } from "./shapes.ts";

/** How often it was written, and what it holds. */
export type Versioned = readonly [version: number, value: Json];

/**
 * A register that counts its changes, as a key of etcd does: each write and compare-and-set makes the version
 * one greater and returns it, a read returns it with the value.
 */
export function versionedRegister(initial: Versioned = [0, null]): Model<Versioned> {
  const versionForm = "[version, …] or the version alone; a version of null: not told";
  return {
    name: "versioned-register",
    summary: "a register that counts its changes, as in etcd: read, write, cas, cas-version",
    operations: [
      {
        f: "read",
        argument: "null, or [null, null]",
        result: "[version, value]; null for one of them: not told",
        meaning: "returns the version and the value",
      },
      {
        f: "write",
        argument: "[null, value], or a value that is no pair",
        result: versionForm,
        meaning: "replaces the value; the version grows by one",
      },
      {
        f: "cas",
        argument: "[null, [expected, new]]",
        result: `${versionForm}; one that found another value is recorded as fail`,
        meaning: "replaces the value if it is the expected one; the version grows by one",
      },
      {
        f: "cas-version",
        argument: "[expected version, new value]",
        result: `${versionForm}; one that found another version is recorded as fail`,
        meaning: "replaces the value if the version is the expected one; the version grows by one",
      },
    ],
    initial,
    changes: ({ f }) => f !== "read",
    observes: () => true,
    malformed(input, output) {
      if (changeOf(input) === undefined)
        return input.f === "cas"
          ? "[null, [expected, new]]"
          : input.f === "write"
            ? "[null, value], or a value that is no pair"
            : "[version, new value]";
      if (output === unknownOutput) return undefined;
      if (input.f === "read" && pairOf(output) === undefined) return "[version, value] as result";
      const version = pairOf(output)?.[0] ?? null;
      return version === null || isWhole(version) ? undefined : "a whole number as version";
    },
    step(state, input, output) {
      const reason = misfound(state, input) ?? mistold(state, input, output);
      if (reason !== undefined) return new Refused(reason);
      return input.f === "read" ? state : [state[0] + 1, changeOf(input)?.to ?? null];
    },
    version: (_, output) => versionOf(output),
    firstVersion: initial[0],
    describe: ([version, value]) => `${inWords(value)} at version ${version}`,
    tell(input, output) {
      const told = versionOf(output);
      const at = told === undefined ? "" : ` at version ${told}`;
      if (input.f === "read")
        return output === unknownOutput ? "read" : `read ${inWords(pairOf(output)?.[1] ?? null)}${at}`;
      const { expected, version, to = null } = changeOf(input) ?? {};
      if (expected !== undefined) return `changed ${inWords(expected)} to ${inWords(to)}${at}`;
      return version === undefined
        ? `wrote ${inWords(to)}${at}`
        : `wrote ${inWords(to)} over version ${version}${at}`;
    },
    allowed(state, input) {
      if (misfound(state, input) !== undefined) return [];
      return input.f === "read" ? [state] : [state[0] + 1];
    },
  };
}

/** Why a register in this state does not have what a compare-and-set expects. */
function misfound([version, value]: Versioned, input: Input): string | undefined {
  const { expected, version: at } = changeOf(input) ?? {};
  if (expected !== undefined && !sameValue(expected, value))
    return `the register held ${inWords(value)}, not ${inWords(expected)}`;
  return at === undefined || at === version ? undefined : `the version was ${version}, not ${at}`;
}

/** Why a register in this state does not give the result. */
function mistold([version, value]: Versioned, { f }: Input, output: Output): string | undefined {
  const told = versionOf(output);
  const right = f === "read" ? version : version + 1;
  if (told !== undefined && told !== right)
    return `the version ${f === "read" ? "was" : "became"} ${right}, not ${told}`;
  const read = f === "read" && output !== unknownOutput ? (pairOf(output)?.[1] ?? null) : null;
  return read === null || sameValue(read, value)
    ? undefined
    : `the register held ${inWords(value)}, not ${inWords(read)}`;
}

interface Change {
  readonly to: Json;
  readonly expected?: Json;
  readonly version?: number;
}

/** What the operation would change; of a read, nothing new. */
function changeOf({ f, value }: Input): Change | undefined {
  const pair = pairOf(value);
  switch (f) {
    case "read":
      return { to: null };
    case "write":
      if (pair === undefined) return { to: value };
      return pair[0] === null || isWhole(pair[0]) ? { to: pair[1] } : undefined;
    case "cas": {
      const change = pair === undefined ? undefined : pairOf(pair[1]);
      return change === undefined ? undefined : { expected: change[0], to: change[1] };
    }
    default:
      return pair !== undefined && isWhole(pair[0]) ? { version: pair[0], to: pair[1] } : undefined;
  }
}

function versionOf(output: Output): number | undefined {
  if (output === unknownOutput) return undefined;
  const version = isWhole(output) ? output : pairOf(output)?.[0];
  return isWhole(version) ? version : undefined;
}
