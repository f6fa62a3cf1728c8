import { Committed, type Transactions } from "../transactions.ts";
import type { Findings } from "./findings.ts";
import { Observed } from "./observed.ts";
import type { Reads } from "./reads.ts";
import { FromInitial } from "./sources.ts";
import { None, type Writes } from "./writes.ts";

/**
 * Finds transactions that read one version of a key and all wrote the key: whichever came last lost the others' writes. Reads by predicate are
 * left to the engines: repeatable read asks nothing of them.
 */
export function addLostUpdates(
  transactions: Transactions,
  writes: Writes,
  reads: Reads,
  findings: Findings,
): void {
  const { count, first, kind, key, keys, status, predicate } = transactions;
  const { source } = reads;
  /** Of each write, and of the initial value of each key: the write of the first who read it and wrote the key. */
  const updated = new Int32Array(kind.length).fill(None);
  const updatedInitial = new Int32Array(keys.length).fill(None);
  const rivals = new Map<number, number[]>();
  /** Of each key, its last read in the transaction at hand; and of each read the one before of the same key. */
  const lastRead = new Int32Array(keys.length).fill(None);
  const readBefore = new Int32Array(kind.length).fill(None);
  for (let t = 0; t < count; t++) {
    if (status[t] !== Committed && reads.observed[t] !== Observed) continue;
    for (let i = first[t]!; i < first[t + 1]!; i++) {
      const k = key[i]!;
      if ((kind[i]! & 1) === 0) {
        if ((source[i]! < 0 && source[i] !== FromInitial) || (predicate?.[i] ?? -1) >= 0) continue;
        if (lastRead[k]! >= first[t]!) readBefore[i] = lastRead[k]!;
        lastRead[k] = i;
        continue;
      }
      if (writes.after[i] !== None || lastRead[k]! < first[t]!) continue;
      for (let read = lastRead[k]!; read !== None; read = readBefore[read]!) {
        const version = source[read]!;
        const known = version >= 0 ? updated[version]! : updatedInitial[k]!;
        if (known === i) continue;
        if (known === None) {
          if (version >= 0) updated[version] = i;
          else updatedInitial[k] = i;
          continue;
        }
        const others = rivals.get(known);
        if (others === undefined) rivals.set(known, [known, i]);
        else if (others.at(-1) !== i) others.push(i);
      }
    }
  }
  for (const updates of rivals.values())
    findings.add(
      "lost-update",
      key[updates[0]!]!,
      updates.map((update) => writes.owner[update]!),
      updates,
    );
}
