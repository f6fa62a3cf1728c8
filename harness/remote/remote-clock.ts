import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

import type { RemoteChild, RemoteShell } from "./remote-shell.ts";

/** A look at a clock: how far it is ahead of ours, and how far off that may be, in milliseconds. */
export interface ClockLook {
  readonly ahead: number;
  readonly uncertainty: number;
}

/** How often a clock is looked at, to take the quickest answer, which tells most. */
const looks = 5;
/** How often it is turned again if it then is not where it was to be. */
const turns = 3;
/** How far a clock may be from where it was set, in milliseconds: between looking at it and setting it some time passes. */
const closeEnough = 50;
/** How long an answer may take, in milliseconds. */
const patience = 10_000;

/**
 * Reads and turns the clock of its machine, as told on its input, by date(1). When that ends, since whoever told it is gone or the connection
 * is, it turns the clock back by all it was turned.
 */
const keeperScript = `
trap '' HUP PIPE
turned=0
turn() {
  new=$(($(date -u +%s%N) + $1))
  date -u -s "@$((new / 1000000000)).$(printf %09d $((new % 1000000000)))" >/dev/null || return
  turned=$((turned + $1))
}
echo ready
while read -r word amount; do
  case $word in
  read) date -u +%s%N ;;
  turn) if turn "$amount"; then echo turned; else echo refused; fi ;;
  settle) turned=0; echo settled ;;
  esac
done
[ "$turned" = 0 ] || turn "$((-turned))"
`;

/** The clock of another machine, which is set for all that runs there. */
export class RemoteClock {
  readonly #host: string;
  readonly #child: RemoteChild;
  readonly #answers: AsyncIterator<string>;
  #asking: Promise<unknown> = Promise.resolve();

  private constructor(host: string, child: RemoteChild) {
    this.#host = host;
    this.#child = child;
    this.#answers = createInterface({ input: child.output })[Symbol.asyncIterator]();
  }

  static async open(shell: RemoteShell): Promise<RemoteClock> {
    const clock = new RemoteClock(shell.target.host, shell.start(keeperScript));
    await clock.#answer("ready");
    return clock;
  }

  /** How far it is ahead of the clock of this machine. */
  async look(): Promise<ClockLook> {
    let best: ClockLook | undefined;
    for (let i = 0; i < looks; i++) {
      const asked = Date.now();
      const said = await this.#ask("read", undefined);
      const answered = Date.now();
      const shown = Number(said) / 1e6;
      if (!Number.isFinite(shown))
        throw new Error(`${this.#host}: expected nanoseconds of date, found ${said}`);
      // It was read between question and answer; our own clock shows whole milliseconds.
      const uncertainty = (answered - asked) / 2 + 1;
      if (best === undefined || uncertainty < best.uncertainty)
        best = { ahead: shown - (asked + answered) / 2, uncertainty };
    }
    if (best === undefined) throw new Error("a clock was not looked at");
    return best;
  }

  /** Sets it to be so many milliseconds ahead of ours, and looks whether it is; says how far it was turned. */
  async setAhead(target: number): Promise<number> {
    const before = await this.look();
    let now = before;
    // A busy machine takes time between reading its clock and setting it, which the next turn makes up for.
    for (let turn = 0; turn < turns; turn++) {
      await this.#ask(`turn ${Math.round((target - now.ahead) * 1e6)}`, "turned");
      now = await this.look();
      if (Math.abs(now.ahead - target) <= closeEnough + now.uncertainty + before.uncertainty)
        return target - before.ahead;
    }
    throw new Error(
      `expected the clock of ${this.#host} to be ${Math.round(target)} ms ahead, but it is by ${Math.round(now.ahead)} ms`,
    );
  }

  /** Sets it back to where it was before a fault, unless it is there; says how far it was turned. */
  async setRight(before: number): Promise<number> {
    const { ahead, uncertainty } = await this.look();
    const right = Math.abs(ahead - before) <= closeEnough + uncertainty;
    const turned = right ? 0 : await this.setAhead(before);
    await this.#ask("settle", "settled");
    return turned;
  }

  /** Lets go of it; it is set back unless it was set right. */
  async close(): Promise<void> {
    this.#child.input.end();
    await this.#child.exited;
  }

  #ask(line: string, expected: string | undefined): Promise<string> {
    const answer = this.#asking.then(async () => {
      this.#child.input.write(`${line}\n`);
      return this.#answer(expected);
    });
    this.#asking = answer.catch(() => undefined);
    return answer;
  }

  async #answer(expected: string | undefined): Promise<string> {
    const late = sleep(patience, undefined, { ref: false });
    const next = await Promise.race([this.#answers.next(), late]);
    if (next === undefined) throw new Error(`${this.#host}: its clock gave no answer`);
    if (next.done === true)
      throw new Error(`${this.#host}: the connection by which its clock is set was lost`);
    if (expected !== undefined && next.value !== expected)
      throw new Error(`${this.#host}: its clock could not be set (date said ${next.value})`);
    return next.value;
  }
}
