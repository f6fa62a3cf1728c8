import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { readHistory } from "../codecs/read.ts";
import { InputError } from "../errors.ts";
import type { History } from "../history.ts";
import { requireShape } from "../schema/schemas.ts";
import { readClockOffsets, type ClockOffset } from "./clock-offsets.ts";
import {
  clocksFile,
  consensusLogFile,
  historyFile,
  isFile,
  isFolder,
  latest,
  nodesFolder,
  pointedAt,
  reportFile,
  resultsFile,
  testFile,
} from "./layout.ts";
import type { Results } from "./results.ts";
import type { TestDescription } from "./test-description.ts";

/** The folder of a run that was written, whole or killed in the middle. */
export class Run {
  readonly folder: string;
  readonly historyPath: string;
  readonly reportPath: string;

  constructor(folder: string) {
    this.folder = folder;
    this.historyPath = join(folder, historyFile);
    this.reportPath = join(folder, reportFile);
  }

  /** `test.json`; an `InputError` when it is missing or wrong. */
  async test(): Promise<TestDescription> {
    const value = await readJson(join(this.folder, testFile));
    if (value === undefined) throw unreadable(join(this.folder, testFile), "no such file");
    requireShape("test", value, { file: join(this.folder, testFile) });
    // The schema has just been held against it.
    return value as TestDescription;
  }

  async history(): Promise<History> {
    return readHistory(this.historyPath, { format: "native" });
  }

  /** `results.json`; `undefined` before a check has written it. */
  async results(): Promise<Results | undefined> {
    const path = join(this.folder, resultsFile);
    const value = await readJson(path);
    if (value === undefined) return undefined;
    requireShape("results", value, { file: path });
    // The schema has just been held against it.
    return value as Results;
  }

  /** How far clocks of nodes were off, in order of time; `undefined` where nobody looked. */
  async clockOffsets(): Promise<readonly ClockOffset[] | undefined> {
    return readClockOffsets(join(this.folder, clocksFile));
  }

  /** The folders of the nodes' logs, in order of their names. */
  async nodeFolders(): Promise<string[]> {
    const folder = join(this.folder, nodesFolder);
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    return entries
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(folder, entry.name))
      .toSorted();
  }

  /** The logs of consensus that nodes wrote, in order of their names. */
  async consensusLogs(): Promise<string[]> {
    const logs: string[] = [];
    for (const folder of await this.nodeFolders()) {
      const log = join(folder, consensusLogFile);
      if (await isFile(log)) logs.push(log);
    }
    return logs;
  }
}

/**
 * The run that a path means: its folder, a file in it, a `latest`, or a store or the folder of a test, of which
 * the latest run is meant. An `InputError` when it means none.
 */
export async function openRun(path: string): Promise<Run> {
  const folder = await runFolder(path);
  if (folder === undefined) {
    throw new InputError("E_RUN", {
      place: { file: path },
      expected: `a run folder (with ${testFile} and ${historyFile}), a file in it, or a store with a run in it`,
      found: (await isFolder(path)) ? "another folder" : (await isFile(path)) ? "another file" : "nothing",
    });
  }
  return new Run(folder);
}

/** A run of a store. */
export interface StoredRun {
  /** Folder names of the test and of the run's UTC time. */
  readonly test: string;
  readonly time: string;
  readonly folder: string;
}

/** The runs of a store, the newest first; none when there is no such folder. */
export async function listRuns(store: string): Promise<StoredRun[]> {
  const runs: StoredRun[] = [];
  for (const test of await folders(store)) {
    for (const time of await folders(join(store, test))) {
      const folder = join(store, test, time);
      if (await isRunFolder(folder)) runs.push({ test, time, folder });
    }
  }
  const order = new Intl.Collator("en", { numeric: true });
  return runs.toSorted((a, b) => order.compare(b.time, a.time) || order.compare(a.test, b.test));
}

async function runFolder(path: string): Promise<string | undefined> {
  if (await isRunFolder(path)) return path;
  const pointer = basename(path) === latest ? path : join(path, latest);
  const target = await pointedAt(pointer);
  if (target !== undefined && (await isRunFolder(target))) return target;
  const parent = dirname(path);
  return (await isFile(path)) && (await isRunFolder(parent)) ? parent : undefined;
}

async function isRunFolder(path: string): Promise<boolean> {
  return (await isFile(join(path, testFile))) && (await isFile(join(path, historyFile)));
}

async function folders(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

async function readJson(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw unreadable(path, error instanceof Error ? error.message : "something else");
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError("E_JSON", {
      place: { file: path },
      expected: "one JSON object",
      found: error instanceof Error ? error.message : "something else",
      cause: error,
    });
  }
}

function unreadable(file: string, found: string): InputError {
  return new InputError("E_FILE", { place: { file }, expected: "a readable file", found });
}
