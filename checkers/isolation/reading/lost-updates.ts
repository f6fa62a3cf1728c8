import { Committed, type Transactions } from "../transactions.ts";
import type { Findings } from "./findings.ts";
import type { Reads } from "./reads.ts";
import { FromInitial } from "./sources.ts";
import { None, type Writes } from "./writes.ts";

/** Finds transactions that read one version of a key and all wrote the key: whichever came last lost the others' writes. */
export function addLostUpdates(
  transactions: Transactions,
  writes: Writes,
  reads: Reads,
  findings: Findings,
): void {
  const { count, first, kind, key, keys, status } = transactions;
  const { source } = reads;
  /** Of each write, and of the initial value of each key: the write of the first who read it and wrote the key. */
  const updated = new Int32Array(kind.length).fill(None);
  const updatedInitial = new Int32Array(keys.length).fill(None);
  const rivals = new Map<number, number[]>();
  /** Of each key: the read that tells which version the transaction at hand saw. */
  const seen = new Int32Array(keys.length).fill(None);
  for (let t = 0; t < count; t++) {
    if (status[t] !== Committed) continue;
    for (let i = first[t]!; i < first[t + 1]!; i++) {
      const k = key[i]!;
      if ((kind[i]! & 1) === 0) {
        if ((source[i]! >= 0 || source[i] === FromInitial) && seen[k]! < first[t]!) seen[k] = i;
        continue;
      }
      if (writes.after[i] !== None || seen[k]! < first[t]!) continue;
      const read = seen[k]!;
      const version = source[read]!;
      const known = version >= 0 ? updated[version]! : updatedInitial[k]!;
      if (known === None) {
        if (version >= 0) updated[version] = i;
        else updatedInitial[k] = i;
        continue;
      }
      const others = rivals.get(known);
      if (others === undefined) rivals.set(known, [known, i]);
      else others.push(i);
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
