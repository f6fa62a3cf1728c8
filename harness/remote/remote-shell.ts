import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, basename, join } from "node:path";
import type { Readable, Writable } from "node:stream";

import { execa } from "execa";

import type { ShellCommand } from "./packet-filter.ts";
import type { SshTarget } from "./ssh-target.ts";

/** How long a command on another machine may take, in milliseconds. */
const patience = 30_000;

/** Where the programs of administrators are, for users whose path is without them. */
const searched = 'PATH="$PATH:/usr/sbin:/sbin"';

/** The program as sh(1) reads it: each word quoted. */
export function quoted(words: readonly string[]): string {
  return words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
}

/** Something that runs on another machine for as long as it is listened to. */
export interface RemoteChild {
  /** What it writes. */
  readonly output: Readable;
  /** Its end is the end of whoever started it. */
  readonly input: Writable;
  /** Its exit code; undefined if the connection was lost. */
  readonly exited: Promise<number | undefined>;
}

/**
 * Commands on another machine, through one connection of the system's `ssh` that they share (ControlMaster). The connection ends a few seconds
 * after the last of them, even if nobody closes it.
 */
export class RemoteShell {
  readonly target: SshTarget;
  readonly #sockets: string;

  constructor(target: SshTarget) {
    this.target = target;
    this.#sockets = mkdtempSync(join(tmpdir(), "rs-"));
  }

  /** Runs a script of sh with arguments; gives what it writes. Throws with what it says unless its exit code is 0. */
  async run(script: string, args: readonly string[] = [], input = ""): Promise<string> {
    const { failed, stdout, stderr, exitCode } = await execa("ssh", this.#command(script, args), {
      input,
      reject: false,
      timeout: patience,
    });
    if (!failed) return stdout;
    // 255 is ssh's own: nobody was reached.
    const what =
      exitCode === undefined || exitCode === 255 ? "could not be reached" : `exit code ${exitCode}`;
    throw new Error(`${this.target.host}: ${what}${stderr === "" ? "" : `: ${stderr.trim()}`}`);
  }

  /** Runs a command with its arguments and its input. */
  perform({ script, arguments: args, input }: ShellCommand): Promise<string> {
    return this.run(script, args, input);
  }

  /** Starts a script that runs until it ends by itself, or the connection does. */
  start(script: string, args: readonly string[] = []): RemoteChild {
    const child = execa("ssh", this.#command(script, args), {
      stdin: "pipe",
      stderr: "ignore",
      reject: false,
      buffer: false,
    });
    child.stdin.on("error", () => undefined);
    const exited = child.then(({ exitCode }) => (exitCode === 255 ? undefined : exitCode));
    return { output: child.stdout, input: child.stdin, exited };
  }

  /** Copies a file or folder of this machine into a folder there. */
  async upload(local: string, folder: string): Promise<void> {
    const packed = execa("tar", ["-C", dirname(local), "-c", basename(local)], {
      encoding: "buffer",
      buffer: false,
    });
    const unpacked = execa("ssh", this.#command('mkdir -p "$1" && tar -C "$1" -x', [folder]), {
      stdin: "pipe",
    });
    packed.stdout.pipe(unpacked.stdin);
    await Promise.all([packed, unpacked]);
  }

  /** Copies what is in a folder there, but for some folders in it, into a folder here. */
  async download(path: string, local: string, without: readonly string[] = []): Promise<void> {
    const script = `tar -C "$1" ${quoted(without.map((name) => `--exclude=./${name}`))} -c .`;
    const packed = execa("ssh", this.#command(script, [path]), { encoding: "buffer", buffer: false });
    const unpacked = execa("tar", ["-C", local, "-x", "--no-same-owner"], { stdin: "pipe" });
    packed.stdout.pipe(unpacked.stdin);
    await Promise.all([packed, unpacked]);
  }

  /** Ends the connection. */
  async close(): Promise<void> {
    await execa("ssh", [...this.#options(), "-O", "exit", this.target.host], { reject: false });
    rmSync(this.#sockets, { recursive: true, force: true });
  }

  #command(script: string, args: readonly string[]): string[] {
    const { host, sudo } = this.target;
    const words = [
      ...(sudo === true ? ["sudo", "-n"] : []),
      "sh",
      "-c",
      `${searched}\n${script}`,
      "rashomon",
      ...args,
    ];
    return [...this.#options(), "-T", host, quoted(words)];
  }

  #options(): string[] {
    const { user, port, config } = this.target;
    const options = [
      "BatchMode=yes",
      "LogLevel=ERROR",
      "ControlMaster=auto",
      "ControlPersist=5",
      `ControlPath=${join(this.#sockets, "%C")}`,
      "ConnectTimeout=10",
      // A machine that does not answer any more is lost, and with it what runs there.
      "ServerAliveInterval=5",
      "ServerAliveCountMax=6",
    ];
    return [
      ...(config === undefined ? [] : ["-F", config]),
      ...(user === undefined ? [] : ["-l", user]),
      ...(port === undefined ? [] : ["-p", String(port)]),
      ...options.flatMap((option) => ["-o", option]),
    ];
  }
}
