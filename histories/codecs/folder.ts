import type { Dirent } from "node:fs";
import { open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../errors.ts";
import type { HistoryFormat } from "./format.ts";
import { looksLikeCobra } from "./transactions/cobra-decoder.ts";

/** Bytes of a log that are enough to know its format by. */
const PrefixBytes = 4096;

/** Names under which tools keep a history in a folder of its own, the first of them first. */
const names = ["history.jsonl", "history.edn", "history.json", "history.bincode"];

/** What a folder holds: one file that is a history, or logs, one a session. */
export type FolderContent =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "logs"; readonly format: "cobra" | "viper"; readonly logs: readonly Log[] };

export interface Log {
  readonly path: string;
  /** The number in the file's name, where that tells the logs apart; else the name. */
  readonly session: number | string;
}

export async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

/**
 * Looks for a history in a folder: `history.edn` and the like, Viper's logs (`J*.log`, there or in its folder
 * `json`) or Cobra's (`*.log`). An `InputError` if there is none.
 */
export async function folderContent(folder: string, format?: HistoryFormat): Promise<FolderContent> {
  const entries = await list(folder);
  // Links to files count, too.
  const files = new Set(entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name));
  const name = names.find((each) => files.has(each)) ?? names.map((each) => `${each}.gz`).find((each) => files.has(each)); // prettier-ignore
  const wantsLogs = format === "cobra" || format === "viper";
  if (name !== undefined && !wantsLogs) return { kind: "file", path: join(folder, name) };
  const logs = logsOf(folder, [...files]);
  if (logs.length > 0) {
    const found = wantsLogs ? format : format === undefined ? await formatOfLogs(logs) : undefined;
    if (found !== undefined) return { kind: "logs", format: found, logs };
  }
  const json = entries.some((entry) => entry.name === "json" && entry.isDirectory());
  if (json && (format === undefined || format === "viper")) {
    const inner = join(folder, "json");
    const innerFiles = (await list(inner)).filter((entry) => !entry.isDirectory()).map((entry) => entry.name);
    const innerLogs = logsOf(inner, innerFiles);
    if (innerLogs.length > 0) return { kind: "logs", format: "viper", logs: innerLogs };
  }
  throw new InputError("E_FILE", {
    place: { file: folder },
    expected:
      "a history file, or a folder with history.edn, history.json, history.bincode or logs of Cobra or Viper",
    found: "a directory without",
  });
}

async function list(folder: string): Promise<Dirent[]> {
  return readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    const found = error instanceof Error ? error.message : "a directory that cannot be read";
    throw new InputError("E_FILE", { place: { file: folder }, expected: "a folder", found, cause: error });
  });
}

function logsOf(folder: string, files: readonly string[]): readonly Log[] {
  const logs = files.filter((name) => name.endsWith(".log")).toSorted();
  const numbers = logs.map((name) => /\d+/.exec(name)?.[0]);
  const distinct = new Set(numbers.map((digits) => Number(digits))).size === logs.length;
  const found = logs.map((name, i): Log => ({
    path: join(folder, name),
    session: distinct && numbers[i] !== undefined ? Number(numbers[i]) : name,
  }));
  return found.toSorted((a, b) =>
    typeof a.session === "number" && typeof b.session === "number" ? a.session - b.session : 0,
  );
}

/** The format of logs by how the first with anything in it begins; bytes 0xFF only pad Cobra's. */
async function formatOfLogs(logs: readonly Log[]): Promise<"cobra" | "viper" | undefined> {
  for (const { path } of logs) {
    const bytes = await beginning(path);
    if (bytes.every((byte) => byte === 0xff)) continue;
    if (looksLikeCobra(bytes)) return "cobra";
    return /^\s*\{[\s,]*(?:"value"|"isInitial"|:type|:value|:f)/.test(bytes.toString("utf8"))
      ? "viper"
      : undefined;
  }
  return undefined;
}

async function beginning(path: string): Promise<Buffer> {
  const file = await open(path, "r");
  try {
    const bytes = Buffer.alloc(PrefixBytes);
    const { bytesRead } = await file.read(bytes, 0, PrefixBytes, 0);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
