import { existsSync, readlinkSync } from "node:fs";
import type { Writable } from "node:stream";

import { execa } from "execa";

import type { ProcessSpecification } from "../../../systems/contracts/system.ts";

/** How long a namespace may take to be made, in milliseconds. */
const patience = 20_000;

/** `ip` and `nft` are where the shells of ordinary users do not look. */
export const searchPath = `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin`;

/** Whether a tool is where we look for it. */
export function isInstalled(tool: string): boolean {
  return searchPath.split(":").some((folder) => existsSync(`${folder}/${tool}`));
}

const toolEnvironment = { PATH: searchPath };

/**
 * A tiny process that holds a network namespace: it ends when its standard input does, so when the harness is gone, and with the last process
 * in it the namespace is gone, and every interface and rule in it.
 */
export class Holder {
  readonly pid: number;
  /** What the kernel calls the namespace: `net:[4026532281]`. */
  readonly namespace: string;
  readonly #input: Writable;
  readonly #exited: Promise<void>;

  private constructor(pid: number, input: Writable, exited: Promise<void>) {
    this.pid = pid;
    this.namespace = readlinkSync(`/proc/${pid}/ns/net`);
    this.#input = input;
    this.#exited = exited;
  }

  /** Makes a namespace, and runs a shell script in it; throws with what that complains about if it fails. */
  static async start(script: string): Promise<Holder> {
    const child = execa(
      "unshare",
      ["--net", "sh", "-c", `set -e\n${script}\necho ready\nexec cat >/dev/null`],
      {
        stdin: "pipe",
        stdout: "pipe",
        stderr: "pipe",
        env: toolEnvironment,
        // Ctrl-C is for the harness.
        detached: true,
        cleanup: false,
        reject: false,
      },
    );
    const { pid } = child;
    child.stdin.on("error", () => undefined);
    const ready = new Promise<boolean>((resolve) => child.stdout.once("data", () => resolve(true)));
    const ended = child.then(() => false);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), patience);
    });
    const isReady = await Promise.race([ready, ended, late]);
    clearTimeout(timer);
    if (!isReady || pid === undefined) {
      child.kill("SIGKILL");
      const { stderr, shortMessage } = await child;
      throw new Error(`a network namespace could not be made: ${stderr === "" ? shortMessage : stderr}`);
    }
    return new Holder(
      pid,
      child.stdin,
      child.then(() => undefined),
    );
  }

  /** How a process is started in the namespace. */
  enter({ command, arguments: rest, ...others }: ProcessSpecification): ProcessSpecification {
    return {
      ...others,
      command: "nsenter",
      arguments: [`--net=/proc/${this.pid}/ns/net`, "--", command, ...rest],
    };
  }

  /** Runs a tool in the namespace to its end, and gives what it wrote. */
  async run(command: string, options: readonly string[], input: string): Promise<string> {
    const { arguments: rest, command: entering } = this.enter({ command, arguments: options });
    return runTool(entering, rest, input);
  }

  async close(): Promise<void> {
    this.#input.end();
    await this.#exited;
  }
}

/** Runs a tool to its end, and gives what it wrote; throws with what it complains about. */
export async function runTool(command: string, options: readonly string[], input: string): Promise<string> {
  const { failed, stdout, stderr, shortMessage } = await execa(command, [...options], {
    input,
    env: toolEnvironment,
    reject: false,
    timeout: patience,
  });
  if (failed) throw new Error(stderr === "" ? shortMessage : `${command} ${options.join(" ")}: ${stderr}`);
  return stdout;
}
