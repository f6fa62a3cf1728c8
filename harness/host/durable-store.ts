import { mkdirSync, readFileSync } from "node:fs";
import { open, rename, truncate, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import { crc32 } from "node:zlib";

import { InputError } from "../../histories/errors.ts";
import type { Json } from "../../histories/json.ts";

/** The log is written anew when it is longer than this many bytes and than four times what it holds. */
const compactionFloor = 1 << 20;

/**
 * What a node keeps on disk: values by name, in an append-only log `durable.jsonl`. One line is one commit,
 * `<crc32> [[name, value], …]`; a commit that a crash tore is the last line and is dropped whole. Whoever
 * waits for the disk at the same time shares one fsync (group commit).
 */
export class DurableStore {
  readonly #file: string;
  #handle: FileHandle;
  /** Name → JSON text of the value. */
  readonly #values: Map<string, string>;
  /** What was persisted since the last commit began. */
  #pending: string[] = [];
  /** How many values were persisted so far; how many of them are on the disk. */
  #persisted = 0;
  #durable = 0;
  #wanted = 0;
  #committing: Promise<void> | undefined;
  #closed = false;
  #length: number;
  readonly #onDurable: () => void;
  readonly #onError: (error: unknown) => void;

  private constructor(
    file: string,
    handle: FileHandle,
    values: Map<string, string>,
    length: number,
    events: DurableStoreEvents,
  ) {
    this.#file = file;
    this.#handle = handle;
    this.#values = values;
    this.#length = length;
    this.#onDurable = events.onDurable;
    this.#onError = events.onError;
  }

  /** Opens the store in `directory`, which is made if need be; drops a torn last commit. */
  static async open(
    directory: string,
    events: DurableStoreEvents,
  ): Promise<{ store: DurableStore; values: Map<string, Json>; tornBytes: number }> {
    mkdirSync(directory, { recursive: true });
    const file = join(directory, "durable.jsonl");
    const { values, length, tornBytes } = recover(file);
    if (tornBytes > 0) await truncate(file, length);
    const handle = await open(file, "a");
    await handle.sync();
    await syncDirectory(directory);
    const texts = new Map([...values].map(([name, value]) => [name, JSON.stringify(value)]));
    return { store: new DurableStore(file, handle, texts, length, events), values, tornBytes };
  }

  /** Keeps `value` under `name`; on the disk only when a `sync` that followed is done. */
  persist(name: string, value: Json): void {
    const text = JSON.stringify(value);
    this.#values.set(name, text);
    this.#pending.push(`[${JSON.stringify(name)},${text}]`);
    this.#persisted++;
  }

  /**
   * Asks that all that was persisted so far gets to the disk. Returns a ticket: it is, once `durable`
   * has reached it.
   */
  sync(): number {
    this.#wanted = this.#persisted;
    if (this.#durable < this.#wanted && this.#committing === undefined && !this.#closed) {
      this.#committing = this.#commitAll()
        .catch(this.#onError)
        .finally(() => {
          this.#committing = undefined;
        });
    }
    return this.#wanted;
  }

  get durable(): number {
    return this.#durable;
  }

  /** Waits for the commit that is on its way, and lets go of the file. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#committing;
    await this.#handle.close();
  }

  async #commitAll(): Promise<void> {
    while (this.#durable < this.#wanted) {
      const upTo = this.#persisted;
      const line = encodeCommit(this.#pending);
      this.#pending = [];
      await this.#handle.appendFile(line);
      await this.#handle.datasync();
      this.#length += Buffer.byteLength(line);
      this.#durable = upTo;
      this.#onDurable();
      if (this.#length > compactionFloor) await this.#compactIfWorthIt();
    }
  }

  /** Puts one commit with every value in place of the log: a new file, whole on the disk before it counts. */
  async #compactIfWorthIt(): Promise<void> {
    // Values persisted meanwhile but not committed are in the snapshot too; the next commit repeats them.
    const entries = Array.from(this.#values, ([name, text]) => `[${JSON.stringify(name)},${text}]`);
    const line = encodeCommit(entries);
    const length = Buffer.byteLength(line);
    if (this.#length < 4 * length) return;
    const temporary = `${this.#file}.new`;
    const next = await open(temporary, "w");
    await next.appendFile(line);
    await next.sync();
    await rename(temporary, this.#file);
    await syncDirectory(dirname(this.#file));
    await this.#handle.close();
    this.#handle = next;
    this.#length = length;
  }
}

export interface DurableStoreEvents {
  /** More is on the disk than before. */
  readonly onDurable: () => void;
  /** The disk failed; nothing that comes after can be kept. */
  readonly onError: (error: unknown) => void;
}

function encodeCommit(entries: readonly string[]): string {
  const json = `[${entries.join(",")}]`;
  return `${crc32(json).toString(16).padStart(8, "0")} ${json}\n`;
}

function recover(file: string): { values: Map<string, Json>; length: number; tornBytes: number } {
  const values = new Map<string, Json>();
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") {
      return { values, length: 0, tornBytes: 0 };
    }
    throw error;
  }
  let start = 0;
  for (let line = 1; start < bytes.length; line++) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline < 0 ? bytes.length : newline;
    const entries = newline < 0 ? undefined : decodeCommit(bytes.toString("utf8", start, end));
    if (entries === undefined) {
      if (newline >= 0 && newline + 1 < bytes.length) {
        throw new InputError("E_STORE_CORRUPT", {
          place: { file, line },
          expected: "a commit with its checksum",
          found: "a damaged one that is not the last",
        });
      }
      return { values, length: start, tornBytes: bytes.length - start };
    }
    for (const [name, value] of entries) values.set(name, value);
    start = end + 1;
  }
  return { values, length: start, tornBytes: 0 };
}

function decodeCommit(line: string): [string, Json][] | undefined {
  const json = line.slice(9);
  if (crc32(json).toString(16).padStart(8, "0") !== line.slice(0, 8)) return undefined;
  // The checksum proves that the line is what `encodeCommit` wrote.
  return JSON.parse(json) as [string, Json][];
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
