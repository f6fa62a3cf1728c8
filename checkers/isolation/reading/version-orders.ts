import { inWords } from "../../../histories/json.ts";
import { NoVersion, Undetermined, type Transactions } from "../transactions.ts";
import type { LooseVersions } from "../reading.ts";
import type { Findings } from "./findings.ts";
import { MaybeObserved } from "./observed.ts";
import type { Orders } from "./orders.ts";
import type { Versions } from "./versions.ts";
import { None, type Writes } from "./writes.ts";

/**
 * Puts the writers of each register whose versions are known into the order of these, but for registers that were written by transactions
 * of which nobody knows whether they took effect, and for those of which some told no version.
 */
export function orderByVersions(
  transactions: Transactions,
  writes: Writes,
  versions: Versions,
  observed: Uint8Array,
  { writerFirst, writer, ordered, finalWrite }: Orders,
  findings: Findings,
): { readonly doubtful: readonly number[]; readonly loose?: LooseVersions } {
  const { keys, history } = transactions;
  const allDoubtful = new Set<number>();
  const loose = new Map<number, ReadonlyMap<number, number>>();
  let gap = "";
  for (let k = 0; k < keys.length; k++) {
    if (versions.isVersioned[k] === 0) continue;
    const first = writerFirst[k]!;
    const finals = finalWrite.slice(first + 1, writerFirst[k + 1]);
    const untold = finals.filter((write) => versions.of[write] === NoVersion).length;
    const doubtful = finals
      .map((write) => writes.owner[write]!)
      .filter((t) => observed[t] === MaybeObserved && transactions.status[t] === Undetermined);
    if (doubtful.length > 0) {
      for (const t of doubtful) allDoubtful.add(t);
      ordered[k] = 1;
      continue;
    }
    const places = Array.from(finals, (_, place) => place).filter(
      (place) => versions.of[finals[place]!] !== NoVersion,
    );
    places.sort((a, b) => versions.of[finals[a]!]! - versions.of[finals[b]!]! || a - b);
    const nodes = places.map((place) => writer[first + 1 + place]!);
    if (untold > 0) {
      ordered[k] = 1;
      loose.set(k, new Map(nodes.map((node, i) => [node, versions.of[finals[places[i]!]!]!])));
      const others = gap === "" ? "" : "; and of other keys";
      gap ||= `the order of the versions of ${inWords(history.valueTable.get(keys[k]!))}: ${untold} of ${finals.length} writers told none`;
      if (others !== "" && !gap.endsWith(others)) gap += others;
    } else {
      writer.set(nodes, first + 1);
      ordered[k] = 1 + nodes.length;
    }
    places.forEach((place, i) => {
      const write = finals[place]!;
      const before = i === 0 ? None : finals[places[i - 1]!]!;
      const last = before === None ? versions.initial[k]! : versions.of[before]!;
      if (last === NoVersion || last < versions.of[write]!) return;
      const others = before === None ? [] : [before];
      findings.add(
        "cyclic-versions",
        k,
        [write, ...others].map((one) => writes.owner[one]!),
        [write, ...others],
      );
    });
  }
  return {
    doubtful: [...allDoubtful].toSorted((a, b) => a - b),
    ...(loose.size === 0 ? {} : { loose: { versions: loose, gap } }),
  };
}
