import { inWords, sameValue, type Json } from "../../../histories/json.ts";
import { Refused, type Input, type Model, type OperationForm, type Output } from "../model.ts";
import type { RegisterMeaning } from "../structure.ts";
import { isWhole, memberOf } from "./shapes.ts";

const owning = "the owner as {client: …} or {owner: …}; anything else, or none: the owner is the process";

/**
 * Who acts: named by the argument, else the process. So where clients outlive processes, they should be named in
 * arguments, which are known also where the outcome is not.
 */
function ownerOf({ value, process }: Input): Json {
  const named = memberOf(value, "client", "owner");
  return named === undefined ? `process ${process ?? "?"}` : { client: named };
}

/**
 * Who acts, by both names where the argument has none and the result tells one: what the owner does under either is
 * the owner's.
 */
function ownerByResult(input: Input, output: Output): Json {
  const owner = ownerOf(input);
  const named = typeof owner === "string" ? memberOf(output, "client", "owner") : undefined;
  return named === undefined ? owner : { client: named, process: owner };
}

function sameOwner(a: Json, b: Json): boolean {
  const [first, second] = [memberOf(a, "client"), memberOf(b, "client")];
  if (first !== undefined && second !== undefined) return sameValue(first, second);
  const process = processOf(a);
  return process !== undefined && process === processOf(b);
}

function processOf(owner: Json): Json | undefined {
  return typeof owner === "string" ? owner : memberOf(owner, "process");
}

function nameOf(owner: Json): string {
  return typeof owner === "string" ? owner : inWords(memberOf(owner, "client") ?? owner);
}

const releaseForm: OperationForm = {
  f: "release",
  argument: owning,
  result: "ignored",
  meaning: "frees the lock, which the owner must hold",
};

/** A lock that only its owner can release. Its state is the owner; null: free. */
export function ownerMutex(initial: Json = null): Model {
  const first = initial === null ? null : { client: initial };
  return {
    name: "owner-mutex",
    summary: "a lock that only its owner releases: acquire, release",
    operations: [
      { f: "acquire", argument: owning, result: "ignored", meaning: "takes the lock, which must be free" },
      releaseForm,
    ],
    initial: first,
    byProcess: true,
    changes: () => true,
    observes: () => true,
    step(holder, input) {
      const owner = ownerOf(input);
      if (input.f === "acquire")
        return holder === null ? owner : new Refused(`the lock was held by ${nameOf(holder)}`);
      if (holder === null) return new Refused("the lock was free");
      return sameValue(holder, owner)
        ? null
        : new Refused(`the lock was held by ${nameOf(holder)}, not ${nameOf(owner)}`);
    },
    structure: {
      kind: "register",
      initial: first,
      meaning(input): RegisterMeaning {
        const owner = ownerOf(input);
        return input.f === "acquire"
          ? { does: "cas", from: null, to: owner }
          : { does: "cas", from: owner, to: null };
      },
    },
    describe: (holder) => (holder === null ? "free" : `held by ${nameOf(holder)}`),
    tell: tellLock,
  };
}

/** A lock that its owner can take again and again, and has to release as often. Its state: the owner, how often. */
export function reentrantMutex(): Model {
  return {
    name: "reentrant-mutex",
    summary: "a lock that its owner can take again: acquire, release",
    operations: [
      {
        f: "acquire",
        argument: owning,
        result: "ignored",
        meaning: "takes the lock, which must be free or held by the owner",
      },
      { ...releaseForm, meaning: "gives the lock back, once for each time that the owner took it" },
    ],
    initial: null,
    byProcess: true,
    changes: () => true,
    observes: () => true,
    step(state, input, output) {
      const holding = holdingOf(state);
      const owner = ownerByResult(input, output);
      const reason = notTheirs(holding, input.f, owner);
      if (reason !== undefined) return new Refused(reason);
      const times = holding.times + (input.f === "acquire" ? 1 : -1);
      return times === 0 ? null : { owner: holding.times === 0 ? owner : holding.owner, times };
    },
    describe: describeHolding,
    tell: tellLock,
  };
}

/**
 * A lock that gives a fencing token to each owner, greater than all before (Kleppmann 2016): a whole number, as
 * the result or as its member `fence` or `token`. A result without one does not tell it.
 */
export function fencedMutex(): Model {
  return fenced("fenced-mutex", "a lock that gives out growing tokens: acquire, release", false);
}

/** A fenced lock that its owner can take again, with the token of the first time. */
export function reentrantFencedMutex(): Model {
  return fenced(
    "reentrant-fenced-mutex",
    "a lock that gives out growing tokens and that its owner can take again: acquire, release",
    true,
  );
}

