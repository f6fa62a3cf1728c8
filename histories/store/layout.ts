import { readFile, readlink, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";

/** Names inside a run folder. */
export const testFile = "test.json";
export const historyFile = "history.jsonl";
export const resultsFile = "results.json";
export const reportFile = "report.html";
/** How far clocks of nodes were off, where they were made to be. */
export const clocksFile = "clocks.jsonl";
export const nodesFolder = "nodes";
/** In a node's folder: what the node came to know as committed, where it is one of a bundled protocol. */
export const consensusLogFile = "consensus.log";

/** The pointer to the newest run, in the store and in the folder of each test. */
export const latest = "latest";

/** A folder name for any name: what is not a letter, a digit, `.`, `_` or `-` becomes `_`. */
export function folderName(name: string): string {
  const plain = name.replace(/[^\p{L}\p{N}._-]/gu, "_").replace(/^\.+/, "_");
  return plain === "" || plain === latest ? `_${plain}` : plain;
}

/** The folder name of a UTC time in ISO 8601: `2026-11-22T21:33:44.123Z` is `20261122T213344.123Z`. */
export function timeName(time: string): string {
  return folderName(time.replaceAll(/[-:]/g, ""));
}

/** Points `pointer` at `folder`: a symbolic link, or a text file where there are none. */
export async function point(pointer: string, folder: string): Promise<void> {
  const target = relative(dirname(pointer), folder);
  // Renaming puts the new pointer in the place of the old one at once.
  const fresh = `${pointer}.new`;
  await rm(fresh, { force: true });
  try {
    await symlink(target, fresh, "dir");
  } catch {
    await writeFile(fresh, `${target}\n`);
  }
  await rename(fresh, pointer);
}

/** The folder that `pointer` points at; `undefined` when it is no pointer. */
export async function pointedAt(pointer: string): Promise<string | undefined> {
  try {
    return join(dirname(pointer), await readlink(pointer));
  } catch {
    // No link: a text file, or nothing.
  }
  try {
    const target = (await readFile(pointer, "utf8")).trim();
    return target === "" || target.includes("\n") ? undefined : join(dirname(pointer), target);
  } catch {
    return undefined;
  }
}

export async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

export async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
