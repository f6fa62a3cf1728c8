import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";

import type { NodeId } from "../../../systems/contracts/protocol.ts";
import type { LinkNetwork } from "../link-network.ts";
import type { Source } from "../../nemesis/grudge.ts";

/**
 * A node that listens, by TCP and UDP, says on its standard output what it hears, and sends it back; and that asks others when it is told to:
 * lines of `{ask, host, port, text, patience}` over connections that it keeps by `ask`, and of `{cast, host, port, count}`,
 * datagrams with numbers. It answers each with a line that begins with `=`.
 */
const program = `
const net = require("node:net"), dgram = require("node:dgram");
const [host, port] = process.argv.slice(1);
const say = (line) => process.stdout.write(line + "\\n");
net.createServer((socket) => {
  socket.on("error", () => {});
  socket.on("data", (bytes) => { say("heard " + bytes.toString().trim().slice(0, 20)); socket.write(bytes); });
}).listen(Number(port), host, () => {
  const udp = dgram.createSocket("udp4").on("message", (bytes, from) => udp.send(bytes, from.port, from.address));
  udp.bind(Number(port), host, () => say("ready"));
});
const sockets = new Map();
require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const { ask, cast, host, port, text, patience, count } = JSON.parse(line);
  if (cast) {
    const udp = dgram.createSocket("udp4"), numbers = [];
    udp.on("message", (bytes) => numbers.push(Number(bytes.toString()))).on("error", () => {});
    for (let i = 0; i < count; i++) setTimeout(() => udp.send(String(i), port, host), i);
    setTimeout(() => { udp.close(); say("=" + JSON.stringify({ numbers })); }, count + patience);
    return;
  }
  const began = performance.now();
  let socket = sockets.get(ask);
  if (!socket || socket.destroyed) {
    socket = net.connect(Number(port), host).on("error", () => {});
    sockets.set(ask, socket);
  }
  let got = 0;
  const end = (outcome) => {
    clearTimeout(timer);
    socket.off("data", onData).off("close", onClose);
    say("=" + JSON.stringify({ outcome, milliseconds: performance.now() - began }));
  };
  const onData = (bytes) => { got += bytes.length; if (got >= text.length) end("answered"); };
  const onClose = () => end("closed");
  const timer = setTimeout(() => end("silence"), patience);
  socket.on("data", onData).on("close", onClose);
  socket.write(text);
}).on("close", () => process.exit(0));
`;

/** What became of a question. */
export interface Answer {
  readonly outcome: "answered" | "silence" | "closed";
  readonly milliseconds: number;
}

/** Nodes of a network, each a process at its place, that speak to one another. */
export class Peers {
  readonly #network: LinkNetwork;
  readonly #processes = new Map<NodeId, ChildProcess>();
  readonly #heard = new Map<NodeId, string[]>();
  readonly #waiting = new Map<NodeId, ((line: string) => void)[]>();
  #connections = 0;

  private constructor(network: LinkNetwork) {
    this.#network = network;
  }

  static async start(network: LinkNetwork, nodes: readonly NodeId[]): Promise<Peers> {
    const peers = new Peers(network);
    await Promise.all(nodes.map((node) => peers.#start(node)));
    return peers;
  }

  #start(node: NodeId): Promise<void> {
    const { host, port } = this.#network.address(node);
    const placed = this.#network.place(node, {
      command: process.execPath,
      arguments: ["-e", program, host, String(port)],
    });
    const child = spawn(placed.command, placed.arguments, { stdio: ["pipe", "pipe", "inherit"] });
    this.#processes.set(node, child);
    this.#heard.set(node, []);
    this.#waiting.set(node, []);
    return new Promise((resolve, reject) => {
      child.once("exit", () => reject(new Error(`${node} has ended`)));
      createInterface({ input: child.stdout }).on("line", (line) => {
        if (line === "ready") resolve();
        else if (line.startsWith("=")) this.#waiting.get(node)?.shift()?.(line.slice(1));
        else this.#heard.get(node)?.push(line.replace("heard ", ""));
      });
    });
  }

  /** A new connection from one node to another, and what becomes of questions on it. */
  connection(from: NodeId, to: NodeId): { ask: (text?: string, patience?: number) => Promise<Answer> } {
    const name = ++this.#connections;
    const { host, port } = this.#network.route(from, to);
    return {
      ask: async (text = "hello", patience = 250) =>
        // Written by the program above.
        JSON.parse(await this.#tell(from, { ask: name, host, port, text, patience })) as Answer,
    };
  }

  /** One question on a connection of its own. */
  ask(from: NodeId, to: NodeId, text = "hello", patience = 250): Promise<Answer> {
    return this.connection(from, to).ask(text, patience);
  }

  /** The numbers of the datagrams, of so many, that come back, in the order in which they do. */
  async cast(from: NodeId, to: NodeId, count: number): Promise<readonly number[]> {
    const { host, port } = this.#network.route(from, to);
    const answer = await this.#tell(from, { cast: true, host, port, count, patience: 400 });
    return (JSON.parse(answer) as { numbers: readonly number[] }).numbers;
  }

  /** What a node has heard. */
  heard(node: NodeId): readonly string[] {
    return this.#heard.get(node) ?? [];
  }

  close(): void {
    for (const child of this.#processes.values()) {
      child.removeAllListeners("exit");
      child.kill("SIGKILL");
    }
  }

  #tell(node: NodeId, order: object): Promise<string> {
    const answer = new Promise<string>((resolve) => this.#waiting.get(node)?.push(resolve));
    this.#processes.get(node)?.stdin?.write(`${JSON.stringify(order)}\n`);
    return answer;
  }
}

/** Both directions between two places. */
export function both(one: Source, other: Source): { from: Source; to: Source }[] {
  return [
    { from: one, to: other },
    { from: other, to: one },
  ];
}
