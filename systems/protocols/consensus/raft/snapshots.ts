import { takeSnapshot } from "../../state-machine/state-machine.ts";
import { configurationAt, entryKey, lastIndex, ringSize, termAt, type LogSnapshot } from "./log.ts";
import type { Server } from "./server.ts";

/**
 * Log compaction (§7): a log gives way to the state to which it leads, once it is longer than that, so that what is
 * written of states is no more than what is written of entries; and before it could outgrow the ring on disk.
 */
export function compact(server: Server): void {
  const { state, rules } = server;
  const { log, committed, machine } = state;
  const length = committed - log.snapshot.index;
  if (length < rules.snapshotAfter) return;
  if (length < ringSize / 2 && hasMoreThan(length, machine.store.values)) return;
  const taken = takeSnapshot(machine);
  keepSnapshot(server, {
    index: committed,
    term: termAt(log, committed) ?? 0,
    configuration: configurationAt(log, committed),
    machine: rules.clientTableInSnapshots ? taken : { ...taken, clients: {} },
  });
}

/**
 * Puts a snapshot in the place of the log up to its index. What follows stays if the log holds the entry at
 * that index, and goes otherwise, since it follows something else.
 */
export function keepSnapshot({ state, rules, node }: Server, snapshot: LogSnapshot): void {
  const { log } = state;
  const fits = rules.followsOn(snapshot, termAt(log, snapshot.index));
  if (!fits && rules.durableLog) {
    for (let index = lastIndex(log); index > snapshot.index; index--) node.persist(entryKey(index), null);
  }
  log.entries.splice(0, fits ? snapshot.index - log.snapshot.index : log.entries.length);
  log.snapshot = snapshot;
  if (rules.durableLog) node.persist("snapshot", snapshot);
  state.configuration = configurationAt(log, lastIndex(log));
}

function hasMoreThan(count: number, values: Readonly<Record<string, unknown>>): boolean {
  let members = 0;
  for (const _ in values) if (++members > count) return true;
  return false;
}
