import { closeSync, openSync, writeSync } from "node:fs";
import { headerLine, operationLine } from "../codecs/write.ts";
import type { HistoryHeader } from "../history.ts";
import type { Operation } from "../operation.ts";

/** Lines wait for this many characters, or for this long, before they are written. */
const BatchCharacters = 1 << 16;
const BatchMilliseconds = 5;

/**
 * Appends operations to `history.jsonl` while a test runs. Lines are gathered for a few milliseconds and then
 * handed to the operating system, which keeps them when this process dies, by SIGKILL too; only what was
 * recorded in the last milliseconds can be lost, and a torn last line is what readers expect. Nothing is
 * forced to the disk before `close`, so that recording never waits for one.
 */
export class Recorder {
  readonly #file: number;
  #lines = "";
  #timer: NodeJS.Timeout | undefined;
  #next = 0;
  #closed = false;
  #failure: unknown;
  readonly #flushAtExit = () => this.flush();

  /** Makes the file, which must not exist, with its header line. */
  constructor(path: string, header: HistoryHeader) {
    this.#file = openSync(path, "ax");
    writeSync(this.#file, `${headerLine(header)}\n`);
    process.once("exit", this.#flushAtExit);
  }

  /** Number of operations recorded; the index of the next one. */
  get length(): number {
    return this.#next;
  }

  /** Records an operation, whose index is the next one. Throws when an earlier one could not be written. */
  record(operation: Operation): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#closed) throw new Error("operation recorded after the end of the run");
    if (operation.index !== this.#next) {
      throw new Error(`operation ${operation.index} recorded in the place of ${this.#next}`);
    }
    this.#next++;
    this.#lines += `${operationLine(operation)}\n`;
    if (this.#lines.length >= BatchCharacters) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), BatchMilliseconds).unref();
  }

  /** Hands to the operating system what has been recorded. A failure is thrown by the next `record` or `close`. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#lines === "" || this.#failure !== undefined) return;
    const bytes = Buffer.from(this.#lines);
    this.#lines = "";
    try {
      for (let written = 0; written < bytes.length; ) written += writeSync(this.#file, bytes, written);
    } catch (failure) {
      this.#failure = failure;
    }
  }

  close(): void {
    if (this.#closed) return;
    this.flush();
    this.#closed = true;
    process.removeListener("exit", this.#flushAtExit);
    closeSync(this.#file);
    if (this.#failure !== undefined) throw this.#failure;
  }
}
