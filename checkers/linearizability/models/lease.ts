import { Refused, unknownOutput, type Input, type Model, type Output } from "../model.ts";
import { isWhole, memberOf } from "./shapes.ts";

/**
 * The holder's token; null: nobody holds it; "?": somebody does, with a token that nobody learnt. And the least that
 * the latest token can be.
 */
type LeaseState = {
  readonly holder: number | "?" | null;
  readonly latest: number;
};

/**
 * A lease: a lock that ends by itself after some time, so whoever holds it shows a token with all that it does
 * (Gray & Cheriton 1989; fencing tokens: Kleppmann 2016).
 *
 * Nothing is said about clocks: a lease may have ended at any moment, so the next one can be granted at any
 * moment. What remains is what fencing promises: tokens grow with every grant, and once another has been granted, or
 * the lease was released, the old token is refused by everything that asks for it.
 */
export function lease(): Model<LeaseState> {
  const token = "the token: a whole number from 0 on, or {token: …} or {fence: …}";
  return {
    name: "lease",
    summary: "a lock that may end by itself, with growing tokens: acquire, renew, use, release",
    operations: [
      {
        f: "acquire",
        argument: "ignored",
        result: `${token}; null: not told`,
        meaning:
          "grants the lease; whoever held it has it no longer. A lease not granted is recorded as fail",
      },
      {
        f: "renew",
        argument: token,
        result: "ignored; a lease that was lost is recorded as fail",
        meaning: "prolongs the lease, which nobody else may have been granted since",
      },
      {
        f: "use",
        argument: token,
        result: "ignored; a token that was refused is recorded as fail",
        meaning: "does something under the lease: its token must be the latest granted, and not released",
      },
      { f: "release", argument: token, result: "ignored", meaning: "ends the lease, which must not be lost" },
    ],
    initial: { holder: null, latest: -1 },
    changes: () => true,
    observes: () => true,
    malformed({ f, value }, output) {
      if (f !== "acquire") return tokenOf(value) === undefined ? "a token, a whole number" : undefined;
      return output === unknownOutput || output === null || tokenOf(output) !== undefined
        ? undefined
        : "a token, a whole number, as result";
    },
    step({ holder, latest }, input, output) {
      if (input.f === "acquire") {
        const granted = tokenOf(output);
        if (granted === undefined) return { holder: "?", latest: latest + 1 };
        return granted > latest
          ? { holder: granted, latest: granted }
          : new Refused(`a token greater than ${latest} was due, not ${granted}`);
      }
      const shown = tokenOf(input.value) ?? -1;
      const current = holder === "?" ? shown >= latest : holder === shown;
      if (!current)
        return new Refused(
          holder === null
            ? "nobody held the lease"
            : `token ${shown} had been superseded by ${tellToken(holder, latest)}`,
        );
      return input.f === "release" ? { holder: null, latest: shown } : { holder: shown, latest: shown };
    },
    describe: ({ holder, latest }) =>
      holder === null ? `free, latest token ${latest}` : `held with ${tellToken(holder, latest)}`,
    tell(input, output) {
      const shown = tokenOf(input.f === "acquire" ? output : input.value);
      const did =
        { acquire: "acquired", renew: "renewed", use: "used", release: "released" }[input.f] ?? input.f;
      return `${did} the lease${shown === undefined ? "" : ` with token ${shown}`}`;
    },
  };
}

function tokenOf(value: Input["value"] | Output): number | undefined {
  const token = isWhole(value) ? value : memberOf(value, "token", "fence");
  return isWhole(token) ? token : undefined;
}

function tellToken(holder: number | "?", latest: number): string {
  return holder === "?" ? `a token of at least ${latest}` : `token ${holder}`;
}
