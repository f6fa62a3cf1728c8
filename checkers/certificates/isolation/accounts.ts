import { effortForOne, type Effort } from "./effort.ts";
import type { PartialAccount } from "./partial-account.ts";

/** What stays open in an account: the order of two writers of a key, or the writer of what a read saw. */
type Choice = (account: PartialAccount) => void;

/** Trials, each of which looks at the rule once. */
const MostTrials = 30_000;

/**
 * Whether a partial account can be completed to one that obeys its level: every order of every two writers of a key, and every writer of what was read,
 * is tried, in effect. What turns out wrong at once is settled first, and then one choice made each way.
 * `undefined` if that takes too long. With a key, only what is open of it is tried, and the rest left open.
 */
export function canBeCompleted(
  start: PartialAccount,
  key?: number,
  effort: Effort = effortForOne(),
): boolean | undefined {
  const trials = { left: MostTrials, effort };
  const stack = [start.copy()];
  for (let account = stack.pop(); account !== undefined; account = stack.pop()) {
    if (!settle(account, trials, key)) continue;
    if (trials.left <= 0) {
      effort.giveUp();
      return undefined;
    }
    const [choices] = openChoices(account, key);
    if (choices === undefined) return true;
    for (const choose of choices) {
      const next = account.copy();
      choose(next);
      stack.push(next);
    }
  }
  return false;
}

interface Trials {
  left: number;
  readonly effort: Effort;
}

/** Makes every choice of which all but one are wrong; false if all of one are, or the account is. */
function settle(account: PartialAccount, trials: Trials, key: number | undefined): boolean {
  const { length } = account.part.members;
  const cost = length * length * Math.ceil(length / 32);
  if (account.breaksRule()) return false;
  for (let changed = true; changed;) {
    changed = false;
    for (const choices of openChoices(account, key)) {
      const possible: Choice[] = [];
      for (const choose of choices) {
        if (!trials.effort.spend(cost)) trials.left = 0;
        if (trials.left-- <= 0) return true;
        const next = account.copy();
        choose(next);
        if (!next.breaksRule()) possible.push(choose);
      }
      if (possible.length === 0) return false;
      if (possible.length > 1) continue;
      possible[0]!(account);
      changed = true;
    }
  }
  return true;
}

function* openChoices(account: PartialAccount, only: number | undefined): Generator<readonly Choice[]> {
  const { part } = account;
  for (const [i, { key, writers }] of part.reads.entries())
    if (account.source(i) < 0 && (only === undefined || key === only))
      yield writers.map(
        (writer) =>
          (next: PartialAccount): void =>
            next.setSource(i, writer),
      );
  for (const [key, writers] of part.writers) {
    if (only !== undefined && key !== only) continue;
    for (const [i, a] of writers.entries())
      for (const b of writers.slice(0, i)) {
        if (account.isOrdered(key, a, b) || account.isOrdered(key, b, a)) continue;
        const present = account.present();
        if (!present[a] || !present[b]) continue;
        yield [
          (next: PartialAccount): void => next.order(key, a, b),
          (next: PartialAccount): void => next.order(key, b, a),
        ];
      }
  }
}
