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

/**
 * The wall clocks of nodes, skewed through libfaketime: each node reads its own control file at every look
 * at the clock. The monotonic clock stays true, since a false one would stall the timers of Node itself.
 */
export class NodeClocks {
  readonly #library: string;
  readonly #directory: string;
  readonly #journal: FaultJournal;
  readonly #entries = new Map<NodeId, number>();
  readonly #expected = new Map<NodeId, { offset: number; rate: number; since: number }>();

  private constructor(library: string, directory: string, journal: FaultJournal) {
    this.#library = library;
    this.#directory = directory;
    this.#journal = journal;
  }

  static open(directory: string, nodes: readonly NodeId[], journal: FaultJournal): NodeClocks {
    const library = findLibfaketime();
    if (library === undefined) throw new Error(libfaketimeAdvice);
    const clocks = new NodeClocks(library, directory, journal);
    for (const node of nodes) clocks.#write(node, 0, 1);
    return clocks;
  }

  /** What the process of `node` needs in its environment. */
  environment(node: NodeId): Record<string, string> {
    return {
      LD_PRELOAD: this.#library,
      FAKETIME_TIMESTAMP_FILE: this.#file(node),
      FAKETIME_NO_CACHE: "1",
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
      // Without it, a change of rate also jumps the clock by the whole run so far.
      FAKETIME_XRESET: "1",
      FAKETIME_DISABLE_SHM: "1",
    };
  }

  set(node: NodeId, offsetMilliseconds: number, rate: number): void {
    if (!this.#entries.has(node)) {
      this.#entries.set(node, this.#journal.enter({ kind: "clock", node, file: this.#file(node) }));
    }
    this.#write(node, offsetMilliseconds, rate);
    this.#expected.set(node, { offset: offsetMilliseconds, rate, since: Date.now() });
  }

  /** Throws unless the clock that `read` gives (milliseconds since 1970) is off as it was set. */
  async verify(node: NodeId, read: () => Promise<number | undefined>): Promise<void> {
    const expected = this.#expected.get(node);
    const shown = await read();
    if (expected === undefined || shown === undefined) return;
    const now = Date.now();
    const offset = shown - now;
    const drift = (expected.rate - 1) * (now - expected.since);
    const tolerance = 500 + Math.abs(drift);
    if (Math.abs(offset - expected.offset - drift) > tolerance) {
      throw new Error(
        `expected the clock of ${node} to be off by ${expected.offset} ms, but it is off by ${offset} ms`,
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

  #write(node: NodeId, offsetMilliseconds: number, rate: number): void {
    writeClockFile(this.#file(node), offsetMilliseconds, rate);
  }
}

/**
 * Writes a control file of libfaketime. Always whole, by rename: the library ends the program that reads
 * a malformed one.
 */
export function writeClockFile(file: string, offsetMilliseconds: number, rate: number): void {
  const seconds = (offsetMilliseconds / 1000).toFixed(3);
  const sign = offsetMilliseconds < 0 ? "" : "+";
  const temporary = `${file}.new`;
  writeFileSync(temporary, rate === 1 ? `${sign}${seconds}\n` : `${sign}${seconds} x${rate}\n`);
  renameSync(temporary, file);
}
