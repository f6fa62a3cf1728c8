import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { execa } from "execa";

import type { NodeId } from "../../systems/contracts/protocol.ts";
import type { Address, ProcessSpecification, Surroundings } from "../../systems/contracts/system.ts";
import { reservePorts } from "../local/ports.ts";

/** Surroundings without proxies, keeper or journal: real processes that reach one another directly. */
export class PlainSurroundings implements Surroundings {
  readonly seed = "7";
  readonly nodes: readonly NodeId[];
  readonly #ports: readonly number[];
  readonly #directory = mkdtempSync(join(tmpdir(), "rashomon-test-"));
  readonly #children = new Map<NodeId, ChildProcess>();

  private constructor(nodes: readonly NodeId[], ports: readonly number[]) {
    this.nodes = nodes;
    this.#ports = ports;
    for (const node of nodes) mkdirSync(this.directory(node));
  }

  static async open(nodes: readonly NodeId[]): Promise<PlainSurroundings> {
    const { ports, release } = await reservePorts(nodes.length);
    await release();
    return new PlainSurroundings(nodes, ports);
  }

  directory(node: NodeId): string {
    return join(this.#directory, node);
  }

  address(node: NodeId): Address {
    return { host: "127.0.0.1", port: this.#ports[this.nodes.indexOf(node)] ?? 0 };
  }

  route(_from: string, to: NodeId): Address {
    return this.address(to);
  }

  spawn(node: NodeId, { command, arguments: args, environment }: ProcessSpecification): Promise<void> {
    const log = openSync(this.#log(node), "a");
    const env = { ...process.env, ...environment };
    this.#children.set(node, spawn(command, args, { stdio: ["pipe", log, log], env }));
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

  /** Sends a signal, or closes the standard input, and waits for the end: the exit code, or the signal. */
  async end(node: NodeId, how: NodeJS.Signals | "stdin"): Promise<number | NodeJS.Signals | null> {
    const child = this.#children.get(node);
    if (child === undefined || !this.alive(node)) return null;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    if (how === "stdin") child.stdin?.end();
    else child.kill(how);
    await ended;
    return child.exitCode ?? child.signalCode;
  }

  log(node: NodeId): string {
    return readFileSync(this.#log(node), "utf8");
  }

  async close(): Promise<void> {
    await Promise.all(this.nodes.map((node) => this.end(node, "SIGKILL")));
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #log(node: NodeId): string {
    return join(this.directory(node), "node.log");
  }
}
