import { inWords } from "../../histories/json.ts";
import type { Monitor } from "./monitor.ts";

/**
 * Promised entries: a log holds no entry of a ballot later than its node has promised. Who takes in what a later leader
 * sends and goes on as if in its own ballot would obey an earlier leader as well. (In Raft: no entry's term is later than
 * the current one; in Zab: no transaction is of an epoch that was not accepted.) Ballots do not fall along a log, so that
 * its last entry tells.
 */
export const promisedEntries: Monitor<null> = {
  name: "promised-entries",
  summary: "a log holds no entry of a ballot later than its node has promised",
  begin: () => null,
  look(_memory, node, { log, promised }) {
    const last = log?.entries.at(-1);
    if (log === undefined || promised === undefined || last === undefined || last === null) return undefined;
    let latest = -Infinity;
    for (const name in promised) latest = Math.max(latest, promised[name]!);
    if (last.ballot <= latest) return undefined;
    const slot = log.first + log.entries.length - 1;
    return {
      property: "promised-entries",
      nodes: [node],
      explanation: `${node} has ${inWords(last.value)} of ballot ${last.ballot} in slot ${slot}, and has promised ${latest === -Infinity ? "nothing" : `no more than ballot ${latest}`}.`,
      evidence: { slot, ballot: last.ballot },
    };
  },
};