/**
 * The state: the owner and how often; the owner's token, null while nobody learnt it; and the least token that the
 * latest can be, one more than the one before where nobody learnt it, since tokens are whole numbers.
 */
interface Holding {
  readonly owner: Json;
  readonly times: number;
  readonly token: number | null;
  readonly latest: number;
}

function fenced(name: string, summary: string, reentrant: boolean): Model {
  const token = "the token: a whole number from 0 on, or {fence: …} or {token: …}";
  return {
    name,
    summary,
    operations: [
      {
        f: "acquire",
        argument: owning,
        result: `${token}; null: not told`,
        meaning: reentrant
          ? "takes the lock, which must be free, with a token greater than all before; or takes it again, with the same"
          : "takes the lock, which must be free, with a token greater than all before",
      },
      {
        f: "release",
        argument: `${owning}; also ${token}`,
        result: "ignored",
        meaning: "gives the lock back, which the owner must hold, by this token if one is given",
      },
    ],
    initial: { owner: null, times: 0, token: null, latest: -1 },
    byProcess: true,
    changes: () => true,
    observes: () => true,
    malformed({ f, value }, output) {
      const given = f === "acquire" ? output : value;
      const fence = memberOf(given, "fence", "token");
      const plain = typeof given === "number" && !isWhole(given);
      return plain || (fence !== undefined && !isWhole(fence)) ? "a whole number as token" : undefined;
    },
    step(state, input, output) {
      const holding = holdingOf(state);
      const owner = ownerByResult(input, output);
      const reason = notTheirs(holding, input.f, owner) ?? heldAlready(holding, input.f, reentrant);
      if (reason !== undefined) return new Refused(reason);
      const told = tokenOf(input.f === "acquire" ? output : input.value);
      const first = input.f === "acquire" && holding.times === 0;
      const least = first ? holding.latest + 1 : holding.latest;
      const known = first ? null : holding.token;
      if (told !== undefined && known !== null && told !== known)
        return new Refused(`the token was ${known}, not ${told}`);
      if (told !== undefined && told < least)
        return new Refused(`a token of at least ${least} was due, not ${told}`);
      const times = holding.times + (input.f === "acquire" ? 1 : -1);
      const latest = told ?? known ?? least;
      return times === 0
        ? { owner: null, times: 0, token: null, latest }
        : { owner: first ? owner : holding.owner, times, token: told ?? known, latest };
    },
    describe(state) {
      const { token: fence, latest } = holdingOf(state);
      const by = fence === null ? `latest token at least ${latest}` : `token ${fence}`;
      return `${describeHolding(state)}${latest < 0 ? "" : `, ${by}`}`;
    },
    tell(input, output) {
      const told = tokenOf(input.f === "acquire" ? output : input.value);
      return tellLock(input, output) + (told === undefined ? "" : ` with token ${told}`);
    },
  };
}

function tokenOf(value: Output): number | undefined {
  const token = isWhole(value) ? value : memberOf(value, "fence", "token");
  return isWhole(token) ? token : undefined;
}

function notTheirs({ owner: holder, times }: Holding, f: string, owner: Json): string | undefined {
  if (times === 0) return f === "release" ? "the lock was free" : undefined;
  return sameOwner(holder, owner)
    ? undefined
    : `the lock was held by ${nameOf(holder)}, not ${nameOf(owner)}`;
}

function heldAlready({ owner, times }: Holding, f: string, reentrant: boolean): string | undefined {
  return f === "acquire" && times > 0 && !reentrant ? `the lock was held by ${nameOf(owner)}` : undefined;
}

function holdingOf(state: Json): Holding {
  const times = memberOf(state, "times");
  const token = memberOf(state, "token");
  const latest = memberOf(state, "latest");
  return {
    owner: memberOf(state, "owner") ?? null,
    times: isWhole(times) ? times : 0,
    token: isWhole(token) ? token : null,
    latest: isWhole(latest) ? latest : -1,
  };
}

function describeHolding(state: Json): string {
  const { owner, times } = holdingOf(state);
  if (times === 0) return "free";
  return `held by ${nameOf(owner)}${times === 1 ? "" : ` ${times} times`}`;
}

function tellLock(input: Input, output: Output): string {
  const named = memberOf(input.value, "client", "owner") ?? memberOf(output, "client", "owner");
  return `${input.f === "acquire" ? "acquired" : "released"} the lock${named === undefined ? "" : ` as ${inWords(named)}`}`;
}
