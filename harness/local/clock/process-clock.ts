import { closeSync, openSync, readdirSync, readFileSync, readSync, writeSync } from "node:fs";

import { signal } from "../process-table.ts";
import { noSkew, type Skew } from "./skew.ts";
import { vdsoClockCode } from "./vdso-clock-code.ts";
import { readVdsoImage, type VdsoImage } from "./vdso-image.ts";

// How the code is laid out (vdso-clock.S).
const layout = {
  clockGettime: 0,
  gettimeofday: 8,
  time: 16,
  version: 24,
  descriptions: 32,
  code: 112,
} as const;
const descriptionBytes = 40;
const jumpBytes = 5;
/** How long all threads of a process may take to stop, in milliseconds. */
const stopPatience = 200;

/**
 * Sets the wall clock of a running process, through the functions in its vDSO, which are made to lead to code of ours. It holds for all threads, and
 * for the processes that it forks from now on; a process that executes another program has a new vDSO, and a right clock. Needs
 * no more rights than tracing the process would. Does nothing if the process is gone.
 */
export function setProcessClock(pid: number, skew: Skew): void {
  withMemory(pid, (memory) => {
    const description = describe(skew);
    const at = memory.installedAt();
    if (at === undefined) memory.install(description);
    else memory.change(at, description);
  });
}

/** Whether the process has a clock that was set by us, as the last change of it said. */
export function hasProcessClock(pid: number, skew: Skew): boolean {
  const description = describe(skew);
  return withMemory(pid, (memory) => memory.current()?.equals(description) ?? false) ?? false;
}

/** Puts the clock of a process right if it was set. */
export function resetProcessClock(pid: number): void {
  withMemory(pid, (memory) => {
    const at = memory.installedAt();
    if (at !== undefined) memory.change(at, describe(noSkew));
  });
}

/** Throws unless the vDSO of this very process is such that it, and those of others, can be written to. */
export function tryOwnVdso(): void {
  const done = withMemory(process.pid, (memory) => {
    memory.image();
    memory.tryWriting();
    return true;
  });
  if (done === undefined) throw new Error("this process has no vDSO");
}

/** As the code has it: five words. Whole milliseconds are enough, but rates are of 2^30. */
function describe({ since, offset, rate, swing, period }: Skew): Buffer {
  const bytes = Buffer.alloc(descriptionBytes);
  const nanoseconds = (milliseconds: number): bigint => BigInt(Math.round(milliseconds)) * 1_000_000n;
  const words = [
    nanoseconds(since),
    nanoseconds(since) + nanoseconds(offset),
    BigInt(Math.round(rate * 2 ** 30)),
    nanoseconds(swing),
    nanoseconds(period),
  ];
  words.forEach((word, i) => bytes.writeBigInt64LE(word, i * 8));
  return bytes;
}

