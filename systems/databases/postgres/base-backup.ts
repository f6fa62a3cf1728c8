import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

import { textIn, type SqlSession } from "../sql/session.ts";

/** What of a primary's data is its own and not its standbys' (manual, 26.3.4). */
const own = new Set([
  "postmaster.pid",
  "postmaster.opts",
  "pg_wal",
  "pg_replslot",
  "pg_dynshmem",
  "pg_notify",
  "pg_serial",
  "pg_snapshots",
  "pg_stat_tmp",
  "pg_subtrans",
]);

/**
 * Copies the data of a running primary to a folder, as data of a standby: by the low-level interface (manual, 26.3.4), since
 * embedded servers come without pg_basebackup. What is in the folder is lost.
 */
export async function baseBackup(primary: SqlSession, from: string, to: string): Promise<void> {
  await primary.run("SELECT pg_backup_start('rashomon', true)");
  rmSync(to, { recursive: true, force: true });
  copyFolder(from, to, true);
  const [row = {}] = (await primary.run("SELECT labelfile FROM pg_backup_stop(false)")).rows;
  const label = textIn(row, "labelfile");
  writeFileSync(join(to, "backup_label"), label);
  copyLog(label, join(from, "pg_wal"), join(to, "pg_wal"));
  writeFileSync(join(to, "standby.signal"), "");
}

/**
 * Copies the log from the segment on at which a backup began, so that the standby can be read before it has reached the primary. Segments are
 * named by timeline and place, in hexadecimal digits.
 */
function copyLog(label: string, from: string, to: string): void {
  const [, first = ""] = /START WAL LOCATION: \S+ \(file ([0-9A-F]{24})\)/.exec(label) ?? [];
  for (const name of readdirSync(from))
    if (name.endsWith(".history") || (/^[0-9A-F]{24}$/.test(name) && name >= first))
      copyIfThere(join(from, name), join(to, name));
}

/** Whether a folder of data is that of a standby. */
export function isStandby(data: string): boolean {
  return existsSync(join(data, "standby.signal"));
}

function copyFolder(from: string, to: string, isTop: boolean): void {
  mkdirSync(to, { recursive: true, mode: 0o700 });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (isTop && own.has(entry.name)) {
      // The folder is needed, what is in it is not.
      if (entry.isDirectory()) mkdirSync(target, { mode: 0o700 });
    } else if (entry.isDirectory()) copyFolder(source, target, false);
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else copyIfThere(source, target);
  }
}

/** Files come and go while the primary runs; of those that are gone the log of writes tells. */
function copyIfThere(from: string, to: string): void {
  try {
    copyFileSync(from, to);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  }
}
