import { isJsonObject, type Json } from "../../../../histories/json.ts";
import type { Durable, NodeId } from "../../../contracts/protocol.ts";
import { isCount, operationFrom, type Operation } from "../../state-machine/operation.ts";
import { snapshotFrom, type Snapshot } from "../../state-machine/state-machine.ts";
import { configurationsFrom, isNames, type Configurations } from "./configuration.ts";

/** What can be chosen in a slot: an operation of a client, new members, or nothing. */
export type Value = Operation | Members | null;

/** Who are to be acceptors. */
export type Members = { readonly members: readonly NodeId[] };

/** A vote: the latest of the acceptor in its slot, or what it learned to be chosen there, and in which ballot. */
export type Entry = { readonly ballot: number; readonly value: Value };

/** An entry with its slot. */
export type Report = Entry & { readonly slot: number };

/** What stands for the slots before a position: the state to which they lead, and who the acceptors are from there on. */
export type LogSnapshot = { readonly configurations: Configurations; readonly machine: Snapshot };

/** The log from the snapshot's position on; null where nothing is known. */
export interface Log {
  snapshot: LogSnapshot;
  readonly entries: (Entry | null)[];
}

/** The first slot that is not in the snapshot. */
export function firstSlot({ snapshot }: Log): number {
  return snapshot.machine.position;
}

/** The slot after the last one. */
export function endOf(log: Log): number {
  return firstSlot(log) + log.entries.length;
}

export function entryAt(log: Log, slot: number): Entry | null {
  return log.entries[slot - firstSlot(log)] ?? null;
}

/** Puts an entry in its slot. */
export function putEntry(log: Log, slot: number, entry: Entry): void {
  const place = slot - firstSlot(log);
  while (log.entries.length < place) log.entries.push(null);
  log.entries[place] = entry;
}

/** The entries of slots `from` to `to` (exclusive). */
export function reportsOf(log: Log, from: number, to: number): Report[] {
  const reports: Report[] = [];
  for (let slot = Math.max(from, firstSlot(log)); slot < Math.min(to, endOf(log)); slot++) {
    const entry = entryAt(log, slot);
    if (entry !== null) reports.push({ slot, ...entry });
  }
  return reports;
}

export function isMembers(value: Value): value is Members {
  return value !== null && "members" in value;
}

/** The value that `json` is; undefined when it is none. */
export function valueFrom(json: Json | undefined): Value | undefined {
  if (json === null) return null;
  const operation = operationFrom(json);
  if (operation !== undefined) return operation;
  if (!isJsonObject(json)) return undefined;
  const { members } = json;
  return isNames(members) ? { members } : undefined;
}

/** The report that `json` is; undefined when it is none. */
export function reportFrom(json: Json | undefined): Report | undefined {
  if (!isJsonObject(json)) return undefined;
  const { slot, ballot } = json;
  const value = valueFrom(json["value"]);
  return isCount(slot) && isCount(ballot) && value !== undefined ? { slot, ballot, value } : undefined;
}

/** The snapshot that `json` is; undefined when it is none. */
export function logSnapshotFrom(json: Json | undefined): LogSnapshot | undefined {
  if (!isJsonObject(json)) return undefined;
  const configurations = configurationsFrom(json["configurations"]);
  const machine = snapshotFrom(json["machine"]);
  return configurations === undefined || machine === undefined ? undefined : { configurations, machine };
}

/**
 * Entries are kept on disk in a ring of so many, so that those behind a snapshot leave nothing behind. An acceptor votes in
 * no slot so far ahead of what it knows to be chosen that an entry which is still needed would give way.
 */
export function entryKey(slot: number, ring: number): string {
  return `entry/${slot % ring}`;
}

/** The log that a node finds in its storage; a record that makes no sense is an error. */
export function restoreLog(durable: Durable, initial: LogSnapshot): Log {
  const stored = durable.get("snapshot");
  const snapshot = stored === undefined ? initial : logSnapshotFrom(stored);
  if (snapshot === undefined) throw new Error("unreadable record snapshot");
  const log: Log = { snapshot, entries: [] };
  for (const [key, value] of durable) {
    if (!key.startsWith("entry/")) continue;
    const report = reportFrom(value);
    if (report === undefined) throw new Error(`unreadable record ${key}`);
    const { slot, ...entry } = report;
    if (slot >= firstSlot(log)) putEntry(log, slot, entry);
  }
  return log;
}
