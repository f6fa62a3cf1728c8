import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { execa } from "execa";

import type { NodeId } from "../../systems/contracts/protocol.ts";
import type { Address, ProcessSpecification, Surroundings } from "../../systems/contracts/system.ts";
import { reserveAddresses, type NodeAddresses } from "../local/ports.ts";

/** Surroundings without proxies, keeper or journal: real processes that reach one another directly. */
export class PlainSurroundings implements Surroundings {
  readonly seed = "7";
  readonly nodes: readonly NodeId[];
  readonly #addresses: NodeAddresses;
  readonly #directory = mkdtempSync(join(tmpdir(), "rashomon-test-"));
  readonly #children = new Map<NodeId, ChildProcess>();

  private constructor(addresses: NodeAddresses) {
    this.nodes = addresses.nodes;
    this.#addresses = addresses;
    for (const node of this.nodes) mkdirSync(this.directory(node));
  }

  /** For nodes that listen for clients, and at further ports by these names. */
  static async open(nodes: readonly NodeId[], ports: readonly string[] = []): Promise<PlainSurroundings> {
    const { addresses, release } = await reserveAddresses(nodes, ports);
    await release();
    return new PlainSurroundings(addresses);
  }

  directory(node: NodeId): string {
    return join(this.#directory, node);
  }

  logs(node: NodeId): string {
    return this.directory(node);
  }

  address(node: NodeId, port?: string): Address {
    return this.#addresses.of(node, port);
  }

  route(_from: string, to: NodeId, port?: string): Address {
    return this.address(to, port);
  }

  spawn(node: NodeId, { command, arguments: args, environment }: ProcessSpecification): Promise<void> {
    const log = openSync(this.#log(node), "a");
    const env = { ...process.env, ...environment };
    this.#children.set(node, spawn(command, args, { stdio: ["pipe", log, log], env, detached: true }));
    closeSync(log);
    return Promise.resolve();
  }

  async run(node: NodeId, { command, arguments: args, environment }: ProcessSpecification): Promise<void> {
    await execa(command, [...args], { cwd: this.directory(node), env: { ...environment }, stdin: "ignore" });
  }

  alive(node: NodeId): boolean {
    const child = this.#children.get(node);
    return child !== undefined && child.exitCode === null && child.signalCode === null;
  }

  /** Sends a signal, or closes the standard input, and waits for the end: the exit code, or the signal. `SIGKILL` is for all that the node has started. */
  async end(node: NodeId, how: NodeJS.Signals | "stdin"): Promise<number | NodeJS.Signals | null> {
    const child = this.#children.get(node);
    if (child === undefined || !this.alive(node)) return null;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    if (how === "stdin") child.stdin?.end();
    else if (how === "SIGKILL" && child.pid !== undefined) process.kill(-child.pid, how);
    else child.kill(how);
    await ended;
    return child.exitCode ?? child.signalCode;
  }

  /** Stops a node's process, or lets it go on. */
  signal(node: NodeId, signal: "SIGSTOP" | "SIGCONT"): void {
    this.#children.get(node)?.kill(signal);
  }

  log(node: NodeId): string {
    return readFileSync(this.#log(node), "utf8");
  }

  async close(): Promise<void> {
    await Promise.all(this.nodes.map((node) => this.end(node, "SIGKILL")));
    // Whatever a node had started ends with it: it had a process group of its own.
    for (const { pid } of this.#children.values()) {
      try {
        if (pid !== undefined) process.kill(-pid, "SIGKILL");
      } catch {
        // Nobody of it is left.
      }
    }
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #log(node: NodeId): string {
    return join(this.directory(node), "node.log");
  }
}
