import { basename } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

import type { Machine } from "../../systems/contracts/machine.ts";
import type { NodeId } from "../../systems/contracts/protocol.ts";
import type { ProcessSpecification } from "../../systems/contracts/system.ts";
import { allDone } from "../all-done.ts";
import type { FaultJournal } from "../journal.ts";
import type { NodeProcesses } from "../local/node-processes.ts";
import { parseProcessTable, processListing, treeOf, type ProcessEntry } from "../local/process-table.ts";
import { quoted, type RemoteChild, type RemoteShell } from "./remote-shell.ts";

interface Running {
  readonly pid: number;
  readonly child: RemoteChild;
  readonly entry: number;
  readonly exited: Promise<void>;
  readonly endedBy: string;
  ending: boolean;
  stopped: number | undefined;
}

/** How long another machine may take over a signal, in milliseconds. */
const signalPatience = 10_000;

/**
 * Runs a node's process as the leader of a session of its own, tells its number, and ends all of that session when its own input ends, which
 * is when whoever listens here is gone, or the connection. Its exit code is the process'.
 */
const startScript = `
cd "$1" || exit 72
log=$2; shift 2
exec 3<&0
setsid sh -c 'echo "started $$ $(sed "s/.*) //" /proc/$$/stat | cut -d" " -f20)"; exec "$@" >>"$0" 2>&1' "$log" "$@" <&3 &
node=$!
(cat <&3; kill -KILL -"$node") >/dev/null 2>&1 &
wait "$node"
code=$?
kill -KILL -"$node" 2>/dev/null
exit "$code"
`;

/** The processes of nodes on other machines, each held by a session of ssh: none outlives that. */
export class RemoteProcesses implements NodeProcesses {
  readonly #shells: ReadonlyMap<NodeId, RemoteShell>;
  readonly #folders: ReadonlyMap<NodeId, string>;
  readonly #kept: (node: NodeId) => string;
  readonly #journal: FaultJournal;
  readonly #endedByItself: (node: string, how: string) => void;
  readonly #nodes = new Map<NodeId, Running>();

  constructor(options: {
    readonly shells: ReadonlyMap<NodeId, RemoteShell>;
    /** The folder of each node on its machine, which is there; removed at the end. */
    readonly folders: ReadonlyMap<NodeId, string>;
    /** The folder of this machine into which a node's logs are brought at the end. */
    readonly kept: (node: NodeId) => string;
    readonly journal: FaultJournal;
    readonly endedByItself?: (node: string, how: string) => void;
  }) {
    this.#shells = options.shells;
    this.#folders = options.folders;
    this.#kept = options.kept;
    this.#journal = options.journal;
    this.#endedByItself = options.endedByItself ?? (() => undefined);
  }

  folder(node: NodeId): string {
    const folder = this.#folders.get(node);
    if (folder === undefined) throw new Error(`no machine for node ${node}`);
    return folder;
  }

  async bring(node: NodeId, path: string): Promise<string> {
    const folder = `${this.folder(node)}/brought`;
    await this.#shell(node).upload(path, folder);
    return `${folder}/${basename(path)}`;
  }

  machine(node: NodeId): Machine {
    const shell = this.#shell(node);
    return {
      async ask(command, ...args) {
        const said = await shell.run('out=$("$@" 2>/dev/null) && printf "=%s" "$out" || :', [
          command,
          ...args,
        ]);
        return said.startsWith("=") ? said.slice(1) : undefined;
      },
      exists: async (path) => (await shell.run('[ ! -e "$1" ] || echo yes', [path])).trim() === "yes",
      async makeFolder(path) {
        await shell.run('mkdir -p "$1"', [path]);
      },
      async write(path, text, how) {
        await shell.run(how === "append" ? 'cat >>"$1"' : 'cat >"$1"', [path], text);
      },
    };
  }

