import { createRequire } from "node:module";
import type { Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";

import { execa } from "execa";

import type { ProcessSpecification } from "../../systems/contracts/system.ts";
import { allDone } from "../all-done.ts";
import type { FaultJournal } from "../journal.ts";
import type { NodeProcesses } from "./node-processes.ts";
import { findProcess, processTree, signal, type ProcessEntry } from "./process-table.ts";
import { residents, type Residence } from "./residence.ts";

interface Running {
  readonly pid: number;
  /** Where everybody belongs to the node. */
  readonly residence: Residence | undefined;
  readonly entry: number;
  readonly exited: Promise<void>;
  /** The signal that asks it to end in good order. */
  readonly endedBy: NodeJS.Signals;
  /** Whether we have asked it to end. */
  ending: boolean;
  stopped: { readonly entry: number; readonly pids: readonly ProcessEntry[] } | undefined;
}

/** Whether a process in this state is stopped; one that is traced is in the hands of its tracer then. */
const isStopped = (state: string): boolean => state === "T" || state === "t";

/** How long an operating system may take over a signal before we call it an error, in milliseconds. */
const signalPatience = 5_000;
/** How long a program may take that prepares a node, in milliseconds. */
const runPatience = 120_000;

/**
 * Starts and hurts the operating-system processes of nodes, one process group a node. None outlives the
 * harness: each is in the journal before it runs on its own, the keeper ends them when the harness is
 * gone, and their standard input closes then too.
 */
export class Supervisor implements NodeProcesses {
  readonly #journal: FaultJournal;
  readonly #endedByItself: (node: string, how: string) => void;
  readonly #nodes = new Map<string, Running>();
  readonly #keeper: { readonly input: Writable; readonly exited: Promise<void> };

  /** `endedByItself` hears of each node that ends without being asked to, and how: `exit code 1`, `SIGSEGV`. */
  constructor(journal: FaultJournal, endedByItself: (node: string, how: string) => void = () => undefined) {
    this.#journal = journal;
    this.#endedByItself = endedByItself;
    const keeper = createRequire(import.meta.url).resolve("rashomon/harness/keeper");
    const child = execa(process.execPath, [keeper], {
      stdin: "pipe",
      stdout: "ignore",
      stderr: "ignore",
      detached: true,
      cleanup: false,
      reject: false,
      buffer: false,
    });
    child.stdin.on("error", () => undefined);
    this.#keeper = { input: child.stdin, exited: child.then(() => undefined) };
  }

  /** Starts the process of `node`; its output is appended to `log`. Whoever is at the residence belongs to the node. */
  start(
    node: string,
    specification: ProcessSpecification,
    directory: string,
    log: string,
    residence?: Residence,
  ): void {
    if (this.alive(node)) throw new Error(`node ${node} is running already`);
    const output = { file: log, append: true } as const;
    const child = execa(specification.command, [...specification.arguments], {
      cwd: directory,
      env: { ...specification.environment },
      stdin: "pipe",
      stdout: output,
      stderr: output,
      detached: true,
      cleanup: false,
      reject: false,
      buffer: false,
    });
    const { pid } = child;
    if (pid === undefined) throw new Error(`node ${node}: could not start ${specification.command}`);
    const { namespace = "", holder = "" } = residence ?? {};
    this.#keeper.input.write(`+${pid} ${namespace} ${holder}\n`);
    child.stdin.on("error", () => undefined);
    const entry = this.#journal.enter({
      kind: "process",
      node,
      pid,
      started: findProcess(pid)?.started ?? "",
    });
    const { endedBy = "SIGTERM" } = specification;
    const running: Running = {
      pid,
      residence,
      entry,
      exited: child.then(({ exitCode, signal: by }) =>
        this.#gone(node, running, by ?? `exit code ${exitCode ?? "unknown"}`),
      ),
      endedBy,
      ending: false,
      stopped: undefined,
    };
    this.#nodes.set(node, running);
  }

  /** Runs a program for a node to its end, its output in `log`; throws with the end of that unless all went well. */
  async run(
    node: string,
    specification: ProcessSpecification,
    directory: string,
    log: string,
  ): Promise<void> {
    const output = [{ file: log, append: true }, "pipe"] as const;
    const { failed, shortMessage, all } = await execa(specification.command, [...specification.arguments], {
      cwd: directory,
      env: { ...specification.environment },
      stdin: "ignore",
      stdout: output,
      stderr: output,
      all: true,
      reject: false,
      timeout: runPatience,
      forceKillAfterDelay: signalPatience,
    });
    if (failed) throw new Error(`node ${node}: ${shortMessage}\n${all.split("\n").slice(-5).join("\n")}`);
  }

  alive(node: string): boolean {
    const running = this.#nodes.get(node);
    return running !== undefined && findProcess(running.pid) !== undefined;
  }

  paused(node: string): boolean {
    return this.#nodes.get(node)?.stopped !== undefined;
  }

  pid(node: string): number | undefined {
    return this.#nodes.get(node)?.pid;
  }

  /** Whether it is to be told when a node ends without being asked to. */
  expectEnd(node: string, expected: boolean): void {
    const running = this.#nodes.get(node);
    if (running !== undefined) running.ending = expected;
  }

  /** Ends a node's whole process tree by `SIGKILL`; returns when it is gone. */
  async kill(node: string): Promise<void> {
    const running = this.#nodes.get(node);
    if (running === undefined) return;
    running.ending = true;
    const tree = familyOf(running);
    // The parent first: it must not get to see its children die, and do something about it.
    signal(running.pid, "SIGKILL");
    signal(-running.pid, "SIGKILL");
    for (const { pid } of tree) signal(pid, "SIGKILL");
    await this.#until(() => {
      // What was forked between the look and the signal.
      const left = tree.flatMap(({ pid, started }) =>
        findProcess(pid)?.started === started ? processTree(pid) : [],
      );
      if (running.residence !== undefined) left.push(...residents(running.residence));
      for (const { pid } of left) signal(pid, "SIGKILL");
      return left.length === 0 && familyOf(running).length === 0;
    }, `${node} to be gone after SIGKILL`);
    await running.exited;
  }

  /** Asks a node to end, by `SIGTERM` unless it wants another signal; kills it if it has not done so in `patience` milliseconds. */
  async terminate(node: string, patience: number): Promise<"ended" | "killed"> {
    const running = this.#nodes.get(node);
    if (running === undefined) return "ended";
    if (running.stopped !== undefined) await this.resume(node);
    running.ending = true;
    signal(running.pid, running.endedBy);
    await Promise.race([running.exited, sleep(patience, undefined, { ref: false })]);
    const ended = !this.alive(node);
    await this.kill(node);
    return ended ? "ended" : "killed";
  }

  /** Stops a node's whole process tree by `SIGSTOP`; returns when every process of it is stopped. */
  async pause(node: string): Promise<void> {
    const running = this.#nodes.get(node);
    if (running === undefined) throw new Error(`node ${node} is not running`);
    if (running.stopped !== undefined) return;
    const pids = familyOf(running);
    const entry = this.#journal.enter({ kind: "stopped", node, pids });
    running.stopped = { entry, pids };
    for (const { pid } of pids) signal(pid, "SIGSTOP");
    await this.#until(() => {
      const tree = familyOf(running);
      // What was forked between the look and the signal.
      for (const { pid, state } of tree) if (!isStopped(state)) signal(pid, "SIGSTOP");
      return tree.every(({ state }) => isStopped(state));
    }, `${node} to stop after SIGSTOP`);
    if (familyOf(running).length === 0) throw new Error(`node ${node} ended before it stopped`);
  }

  async resume(node: string): Promise<void> {
    const running = this.#nodes.get(node);
    if (running?.stopped === undefined) return;
    for (const { pid } of familyOf(running)) signal(pid, "SIGCONT");
    await this.#until(
      () => familyOf(running).every(({ state }) => state !== "T"),
      `${node} to go on after SIGCONT`,
    );
    this.#journal.strike(running.stopped.entry);
    running.stopped = undefined;
  }

  /** Ends every node, and the keeper. */
  async close(): Promise<void> {
    try {
      await allDone([...this.#nodes.keys()].map((node) => this.kill(node)));
    } finally {
      // At its end the keeper kills whatever is left.
      this.#keeper.input.end();
      await this.#keeper.exited;
    }
  }

  #gone(node: string, { pid, residence, entry, stopped, ending }: Running, how: string): void {
    // What it had started is no node any more, and nobody would end it.
    signal(-pid, "SIGKILL");
    this.#keeper.input.write(`-${pid}\n`);
    if (stopped !== undefined) this.#journal.strike(stopped.entry);
    this.#journal.strike(entry);
    if (!ending) this.#endedByItself(node, how);
    // The node may have been started again before we heard of this.
    if (this.#nodes.get(node)?.pid !== pid) return;
    this.#nodes.delete(node);
    if (residence !== undefined) for (const each of residents(residence)) signal(each.pid, "SIGKILL");
  }

  async #until(holds: () => boolean, what: string): Promise<void> {
    for (let waited = 0; !holds(); waited += 5) {
      if (waited > signalPatience) throw new Error(`waited ${signalPatience / 1000} s for ${what}`);
      await sleep(5);
    }
  }
}

/** A node's process with all that it started, and whoever else is where it lives. */
function familyOf({ pid, residence }: Running): ProcessEntry[] {
  const tree = processTree(pid);
  if (residence === undefined) return tree;
  const others = residents(residence).filter((each) => !tree.some((known) => known.pid === each.pid));
  return [...tree, ...others];
}
