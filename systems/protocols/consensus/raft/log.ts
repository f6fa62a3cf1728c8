import { isJsonObject, type Json } from "../../../../histories/json.ts";
import type { Durable } from "../../../contracts/protocol.ts";
import { operationFrom, isCount, type Operation } from "../../state-machine/operation.ts";
import { snapshotFrom, type Snapshot } from "../../state-machine/state-machine.ts";
import { configurationFrom, type Configuration } from "./configuration.ts";
import type { LogEnd } from "./rules.ts";

/** What an entry says: an operation of a client, new members, or nothing but that a term begins. */
export type EntryValue = Operation | Configuration | Beginning;

/** The entry with which a leader begins its term. */
export type Beginning = { readonly begins: number };

export type Entry = {
  /** The term of the leader that made it. */
  readonly ballot: number;
  readonly value: EntryValue;
};

/** What stands for the log up to an entry: the state to which it leads (§7). */
export type LogSnapshot = {
  readonly index: number;
  readonly term: number;
  readonly configuration: Configuration;
  readonly machine: Snapshot;
};

/** The log: entries from 1 on, those up to the snapshot's replaced by it. */
export interface Log {
  snapshot: LogSnapshot;
  /** From `snapshot.index + 1` on. */
  readonly entries: Entry[];
}

export function lastIndex({ snapshot, entries }: Log): number {
  return snapshot.index + entries.length;
}

export function logEnd(log: Log): LogEnd {
  const index = lastIndex(log);
  return { index, term: termAt(log, index) ?? 0 };
}

/** The entry at an index; undefined beyond the end, and where the snapshot stands for it. */
export function entryAt({ snapshot, entries }: Log, index: number): Entry | undefined {
  return entries[index - snapshot.index - 1];
}

/** The term at an index; undefined where it is not known. */
export function termAt(log: Log, index: number): number | undefined {
  return index === log.snapshot.index ? log.snapshot.term : entryAt(log, index)?.ballot;
}

/** The entries from an index on, at most so many. */
export function entriesFrom({ snapshot, entries }: Log, index: number, limit: number): readonly Entry[] {
  const start = index - snapshot.index - 1;
  return entries.slice(start, start + limit);
}

/** The members as of an index: those of the latest configuration up to there, committed or not. */
export function configurationAt(log: Log, index: number): Configuration {
  for (let at = index; at > log.snapshot.index; at--) {
    const value = entryAt(log, at)?.value;
    if (isConfiguration(value)) return value;
  }
  return log.snapshot.configuration;
}

export function isConfiguration(value: EntryValue | undefined): value is Configuration {
  return value !== undefined && "members" in value;
}

export function isOperation(value: EntryValue | undefined): value is Operation {
  return value !== undefined && "command" in value;
}

/** The entry that `json` is; undefined when it is none. */
export function entryFrom(json: Json | undefined): Entry | undefined {
  if (!isJsonObject(json)) return undefined;
  const { ballot, value } = json;
  if (!isCount(ballot)) return undefined;
  const read = operationFrom(value) ?? configurationFrom(value) ?? beginningFrom(value);
  return read === undefined ? undefined : { ballot, value: read };
}

function beginningFrom(json: Json | undefined): Beginning | undefined {
  if (!isJsonObject(json)) return undefined;
  const { begins } = json;
  return isCount(begins) ? { begins } : undefined;
}

/** The snapshot that `json` is; undefined when it is none. */
export function logSnapshotFrom(json: Json | undefined): LogSnapshot | undefined {
  if (!isJsonObject(json)) return undefined;
  const { index, term } = json;
  const configuration = configurationFrom(json["configuration"]);
  const machine = snapshotFrom(json["machine"]);
  if (!isCount(index) || !isCount(term) || configuration === undefined || machine === undefined)
    return undefined;
  return { index, term, configuration, machine };
}

/**
 * Entries are kept on disk in a ring, so that those behind a snapshot leave nothing behind. No log is ever
 * so long: leaders take no more than a few entries that are not committed, the rest is compacted.
 */
export const ringSize = 1 << 16;

export function entryKey(index: number): string {
  return `entry/${index % ringSize}`;
}

export function isEntryKey(key: string): boolean {
  return key.startsWith("entry/");
}

/** The log that a server finds in its storage; a record that makes no sense is an error. */
export function restoreLog(durable: Durable, initial: LogSnapshot): Log {
  const stored = durable.get("snapshot");
  const snapshot = stored === undefined ? initial : logSnapshotFrom(stored);
  if (snapshot === undefined) throw new Error("unreadable record snapshot");
  const kept = new Map<number, Entry>();
  for (const [key, value] of durable) {
    if (!isEntryKey(key) || value === null) continue;
    const entry = entryFrom(value);
    const index = isJsonObject(value) ? value["index"] : undefined;
    if (entry === undefined || !isCount(index)) throw new Error(`unreadable record ${key}`);
    kept.set(index, entry);
  }
  const log: Log = { snapshot, entries: [] };
  for (let index = snapshot.index + 1; ; index++) {
    const entry = kept.get(index);
    if (entry === undefined) return log;
    log.entries.push(entry);
  }
}
