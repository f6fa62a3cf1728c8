import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Operation } from "../operation.ts";
import { requireShape } from "../schema/schemas.ts";
import { appendClockOffsets, type ClockOffset } from "./clock-offsets.ts";
import {
  clocksFile,
  folderName,
  historyFile,
  latest,
  nodesFolder,
  point,
  reportFile,
  resultsFile,
  testFile,
  timeName,
} from "./layout.ts";
import { Recorder } from "./recorder.ts";
import type { Results } from "./results.ts";
import type { TestDescription } from "./test-description.ts";

/** Writes the folder of one run. */
export class RunWriter {
  /** The run's own folder, and the files in it. */
  readonly folder: string;
  readonly historyPath: string;
  readonly reportPath: string;
  readonly #recorder: Recorder;

  constructor(folder: string, recorder: Recorder) {
    this.folder = folder;
    this.historyPath = join(folder, historyFile);
    this.reportPath = join(folder, reportFile);
    this.#recorder = recorder;
  }

  /** Records an operation, whose index is the next one; some two microseconds. */
  record(operation: Operation): void {
    this.#recorder.record(operation);
  }

  /** Records a look at the clocks of nodes. */
  recordClocks(offsets: readonly ClockOffset[]): void {
    appendClockOffsets(join(this.folder, clocksFile), offsets);
  }

  /** Makes and names the folder of a node's logs. */
  async nodeFolder(node: string): Promise<string> {
    const folder = join(this.folder, nodesFolder, folderName(node));
    await mkdir(folder, { recursive: true });
    return folder;
  }

  /** Replaces the description of the run, by one that knows more. */
  async describe(description: TestDescription): Promise<void> {
    requireShape("test", description, { file: testFile });
    await writeDescription(this.folder, description);
  }

  /** Ends the history, so that it can be read whole. May be called again. */
  close(): void {
    this.#recorder.close();
  }

  async writeResults(results: Results): Promise<void> {
    await writeResults(this.folder, results);
  }
}

/**
 * Makes `<store>/<test>/<UTC time>/` for a run that `description` describes, and points `latest` at it, both
 * in the store and in the test's folder. The time is `description.started`; a second run of the same
 * millisecond gets a number behind it.
 */
export async function createRun(store: string, description: TestDescription): Promise<RunWriter> {
  requireShape("test", description, { file: testFile });
  const testFolder = join(store, folderName(description.name));
  await mkdir(testFolder, { recursive: true });
  const folder = await freshFolder(join(testFolder, timeName(description.started)));
  await writeDescription(folder, description);
  const { name, workload, system, seed, versions } = description;
  const recorder = new Recorder(join(folder, historyFile), { name, workload, system, seed, versions });
  await point(join(testFolder, latest), folder);
  await point(join(store, latest), folder);
  return new RunWriter(folder, recorder);
}

async function writeDescription(folder: string, description: TestDescription): Promise<void> {
  await writeFile(join(folder, testFile), `${JSON.stringify(description, undefined, 2)}\n`);
}

/** Writes `results.json` into a run folder, in the place of one from an earlier check. */
export async function writeResults(folder: string, results: Results): Promise<void> {
  requireShape("results", JSON.parse(JSON.stringify(results)), { file: resultsFile });
  await writeFile(join(folder, resultsFile), `${JSON.stringify(results, undefined, 2)}\n`);
}

async function freshFolder(path: string): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const folder = attempt === 1 ? path : `${path}-${attempt}`;
    try {
      await mkdir(folder);
      return folder;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    }
  }
}
