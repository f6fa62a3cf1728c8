import { Fail, Info, Invoke, Ok } from "../../histories/operation.ts";
import type { History } from "../../histories/history.ts";
import type { Checker } from "../checker.ts";
import type { Verdict } from "../verdict.ts";

/** How often operations ended in each way; those without a completion are `info`. */
export interface Outcomes {
  readonly ok: number;
  readonly fail: number;
  readonly info: number;
}

/** The outcomes of client operations by function, in order of first appearance. */
export function outcomesByFunction(history: History): ReadonlyMap<string, Outcomes> {
  const { type, f, pair } = history.columns;
  const counts = history.functions.map(() => ({ ok: 0, fail: 0, info: 0, seen: false }));
  for (let i = 0; i < history.length; i++) {
    if (!history.isClient(i)) continue;
    const ended = type[i] === Invoke ? history.outcome(i) : pair[i] === -1 ? type[i] : Invoke;
    const count = counts[f[i] ?? 0];
    if (count === undefined) continue;
    count.seen = true;
    if (ended === Ok) count.ok++;
    else if (ended === Fail) count.fail++;
    else if (ended === Info) count.info++;
  }
  const outcomes = new Map<string, Outcomes>();
  counts.forEach(({ ok, fail, info, seen }, i) => {
    if (seen) outcomes.set(history.functions[i] ?? "", { ok, fail, info });
  });
  return outcomes;
}

/**
 * Counts how operations ended. A function of which nothing ever succeeded says nothing about the system, so
 * the verdict is then unknown, as it is for a history without any operation of a client. Of one that ended unknown more often than not, a note
 * says so: whatever comes to light later, such operations may or may not be behind it.
 */
export const stats: Checker = {
  name: "stats",
  summary: "counts ok, fail and info by function; unknown where nothing succeeded",
  check(history): Verdict {
    const outcomes = outcomesByFunction(history);
    const total = { ok: 0, fail: 0, info: 0 };
    for (const { ok, fail, info } of outcomes.values()) {
      total.ok += ok;
      total.fail += fail;
      total.info += info;
    }
    const notes = [...outcomes]
      .filter(([, { ok, info }]) => info > ok && ok > 0)
      .map(([f, { ok, info }]) => weakly(f, info, ok));
    const base = {
      checker: "stats",
      anomalies: [],
      statistics: { operations: total.ok + total.fail + total.info, ...total },
      details: Object.fromEntries([...outcomes].map(([f, counts]) => [f, { ...counts }])),
      ...(notes.length === 0 ? {} : { notes }),
    };
    if (outcomes.size === 0)
      return { ...base, valid: "unknown", reason: "no evidence: no client did anything" };
    const hopeless = [...outcomes].filter(([, { ok }]) => ok === 0).map(([f]) => f);
    if (hopeless.length > 0)
      return {
        ...base,
        valid: "unknown",
        reason: `no evidence: no ${hopeless.join(", no ")} ever succeeded`,
      };
    return { ...base, valid: true };
  },
};

function weakly(f: string, info: number, ok: number): string {
  return (
    `More of ${f} ended unknown (${info}) than ok (${ok}): as any of those may have happened or not, they excuse much, ` +
    "and other checks say less than they seem to. Longer timeouts of the client, or milder faults, say more."
  );
}
