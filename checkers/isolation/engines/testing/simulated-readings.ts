import { randomOf } from "../../../testing/random-registers.ts";
import type { Reading } from "../../reading.ts";
import { readingOf, type Described, type DescribedOperation } from "./readings.ts";

export interface SimulatedStore {
  readonly transactions: number;
  readonly sessions: number;
  readonly keys: number;
  readonly operations: number;
  /** Reads are of the state at commit, or of a snapshot at begin with the first committer winning. */
  readonly isolation: "serializable" | "snapshot";
  /** Chances that a read is of one of the last versions whichever, and that a transaction that lost commits all the same. */
  readonly lies: number;
  readonly sloppy: number;
}

interface Running {
  readonly session: number;
  readonly begin: number;
  readonly snapshot: number;
  readonly operations: { readonly key: number; readonly read: boolean; from: Running | undefined }[];
  node: number;
  end: number;
}

/** What clients saw of a simulated store on which sessions run transactions side by side. */
export function simulatedReading(seed: number, options: SimulatedStore): Reading {
  const { transactions, sessions, keys, operations, isolation, lies, sloppy } = options;
  const random = randomOf(seed);
  const below = (bound: number): number => Math.floor(random() * bound);
  const versions = Array.from({ length: keys }, (): { at: number; by: Running | undefined }[] => [
    { at: 0, by: undefined },
  ]);
  const open = Array.from({ length: sessions }, (): Running | undefined => undefined);
  const pending = Array.from({ length: sessions }, (): Running | undefined => undefined);
  const done: Running[] = [];
  let commits = 0;
  let time = 0;
  let begun = 0;
  while (begun < transactions || open.some(Boolean) || pending.some(Boolean)) {
    const s = below(sessions);
    const committed = pending[s];
    const one = open[s];
    if (committed !== undefined) {
      committed.end = time++;
      done.push(committed);
      pending[s] = undefined;
    } else if (one === undefined) {
      if (begun === transactions) continue;
      begun++;
      const some = Array.from({ length: 1 + below(operations) }, () => ({
        key: below(keys),
        read: random() < 0.5,
        from: undefined,
      }));
      open[s] = { session: s, begin: time++, snapshot: commits, operations: some, node: 0, end: 0 };
    } else {
      open[s] = undefined;
      const at = isolation === "snapshot" ? one.snapshot : commits;
      const written = new Set<number>();
      let lost = false;
      for (const operation of one.operations) {
        const all = versions[operation.key]!;
        if (!operation.read) {
          written.add(operation.key);
          lost ||= all.at(-1)!.at > at;
        } else if (random() < lies) operation.from = all[Math.max(0, all.length - 1 - below(3))]!.by;
        else operation.from = all.findLast((version) => version.at <= at)!.by;
      }
      if (lost && random() >= sloppy) continue;
      commits++;
      for (const key of written) versions[key]!.push({ at: commits, by: one });
      pending[s] = one;
    }
  }
  done.sort((a, b) => a.begin - b.begin);
  for (const [i, one] of done.entries()) one.node = i + 1;
  const all = done.map(({ session, begin, end, operations: some }): Described => ({
    session,
    begin,
    end,
    operations: some.map(({ key, read, from }): DescribedOperation =>
      read ? { read: key, from: [from?.node ?? 0] } : { write: key },
    ),
  }));
  return readingOf(all, keys);
}

/** The same reading with times that say nothing: all sessions after one another, the last first. Only real time differs. */
export function withoutTime(reading: Reading): Reading {
  const begin = reading.begin.map((at) => (at < 0 ? at : 1_000_000 - at));
  return { ...reading, begin, end: begin, transactions: { ...reading.transactions, timed: false } };
}
