import { canonical } from "../../../histories/json.ts";
import type { ClaimedEdge } from "../../certificates/isolation/claims.ts";
import type { Edge } from "../decision.ts";
import type { Level } from "../levels.ts";
import { nameOf } from "../names.ts";
import { Initial, type Reading } from "../reading.ts";
import { forbids } from "./forbids.ts";
import { verifyCycle } from "./verify.ts";

/**
 * Verifies a claimed cycle from the reading of its history: every edge was observed, or its reasons were, and each level forbids it.
 * Returns what is wrong, in words; `undefined` when it stands.
 */
export function verifyClaimedCycle(
  reading: Reading,
  claimed: readonly ClaimedEdge[],
  levels: readonly Level[],
): string | undefined {
  const { transactions, node } = reading;
  const nodes = new Map<number, number>([[-1, Initial]]);
  node.forEach((number, transaction) => {
    if (number >= 0) nodes.set(transactions.begin[transaction]!, number);
  });
  const keys = new Map<string, number>();
  transactions.keys.forEach((value, key) =>
    keys.set(canonical(transactions.history.valueTable.get(value)), key),
  );
  let problem: string | undefined;
  const edgeOf = ({ from, to, kind, key, because }: ClaimedEdge): Edge => {
    const ends = [nodes.get(from), nodes.get(to)] as const;
    const number = key === undefined ? -1 : keys.get(canonical(key));
    if (ends[0] === undefined || ends[1] === undefined)
      problem ??= `event ${ends[0] === undefined ? from : to} is of no transaction that took effect`;
    if (number === undefined) problem ??= `nothing was done to the key of an edge from event ${from}`;
    return {
      from: ends[0] ?? Initial,
      to: ends[1] ?? Initial,
      kind,
      key: number ?? -1,
      ...(because === undefined || because.length === 0 ? {} : { because: because.map(edgeOf) }),
    };
  };
  const cycle = claimed.map(edgeOf);
  if (problem !== undefined) return problem;
  const allowing = levels.find((level) => !forbids(level, cycle, reading));
  return (
    verifyCycle(reading, cycle) ??
    (allowing === undefined ? undefined : `${nameOf(allowing)} does not forbid such a cycle`)
  );
}
