import { NoVersion } from "../../isolation/transactions.ts";
import type { Replay } from "./replay.ts";
import { isWriteEntry } from "./order.ts";

/** A commit whose write the system gave a lower version than it gave an earlier commit's write of the key, in words. */
export function breaksToldVersions(replay: Replay): string | undefined {
  const { order, transactions } = replay;
  const { version, first, key, keys, begin } = transactions;
  if (version === undefined) return undefined;
  const latest = new Float64Array(keys.length).fill(-Infinity);
  for (const t of order)
    for (let i = first[t]!; i < first[t + 1]!; i++) {
      const told = version[i]!;
      if (told === NoVersion || !isWriteEntry(replay, i)) continue;
      if (told < latest[key[i]!]!)
        return `operation ${i - first[t]!} of the transaction of event ${begin[t]} made version ${told}, yet commits after version ${latest[key[i]!]!}`;
      latest[key[i]!] = told;
    }
  return undefined;
}
