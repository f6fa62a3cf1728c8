import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { execa } from "execa";

import { UsageError } from "../../../histories/errors.ts";
import { installedProgram } from "../../../systems/databases/installed.ts";
import type { FaultJournal } from "../../journal.ts";
import type { DiskDisturbance } from "../../nemesis/disk-faults.ts";
import { findProcess, processTree, signal } from "../process-table.ts";

/** How long it may take until every thread of a node is traced, or none is any more, in milliseconds. */
const patience = 10_000;

/** The calls by which programs make sure that what they wrote is on the disk, read files, and write to them; those of sockets are not among them. */
const calls = {
  sync: ["fsync", "fdatasync", "?sync_file_range", "?msync", "?syncfs"],
  read: ["?pread64", "?preadv", "?preadv2"],
  write: ["?pwrite64", "?pwritev", "?pwritev2", "?fallocate"],
} as const;

/** What this machine lacks for faults of system calls, in words; undefined if nothing, as far as can be told without trying. */
export function missingForTracing(): string | undefined {
  if (process.platform !== "linux") return "system calls are interfered with on Linux only";
  try {
    installedProgram("strace", "strace");
    return undefined;
  } catch (error) {
    if (error instanceof UsageError) return error.message.replace(/\.$/, "");
    throw error;
  }
}

/** What a tracer does to which calls, as strace has it (strace(1), tampering). */
function injection(disturbance: DiskDisturbance): {
  readonly calls: readonly string[];
  readonly what: string;
} {
  switch (disturbance.kind) {
    case "error": {
      const when = disturbance.once ? ":when=1" : "";
      return { calls: calls[disturbance.calls], what: `error=EIO${when}` };
    }
    case "slow":
      return { calls: calls.sync, what: `delay_enter=${Math.round(disturbance.milliseconds * 1000)}` };
    case "lie":
      return { calls: calls.sync, what: "retval=0" };
    case "kill":
      return { calls: ["fsync", "fdatasync"], what: `signal=KILL:when=${disturbance.sync}` };
  }
}

/**
 * Interferes with the system calls of all processes and threads of a node by strace, which attaches to them while they run. While it is
 * attached, every system call takes longer (about a tenth of a millisecond).
 */
