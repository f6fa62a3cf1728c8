import { chalkStderr } from "chalk";
import cliProgress from "cli-progress";

import type { TestProgress } from "../harness/index.ts";

/** Clears the line of the bar, and lets long lines go on in the next, which the bar has forbidden. */
const clearedAndWrapping = "\r\u001B[2K\u001B[?7h";
/**
 * Saves where the bar now is, and forbids long lines again. When it stops, the bar goes back to the place that
 * was saved last and clears that line: without this it would clear, and the verdict overwrite, what was said.
 */
const savedAndCut = "\u001B7\u001B[?7l";

/**
 * The live line of a run on standard error: how far it is, operations, their rate, the faults in force and
 * the time left. On a terminal it is redrawn in place; elsewhere a line is printed every few seconds.
 */
export class ProgressLine {
  readonly #bar: cliProgress.SingleBar;
  readonly #seconds: number;

  constructor(seconds: number) {
    this.#seconds = seconds;
    this.#bar = new cliProgress.SingleBar({
      stream: process.stderr,
      format: `{bar} {left}  {operations} operations  {rate}/s  {faults}`,
      barsize: 20,
      barCompleteChar: "█",
      barIncompleteChar: "░",
      hideCursor: true,
      clearOnComplete: true,
      fps: 5,
      // Without a terminal, as in CI: a line every five seconds.
      noTTYOutput: true,
      notTTYSchedule: 5000,
      linewrap: false,
      emptyOnZero: true,
    });
    this.#bar.start(seconds, 0, { left: "", operations: 0, rate: 0, faults: "" });
  }

  update(progress: TestProgress): void {
    const elapsed = Math.min(this.#seconds, progress.seconds);
    this.#bar.update(elapsed, {
      left: progress.phase === "running" ? `${Math.ceil(this.#seconds - elapsed)} s left` : progress.phase,
      operations: progress.operations,
      rate: Math.round(progress.rate),
      faults: progress.faults.length === 0 ? "" : chalkStderr.yellow(progress.faults.join(" + ")),
    });
  }

  /** Says something without disturbing the line. */
  aside(text: string): void {
    const said = `${chalkStderr.dim(text)}\n`;
    process.stderr.write(process.stderr.isTTY ? `${clearedAndWrapping}${said}${savedAndCut}` : said);
  }

  stop(): void {
    this.#bar.stop();
  }
}
