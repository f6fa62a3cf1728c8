import { existsSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { NodeId } from "../../systems/contracts/protocol.ts";
import type { FaultJournal } from "../journal.ts";

/** Where Debian, Fedora and Homebrew put the library. */
const libraries = [
  "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
  "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
  "/usr/lib64/faketime/libfaketimeMT.so.1",
  "/usr/lib/faketime/libfaketimeMT.so.1",
];

/** The path of libfaketime on this machine; undefined when it is not installed. */
export function findLibfaketime(): string | undefined {
  return process.platform === "linux" ? libraries.find((path) => existsSync(path)) : undefined;
}

export const libfaketimeAdvice = "libfaketime is not installed (Debian: apt-get install libfaketime)";

/** How far a node's clock is off: by `offset` milliseconds at the time `since`, and running at `rate` from then on. */
interface Skew {
  readonly offset: number;
  readonly rate: number;
  /** Milliseconds since 1970, by the true clock. */
  readonly since: number;
}

const noSkew: Skew = { offset: 0, rate: 1, since: 0 };

/**
 * The wall clocks of nodes, skewed through libfaketime: each node reads its own control file at every look
 * at the clock. The monotonic clock stays true, since a false one would stall the timers of Node itself.
 *
 * What libfaketime 0.9.10 makes of a control file, measured: the clock is off by the offset plus (rate − 1) ×
 * (time since the process started); a rate left out is the one before; and under FAKETIME_XRESET, once a
 * rate was set, later offsets are ignored. So the rate is always written, and the offset is corrected for
 * the age of the process.
 */
export class NodeClocks {
  readonly #library: string;
  readonly #directory: string;
  readonly #journal: FaultJournal;
  readonly #entries = new Map<NodeId, number>();
  readonly #skews = new Map<NodeId, Skew>();
  /** When the process of each node started, in milliseconds since 1970. */
  readonly #started = new Map<NodeId, number>();

  private constructor(library: string, directory: string, journal: FaultJournal) {
    this.#library = library;
    this.#directory = directory;
    this.#journal = journal;
  }

  static open(directory: string, journal: FaultJournal): NodeClocks {
    const library = findLibfaketime();
    if (library === undefined) throw new Error(libfaketimeAdvice);
    return new NodeClocks(library, directory, journal);
  }

  /** What the process of `node`, about to start, needs in its environment. */
  environment(node: NodeId): Record<string, string> {
    this.#started.set(node, Date.now());
    this.#write(node);
    return faketimeEnvironment(this.#library, this.#file(node));
  }

  set(node: NodeId, offsetMilliseconds: number, rate: number): void {
    if (!this.#entries.has(node)) {
      this.#entries.set(node, this.#journal.enter({ kind: "clock", node, file: this.#file(node) }));
    }
    this.#skews.set(node, { offset: offsetMilliseconds, rate, since: Date.now() });
    this.#write(node);
  }

  /** Throws unless the clock that `read` gives (milliseconds since 1970) is off as it was set. */
  async verify(node: NodeId, read: () => Promise<number | undefined>): Promise<void> {
    const asked = Date.now();
    const shown = await read();
    if (shown === undefined) return;
    const answered = Date.now();
    const expected = offsetAt(this.#skews.get(node) ?? noSkew, asked);
    const offset = shown - asked;
    // The answer may have been under way all the time; a starting process reads its first clock a little late.
    const tolerance = answered - asked + 300;
    if (Math.abs(offset - expected) > tolerance) {
      throw new Error(
        `expected the clock of ${node} to be off by ${Math.round(expected)} ms, but it is off by ${offset} ms`,
      );
    }
  }

  /** The clock of `node` is right again. */
  settled(node: NodeId): void {
    const entry = this.#entries.get(node);
    if (entry !== undefined) this.#journal.strike(entry);
    this.#entries.delete(node);
  }

  close(): void {
    for (const node of this.#entries.keys()) this.settled(node);
  }

  #file(node: NodeId): string {
    return join(this.#directory, node, "clock");
  }

  #write(node: NodeId): void {
    const now = Date.now();
    const skew = this.#skews.get(node) ?? noSkew;
    const age = now - (this.#started.get(node) ?? now);
    writeClockFile(this.#file(node), offsetAt(skew, now) - (skew.rate - 1) * age, skew.rate);
  }
}

function offsetAt({ offset, rate, since }: Skew, now: number): number {
  return offset + (rate - 1) * (now - since);
}

/** The environment in which a process sees the clock that `file` describes. */
export function faketimeEnvironment(library: string, file: string): Record<string, string> {
  return {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: "1",
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
    FAKETIME_DISABLE_SHM: "1",
  };
}

/**
 * Writes a control file of libfaketime. Always whole, by rename: the library ends the program that reads
 * a malformed one.
 */
export function writeClockFile(file: string, offsetMilliseconds: number, rate: number): void {
  const seconds = (offsetMilliseconds / 1000).toFixed(3);
  const sign = seconds.startsWith("-") ? "" : "+";
  const temporary = `${file}.new`;
  writeFileSync(temporary, `${sign}${seconds} x${rate}\n`);
  renameSync(temporary, file);
}
