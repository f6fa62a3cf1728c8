import { execa } from "execa";
import { afterEach, describe, expect, it } from "vitest";

import { processTree, signal } from "../process-table.ts";
import { missingForVdsoClock } from "./needs.ts";
import { hasProcessClock, resetProcessClock, setProcessClock } from "./process-clock.ts";
import { noSkew, type Skew } from "./skew.ts";

const missing = missingForVdsoClock();

/** Answers each line with its wall clock, its monotonic clock, and the wall clock of a thread beside, all in milliseconds. */
const teller = `
  const { Worker } = require("node:worker_threads");
  const beside = new Worker('const { parentPort: p } = require("node:worker_threads"); p.on("message", () => p.postMessage(Date.now()))', { eval: true });
  process.stdin.on("data", () => {
    beside.once("message", (there) => console.log(JSON.stringify([Date.now(), performance.now(), there])));
    beside.postMessage("");
  });
  console.log("up");
`;

/** The same in Perl, by gettimeofday, by time, and, asked for it, in a process that it forks. */
const forker = `
  use Time::HiRes; $| = 1; print "up\\n";
  while (<STDIN>) {
    my $pid = /fork/ ? fork : undef;
    if (defined $pid && $pid) { waitpid($pid, 0); next; }
    printf "[%.0f, 0, %.0f]\\n", Time::HiRes::time() * 1000, CORE::time() * 1000;
    exit if defined $pid;
  }
`;

const run = (command: string, words: readonly string[]) =>
  execa(command, [...words], { reject: false, buffer: false });
type Teller = ReturnType<typeof run>;
const begun: Teller[] = [];
const line = async (child: Teller): Promise<string> =>
  new Promise((resolve) => child.stdout.once("data", (data: Buffer) => resolve(data.toString())));

async function begin(
  command: string,
  ...words: string[]
): Promise<{ pid: number; ask: (how?: string) => Promise<number[]> }> {
  const child = run(command, words);
  begun.push(child);
  await line(child);
  const ask = async (how = "?"): Promise<number[]> => {
    const answer = line(child);
    child.stdin.write(`${how}\n`);
    const parsed: unknown = JSON.parse(await answer);
    return Array.isArray(parsed) ? parsed.map(Number) : [];
  };
  return { pid: child.pid ?? 0, ask };
}

const hour = 3_600_000;
const from = (now: number, parts: Partial<Skew>): Skew => ({ ...noSkew, since: now, ...parts });

describe.skipIf(missing !== undefined)(`the clock of a running process (${missing ?? "by its vDSO"})`, () => {
  afterEach(async () => {
    for (const child of begun.splice(0)) {
      child.kill("SIGKILL");
      await child;
    }
  });

  it("jumps for all its threads, changes its rate, freezes, and is right again; the monotonic clock stays true", async () => {
    const { pid, ask } = await begin(process.execPath, "-e", teller);
    const [, monotonic = 0] = await ask();
    const began = Date.now();
    const off = async (): Promise<number[]> => {
      const before = Date.now();
      const [wall = 0, , thread = 0] = await ask();
      const after = Date.now();
      expect(Math.abs(wall - thread)).toBeLessThan(after - before + 2);
      return [wall - after, wall - before];
    };
    for (const offset of [hour, -hour, 86_400_000, -3]) {
      setProcessClock(pid, from(Date.now(), { offset }));
      const [least = 0, most = 0] = await off();
      expect(least).toBeLessThanOrEqual(offset + 1);
      expect(most).toBeGreaterThanOrEqual(offset - 1);
    }
    const since = Date.now();
    setProcessClock(pid, from(since, { rate: 1_000 }));
    const [fast = 0] = await ask();
    expect(fast - since).toBeLessThanOrEqual((Date.now() - since + 1) * 1_000);
    await expect.poll(async () => ((await ask())[0] ?? 0) - Date.now()).toBeGreaterThan(5_000);
    setProcessClock(pid, from(since, { rate: 0, offset: -7 }));
    expect((await ask())[0]).toBe(since - 7);
    // Long ago, when seconds are negative.
    setProcessClock(pid, from(since, { rate: 0, offset: -since - 1_500 }));
    expect((await ask())[0]).toBe(-1_500);
    resetProcessClock(pid);
    const [least = 1, most = -1] = await off();
    expect(least).toBeLessThanOrEqual(1);
    expect(most).toBeGreaterThanOrEqual(-1);
    const [, later = 0] = await ask();
    expect(Math.abs(later - monotonic - (Date.now() - began))).toBeLessThan(2_000);
  });

  it("swings", async () => {
    const { pid, ask } = await begin(process.execPath, "-e", teller);
    setProcessClock(pid, from(Date.now(), { swing: hour, period: 20 }));
    const seen = new Set<number>();
    await expect
      .poll(
        async () => {
          const [wall = 0] = await ask();
          seen.add(Math.round((wall - Date.now()) / hour));
          return [...seen].toSorted((a, b) => a - b);
        },
        { interval: 7, timeout: 20_000 },
      )
      .toEqual([0, 1]);
  });

  it("is inherited by processes that it forks, and told by every function for the time", async () => {
    const { pid, ask } = await begin("perl", "-e", forker);
    setProcessClock(pid, from(Date.now(), { offset: hour }));
    for (const how of ["?", "fork"]) {
      const [precise = 0, , whole = 0] = await ask(how);
      expect(Math.round((precise - Date.now()) / 60_000)).toBe(60);
      expect(Math.round((whole - Date.now()) / 60_000)).toBe(60);
    }
  });

  it("is lost by a process that executes another program, which is told", async () => {
    const { pid, ask } = await begin(
      "sh",
      "-c",
      `echo wait; read line; exec "$0" -e "$1"`,
      process.execPath,
      teller,
    );
    const skew = from(Date.now(), { offset: hour });
    setProcessClock(pid, skew);
    expect(hasProcessClock(pid, skew)).toBe(true);
    await expect(ask()).rejects.toThrow("up");
    expect(hasProcessClock(pid, skew)).toBe(false);
    setProcessClock(pid, skew);
    const [wall = 0] = await ask();
    expect(Math.round((wall - Date.now()) / 60_000)).toBe(60);
  });

  it("can be set while the process is stopped, which stays so, and while it reads its clock all the time", async () => {
    const busy = await begin(
      process.execPath,
      "-e",
      `console.log("up"); for (let last = 0;;) { const now = Date.now(); if (now - last > 1e6) console.log(now); last = now; }`,
    );
    const stopped = await begin(process.execPath, "-e", teller);
    signal(stopped.pid, "SIGSTOP");
    await expect.poll(() => processTree(stopped.pid).map(({ state }) => state)).toEqual(["T"]);
    const skew = from(Date.now(), { offset: hour });
    setProcessClock(stopped.pid, skew);
    setProcessClock(busy.pid, skew);
    for (let i = 0; i < 200; i++) setProcessClock(busy.pid, from(Date.now(), { offset: hour + i }));
    expect(processTree(stopped.pid).map(({ state }) => state)).toEqual(["T"]);
    expect(processTree(busy.pid)).toHaveLength(1);
    signal(stopped.pid, "SIGCONT");
    const [wall = 0] = await stopped.ask();
    expect(Math.round((wall - Date.now()) / 60_000)).toBe(60);
  });

  it("of a process that is gone is nobody's", () => {
    setProcessClock(2 ** 22 - 1, noSkew);
    expect(hasProcessClock(2 ** 22 - 1, noSkew)).toBe(false);
  });
});