function withMemory<Result>(pid: number, body: (memory: VdsoMemory) => Result): Result | undefined {
  let descriptor: number | undefined;
  try {
    const [range] = /^.*\[vdso\]$/m.exec(readFileSync(`/proc/${pid}/maps`, "latin1")) ?? [];
    if (range === undefined) return undefined;
    const [from = NaN, to = NaN] = range
      .split(" ", 1)
      .flatMap((text) => text.split("-"))
      .map((text) => parseInt(text, 16));
    descriptor = openSync(`/proc/${pid}/mem`, "r+");
    return body(new VdsoMemory(pid, descriptor, from, to - from));
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** A process that ended meanwhile, or went on to another program, has nothing to set. */
function isGone(error: unknown): boolean {
  return (
    error instanceof Gone ||
    (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ESRCH"))
  );
}

class Gone extends Error {}

/** The memory of a process where its vDSO is. */
class VdsoMemory {
  readonly #pid: number;
  readonly #descriptor: number;
  readonly #from: number;
  readonly #length: number;

  constructor(pid: number, descriptor: number, from: number, length: number) {
    this.#pid = pid;
    this.#descriptor = descriptor;
    this.#from = from;
    this.#length = length;
  }

  image(): VdsoImage {
    return readVdsoImage(this.#read(0, this.#length));
  }

  /** Writes what is there already. */
  tryWriting(): void {
    this.#write(0, this.#read(0, 1));
  }

  /** Where our code is, if the functions lead to it. */
  installedAt(): number | undefined {
    const { clockGettime } = this.image().entries;
    const jump = this.#read(clockGettime, jumpBytes);
    if (jump[0] !== 0xe9) return undefined;
    const at = clockGettime + jumpBytes + jump.readInt32LE(1) - layout.clockGettime;
    if (at < 0 || at + vdsoClockCode.length > this.#length) return undefined;
    const found = this.#read(at + layout.code, vdsoClockCode.length - layout.code);
    return found.equals(vdsoClockCode.subarray(layout.code)) ? at : undefined;
  }

  /** The description that holds, if our code is there. */
  current(): Buffer | undefined {
    const at = this.installedAt();
    if (at === undefined) return undefined;
    const version = this.#read(at + layout.version, 8).readBigUInt64LE();
    return this.#read(at + layout.descriptions + descriptionBytes * Number(version & 1n), descriptionBytes);
  }

  /** The other description first, then the version that makes it hold. */
  change(at: number, description: Buffer): void {
    const version = this.#read(at + layout.version, 8);
    const next = version.readBigUInt64LE() + 1n;
    this.#write(at + layout.descriptions + descriptionBytes * Number(next & 1n), description);
    version.writeBigUInt64LE(next);
    this.#write(at + layout.version, version);
  }

  /** The code first, then the jumps to it, while no thread can be between the first bytes of what they replace. */
  install(description: Buffer): void {
    const { entries, room } = this.image();
    const at = Math.floor((this.#length - vdsoClockCode.length) / 16) * 16;
    if (at < room + 1) throw new Error(`the vDSO has room for ${this.#length - room} bytes only`);
    const code = Buffer.from(vdsoClockCode);
    description.copy(code, layout.descriptions);
    const starts = [entries.clockGettime, entries.gettimeofday, entries.time];
    const inside = (address: number): boolean =>
      starts.some((start) => address > this.#from + start && address < this.#from + start + jumpBytes);
    whileStopped(this.#pid, inside, () => {
      this.#write(at, code);
      for (const name of ["clockGettime", "gettimeofday", "time"] as const) {
        const jump = Buffer.alloc(jumpBytes, 0xe9);
        jump.writeInt32LE(at + layout[name] - (entries[name] + jumpBytes), 1);
        this.#write(entries[name], jump);
      }
    });
  }

  #read(at: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    if (readSync(this.#descriptor, bytes, 0, length, this.#from + at) !== length) throw new Gone();
    return bytes;
  }

  #write(at: number, bytes: Buffer): void {
    if (writeSync(this.#descriptor, bytes, 0, bytes.length, this.#from + at) !== bytes.length)
      throw new Gone();
  }
}

/**
 * Does something while all threads of a process are stopped, none of them at an address that is `inside`. It all happens in
 * one go, so that nobody here finds the process stopped; one that was stopped before stays so.
 */
function whileStopped(pid: number, inside: (address: number) => boolean, body: () => void): void {
  // Of a process that is being stopped some threads are a little later.
  const wasStopped = threadsOf(pid).some(({ state }) => state === "T");
  if (pid === process.pid) throw new Error("a process cannot stop itself and go on");
  for (let waited = 0; ; waited++) {
    if (!wasStopped) signal(pid, "SIGSTOP");
    const threads = threadsOf(pid);
    if (threads.length === 0) throw new Gone();
    const stopped = threads.every(({ state }) => state === "T" || state === "t");
    if (stopped && !threads.some(({ address }) => inside(address))) break;
    // A thread that stands in the wrong place has to move on a little.
    if (stopped && !wasStopped) signal(pid, "SIGCONT");
    if (waited >= stopPatience) {
      if (!wasStopped) signal(pid, "SIGCONT");
      throw new Error(`waited for process ${pid} to stop`);
    }
    Atomics.wait(pauseCell, 0, 0, 1);
  }
  try {
    body();
  } finally {
    if (!wasStopped) signal(pid, "SIGCONT");
  }
}

const pauseCell = new Int32Array(new SharedArrayBuffer(4));

/** The threads of a process: state, and, of those that are stopped outside system calls, where they stand (proc(5)). */
function threadsOf(pid: number): { state: string; address: number }[] {
  let names: string[];
  try {
    names = readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    try {
      const stat = readFileSync(`/proc/${pid}/task/${name}/stat`, "latin1");
      const call = readFileSync(`/proc/${pid}/task/${name}/syscall`, "latin1").trim().split(" ");
      const state = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[0] ?? "";
      return [{ state, address: Number(call.at(-1)) }];
    } catch {
      // It has ended meanwhile.
      return [];
    }
  });
}
