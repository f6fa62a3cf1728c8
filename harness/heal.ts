import { existsSync, rmSync } from "node:fs";

import { Toxiproxy } from "toxiproxy-node-client";

import { readJournals, type JournalEntry, type OpenJournal } from "./journal.ts";
import { removeSharedMemory, writeClockFile } from "./local/clock/libfaketime.ts";
import { resetProcessClock } from "./local/clock/process-clock.ts";
import { isMounted, unmount } from "./local/disk/mounts.ts";
import { detachAll } from "./local/disk/tracer.ts";
import { removeProxy, removeToxic } from "./local/network.ts";
import { findProcess, processTree, signal } from "./local/process-table.ts";
import { undoRemote } from "./remote/undo.ts";
import { removeCgroup } from "./local/resources/cgroup.ts";

/** What healing did about one entry of a journal. */
export interface Healed {
  readonly entry: JournalEntry;
  /** In words: "ended", "was gone", … */
  readonly outcome: string;
}

export interface HealReport {
  readonly journal: string;
  /** The folder of the run that left it. */
  readonly run: string;
  /** Set when the run that owns the journal is still going on; nothing of it is touched then. */
  readonly running: boolean;
  readonly healed: readonly Healed[];
  /** What could not be undone, with the reason; the journal stays for another try. */
  readonly failed: readonly { readonly entry: JournalEntry; readonly reason: string }[];
}

/**
 * Undoes what runs that are no more left behind, as their journals in `directory` tell. May be run again
 * and again; a journal whose run still goes on is left alone.
 */
export async function heal(directory: string): Promise<HealReport[]> {
  const reports: HealReport[] = [];
  for (const journal of readJournals(directory)) reports.push(await healJournal(journal));
  return reports;
}

async function healJournal(journal: OpenJournal): Promise<HealReport> {
  const { path, owner } = journal;
  const healed: Healed[] = [];
  const failed: { entry: JournalEntry; reason: string }[] = [];
  if (isSame(owner)) return { journal: path, run: owner.run, running: true, healed, failed };
  // The last fault first, as one would unwind a stack.
  for (const entry of [...journal.entries.values()].toReversed()) {
    try {
      healed.push({ entry, outcome: await undo(entry) });
    } catch (error) {
      failed.push({ entry, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  if (failed.length === 0) rmSync(path, { force: true });
  return { journal: path, run: owner.run, running: false, healed, failed };
}

async function undo(entry: JournalEntry): Promise<string> {
  switch (entry.kind) {
    case "process": {
      if (!isSame(entry)) return "was gone";
      for (const { pid } of processTree(entry.pid)) signal(pid, "SIGKILL");
      signal(-entry.pid, "SIGKILL");
      return "ended";
    }
    case "stopped": {
      const stopped = entry.pids.filter(isSame);
      for (const { pid } of stopped) signal(pid, "SIGCONT");
      return stopped.length === 0 ? "was gone" : "resumed";
    }
    case "toxic":
      await removeToxic(new Toxiproxy(entry.url), entry.proxy, entry.toxic);
      return "removed";
    case "proxies":
      for (const name of entry.names) await removeProxy(new Toxiproxy(entry.url), name);
      return "removed";
    case "clock":
      if (!existsSync(entry.file)) return "was gone";
      writeClockFile(entry.file, 0, 1);
      return "reset";
    case "clock-memory":
      // Ours if the process is, or nobody has its number any more.
      if (!isSame(entry) && findProcess(entry.pid) !== undefined) return "was gone";
      return removeSharedMemory(entry.pid) ? "removed" : "was gone";
    case "cgroup":
      return (await removeCgroup(entry.path)) ? "removed" : "was gone";
    case "traced":
      if (!isSame(entry)) return "was gone";
      return detachAll(entry.pid) === 0 ? "was gone" : "detached";
    case "vdso-clock":
      if (!isSame(entry)) return "was gone";
      for (const { pid } of processTree(entry.pid)) resetProcessClock(pid);
      return "reset";
    case "remote-process":
    case "remote-stopped":
    case "remote-table":
    case "remote-queue":
    case "remote-clock":
      return undoRemote(entry);
    case "disk":
      if (!isMounted(entry.mountPoint)) return "was gone";
      await unmount(entry.mountPoint);
      return "unmounted";
  }
}

/** Whether the process is the one that was written down, and not a later one with its number. */
function isSame({ pid, started }: { pid: number; started: string }): boolean {
  return findProcess(pid)?.started === started;
}
