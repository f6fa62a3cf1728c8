import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import type { Writable } from "node:stream";

import { execa } from "execa";

import { RunError } from "../../../../histories/errors.ts";
import { searchPath, type Holder } from "../holder.ts";
import type { Layout } from "../layout.ts";
import { detourEnds } from "../scripts.ts";
import { openSockets } from "./open-sockets.ts";
import { writeLinks, writeSetup, type SwitchedLink } from "./orders.ts";

/** How long the switch may take over an order, in milliseconds. */
const patience = 20_000;

/** The switch of a run: a process in the router's namespace, through which the packets of disturbed links go one by one. */
export class PacketSwitch {
  readonly #input: Writable;
  readonly #answers: AsyncIterator<string>;
  readonly #exited: Promise<string>;

  private constructor(input: Writable, answers: AsyncIterator<string>, exited: Promise<string>) {
    this.#input = input;
    this.#answers = answers;
    this.#exited = exited;
  }

  static async start(router: Holder, layout: Layout, seed: string): Promise<PacketSwitch> {
    const program = createRequire(import.meta.url).resolve("rashomon/harness/packet-switch");
    const gates = layout.everybody.map((who) => layout.place(who));
    const { command, arguments: rest } = router.enter({
      command: "perl",
      arguments: [
        "-e",
        openSockets,
        ...detourEnds,
        ...gates.map(({ gate }) => gate),
        "--",
        process.execPath,
        program,
      ],
    });
    const child = execa(command, [...rest], {
      stdin: "pipe",
      stdout: "pipe",
      stderr: "pipe",
      env: { PATH: searchPath },
      // Ctrl-C is for the harness.
      detached: true,
      cleanup: false,
      reject: false,
    });
    child.stdin.on("error", () => undefined);
    const exited = child.then(({ stderr, shortMessage }) => (stderr === "" ? (shortMessage ?? "") : stderr));
    const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const opened = new PacketSwitch(child.stdin, answers, exited);
    await opened.#order(writeSetup({ seed, gates }));
    return opened;
  }

  /** Says what is done to the packets of which links; resolves when it is. Packets of other links pass as they are. */
  async carry(links: readonly SwitchedLink[]): Promise<void> {
    await this.#order(writeLinks(links));
  }

  async close(): Promise<void> {
    this.#input.end();
    await this.#exited;
  }

  async #order(line: string): Promise<void> {
    this.#input.write(`${line}\n`);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error("the switch does not answer")), patience);
    });
    const answer = await Promise.race([this.#answers.next(), late]).finally(() => clearTimeout(timer));
    if (answer.done === true)
      throw new RunError("E_SWITCH", `The switch of packets has ended: ${await this.#exited}`);
  }
}