  async start(
    node: NodeId,
    specification: ProcessSpecification,
    directory: string,
    log: string,
  ): Promise<void> {
    if (this.alive(node)) throw new Error(`node ${node} is running already`);
    const shell = this.#shell(node);
    const child = shell.start(startScript, [directory, log, ...commandOf(specification)]);
    const line = await Promise.race([firstLine(child), child.exited.then(() => undefined)]);
    const [, pid = "", started = ""] = /^started (\d+) (\d+)$/.exec(line ?? "") ?? [];
    if (pid === "") {
      child.input.end();
      throw new Error(`node ${node}: could not start ${specification.command} on ${shell.target.host}`);
    }
    const ssh = shell.target;
    const entry = this.#journal.enter({ kind: "remote-process", node, ssh, pid: Number(pid), started });
    const exited = child.exited.then((code) => this.#gone(node, Number(pid), code));
    const { endedBy = "SIGTERM" } = specification;
    this.#nodes.set(node, {
      pid: Number(pid),
      child,
      entry,
      exited,
      endedBy: endedBy.slice(3),
      ending: false,
      stopped: undefined,
    });
  }

  async run(
    node: NodeId,
    specification: ProcessSpecification,
    directory: string,
    log: string,
  ): Promise<void> {
    const script =
      'cd "$1" || exit 72; log=$2; shift 2; "$@" >>"$log" 2>&1 </dev/null || { code=$?; tail -n 5 "$log" >&2; exit "$code"; }';
    await this.#shell(node).run(script, [directory, log, ...commandOf(specification)]);
  }

  pid(): undefined {
    return undefined;
  }

  alive(node: NodeId): boolean {
    return this.#nodes.has(node);
  }

  paused(node: NodeId): boolean {
    return this.#nodes.get(node)?.stopped !== undefined;
  }

  async kill(node: NodeId): Promise<void> {
    const running = this.#nodes.get(node);
    if (running === undefined) return;
    running.ending = true;
    await this.#until(async () => {
      const tree = await this.#tree(node, running.pid);
      await this.#signal(node, "KILL", tree);
      return tree.length === 0;
    }, `${node} to be gone after SIGKILL`);
    await running.exited;
  }

  async terminate(node: NodeId, patience: number): Promise<"ended" | "killed"> {
    const running = this.#nodes.get(node);
    if (running === undefined) return "ended";
    if (running.stopped !== undefined) await this.resume(node);
    running.ending = true;
    await this.#shell(node).run('kill -"$1" "$2" 2>/dev/null || :', [running.endedBy, String(running.pid)]);
    await Promise.race([running.exited, sleep(patience, undefined, { ref: false })]);
    const ended = !this.alive(node);
    await this.kill(node);
    return ended ? "ended" : "killed";
  }

  async pause(node: NodeId): Promise<void> {
    const running = this.#nodes.get(node);
    if (running === undefined) throw new Error(`node ${node} is not running`);
    if (running.stopped !== undefined) return;
    const { target: ssh } = this.#shell(node);
    const { pid } = running;
    running.stopped = this.#journal.enter({ kind: "remote-stopped", node, ssh, pid });
    await this.#until(async () => {
      const tree = await this.#tree(node, pid);
      const going = tree.filter(({ state }) => state !== "T");
      await this.#signal(node, "STOP", going);
      return tree.length > 0 && going.length === 0;
    }, `${node} to stop after SIGSTOP`);
  }

  async resume(node: NodeId): Promise<void> {
    const running = this.#nodes.get(node);
    if (running?.stopped === undefined) return;
    await this.#until(async () => {
      const still = (await this.#tree(node, running.pid)).filter(({ state }) => state === "T");
      await this.#signal(node, "CONT", still);
      return still.length === 0;
    }, `${node} to go on after SIGCONT`);
    this.#journal.strike(running.stopped);
    running.stopped = undefined;
  }

  async close(): Promise<void> {
    try {
      await allDone([...this.#nodes.keys()].map((node) => this.kill(node)));
    } finally {
      await allDone([...this.#folders].map(([node, folder]) => this.#keepLogs(node, folder)));
    }
  }

  /** Brings a node's logs here, and removes its folder there. */
  async #keepLogs(node: NodeId, folder: string): Promise<void> {
    const shell = this.#shell(node);
    await shell.download(folder, this.#kept(node), ["data", "brought"]);
    await shell.run('rm -rf -- "$1"; rmdir -- "$(dirname "$1")" 2>/dev/null || :', [folder]);
  }

  #gone(node: NodeId, pid: number, code: number | undefined): void {
    const running = this.#nodes.get(node);
    if (running?.pid !== pid) return;
    // Without a connection nobody knows whether it is gone: the journal goes on saying so.
    if (code !== undefined) {
      if (running.stopped !== undefined) this.#journal.strike(running.stopped);
      this.#journal.strike(running.entry);
    }
    this.#nodes.delete(node);
    if (!running.ending) this.#endedByItself(node, howItEnded(code));
  }

  #shell(node: NodeId): RemoteShell {
    const shell = this.#shells.get(node);
    if (shell === undefined) throw new Error(`no machine for node ${node}`);
    return shell;
  }

  /** The process of a node with all that it has started, as its machine says now. */
  async #tree(node: NodeId, pid: number): Promise<ProcessEntry[]> {
    return treeOf(parseProcessTable(await this.#shell(node).run(quoted(processListing))), pid);
  }

  async #signal(node: NodeId, name: string, tree: readonly ProcessEntry[]): Promise<void> {
    if (tree.length === 0) return;
    const pids = tree.map(({ pid }) => String(pid));
    await this.#shell(node).run('signal=$1; shift; kill -"$signal" "$@" 2>/dev/null || :', [name, ...pids]);
  }

  async #until(holds: () => Promise<boolean>, what: string): Promise<void> {
    for (const before = performance.now(); !(await holds()); await sleep(10))
      if (performance.now() - before > signalPatience)
        throw new Error(`waited ${signalPatience / 1000} s for ${what}`);
  }
}

function commandOf({ command, arguments: args, environment = {} }: ProcessSpecification): string[] {
  const settings = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  return [...(settings.length === 0 ? [] : ["env", ...settings]), command, ...args];
}

async function firstLine({ output }: RemoteChild): Promise<string | undefined> {
  for await (const line of createInterface({ input: output })) return line;
  return undefined;
}

function howItEnded(code: number | undefined): string {
  if (code === undefined) return "the connection to its machine was lost";
  return code > 128 ? `signal ${code - 128}` : `exit code ${code}`;
}