export class Tracer {
  readonly #leader: number;
  readonly #journal: FaultJournal;
  readonly #entry: number;
  readonly #stracePids: number[] = [];
  readonly #ended: Promise<unknown>[] = [];
  #hits = 0;
  #refusal: string | undefined;
  #killed: (how: "at-call" | "otherwise") => void = () => undefined;
  /** Resolves when a process was killed at one of its calls, or cannot be any more. */
  readonly killed = new Promise<"at-call" | "otherwise">((resolve) => (this.#killed = resolve));

  private constructor(node: string, leader: number, journal: FaultJournal) {
    this.#leader = leader;
    this.#journal = journal;
    const started = findProcess(leader)?.started ?? "";
    this.#entry = journal.enter({ kind: "traced", node, pid: leader, started });
  }

  /** Attaches to the processes that come from `leader`; returns when all their threads are traced. */
  static async attach(
    node: string,
    leader: number,
    disturbance: DiskDisturbance,
    journal: FaultJournal,
  ): Promise<Tracer> {
    const tracer = new Tracer(node, leader, journal);
    try {
      await tracer.#attachToAll(disturbance);
      return tracer;
    } catch (error) {
      await tracer.detach();
      throw error;
    }
  }

  /** Lets all processes go on as they would, and says how many calls were interfered with. */
  async detach(): Promise<number> {
    // One whose processes are all gone has nothing to leave in good order, and may wait for what does not come.
    const how = this.#isGone() ? "SIGKILL" : "SIGTERM";
    for (const pid of this.#stracePids) signal(pid, how);
    const ended = Promise.all(this.#ended);
    if ((await Promise.race([ended, sleep(patience, "late" as const)])) === "late") {
      // The kernel lets go of what it traced.
      for (const pid of this.#stracePids) signal(pid, "SIGKILL");
      await ended;
    }
    await until(
      () => tracersOf(this.#leader).every((tracer) => tracer === 0),
      "no thread to be traced any more",
    );
    this.#journal.strike(this.#entry);
    return this.#hits;
  }

  /** Whatever is killed from now on was not killed at a call. */
  disarm(): void {
    this.#killed("otherwise");
  }

  async #attachToAll(disturbance: DiskDisturbance): Promise<void> {
    // Those that were forked while strace attached to their parents may have been missed.
    for (let round = 0; ; round++) {
      const untraced = processTree(this.#leader).filter(({ pid }) => tracersOfProcess(pid).includes(0));
      if (untraced.length === 0) return;
      if (round === 5) throw new Error("new processes come faster than they can be traced");
      this.#start(
        untraced.map(({ pid }) => pid),
        disturbance,
      );
      await until(
        () =>
          this.#isGone() ||
          (this.#isLet() && untraced.every(({ pid }) => !tracersOfProcess(pid).includes(0))),
        "every thread to be traced",
      );
    }
  }

  /** Throws with what strace had to say if it was not let. */
  #isLet(): true {
    if (this.#refusal !== undefined) throw new Error(this.#refusal);
    return true;
  }

  /** Whether no process is left, which may be what tracing was to bring about. */
  #isGone(): boolean {
    return processTree(this.#leader).length === 0;
  }

  #start(pids: readonly number[], disturbance: DiskDisturbance): void {
    const { calls: chosen, what } = injection(disturbance);
    const names = chosen.join(",");
    const child = execa(
      installedProgram("strace", "strace"),
      [
        "-f",
        "-q",
        "-e",
        `trace=${names}`,
        "-e",
        `inject=${names}:${what}`,
        ...pids.flatMap((pid) => ["-p", String(pid)]),
      ],
      {
        stdin: "ignore",
        stdout: "ignore",
        stderr: "pipe",
        detached: true,
        cleanup: false,
        reject: false,
        buffer: false,
      },
    );
    if (child.pid === undefined) throw new Error("could not start strace");
    this.#stracePids.push(child.pid);
    this.#ended.push(child.finally(() => this.#killed("otherwise")));
    const kills = disturbance.kind === "kill";
    let rest = "";
    child.stderr.setEncoding("utf8");
    child.stderr.on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        // "attach: ptrace(PTRACE_SEIZE, 7): Operation not permitted", unless the process has just ended.
        if (line.includes("ptrace(PTRACE_") && !line.endsWith("No such process")) this.#refusal ??= line;
        if (/\((?:INJECTED|DELAYED)\)$/.test(line)) this.#hits++;
        if (kills && line.endsWith("+++ killed by SIGKILL +++")) this.#killed("at-call");
      }
    });
  }
}

/** Puts an end to all tracing of the processes that come from `leader`. */
export function detachAll(leader: number): number {
  const tracers = new Set(tracersOf(leader).filter((pid) => pid > 1));
  for (const pid of tracers) signal(pid, "SIGTERM");
  return tracers.size;
}

function tracersOf(leader: number): number[] {
  return processTree(leader).flatMap(({ pid }) => tracersOfProcess(pid));
}

/** The tracer of each thread of a process; 0 for none (proc(5)). */
function tracersOfProcess(pid: number): number[] {
  let threads: string[];
  try {
    threads = readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
  return threads.flatMap((thread) => {
    try {
      const status = readFileSync(`/proc/${pid}/task/${thread}/status`, "latin1");
      if (/^State:\s+Z/m.test(status)) return [];
      return [Number(/^TracerPid:\s+(\d+)$/m.exec(status)?.[1] ?? 0)];
    } catch {
      return [];
    }
  });
}

async function until(holds: () => boolean, what: string): Promise<void> {
  for (const before = performance.now(); !holds(); await sleep(5)) {
    if (performance.now() - before > patience) throw new Error(`waited ${patience / 1000} s for ${what}`);
  }
}
