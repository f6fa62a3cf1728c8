import { execa } from "execa";
import { describe, expect, test } from "vitest";

import { sideBySide } from "../../systems/databases/side-by-side/programs.ts";

/** A program that says its number and stays. */
const staying = {
  command: process.execPath,
  arguments: ["-e", "console.log(process.pid); setInterval(() => {}, 1000)"],
};

/** The same, but it refuses to end when it is asked to. */
const stubborn = {
  command: process.execPath,
  arguments: ["-e", `process.on("SIGTERM", () => {}); ${staying.arguments[1] ?? ""}`],
};

/** Two programs as one process, and their numbers. */
async function started(second = staying) {
  const { command, arguments: rest } = sideBySide(staying, second);
  const whole = execa(command, [...rest], { stdin: "pipe", reject: false, buffer: false });
  let text = "";
  const numbers = await new Promise<number[]>((resolve) => {
    whole.stdout.on("data", (bytes: Buffer) => {
      text += bytes.toString();
      const lines = text.trim().split("\n");
      if (text.endsWith("\n") && lines.length === 2) resolve(lines.map(Number));
    });
  });
  return { whole, numbers };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe("programs side by side", () => {
  test("end when they are asked to", async () => {
    const { whole, numbers } = await started();
    whole.kill("SIGTERM");
    expect((await whole).exitCode).toBe(0);
    expect(numbers.map(isAlive)).toEqual([false, false]);
  });

  test("end when one of them does, which is a failure", async () => {
    const { whole, numbers } = await started();
    process.kill(numbers[0] ?? 0, "SIGKILL");
    expect((await whole).exitCode).toBe(1);
    expect(numbers.map(isAlive)).toEqual([false, false]);
  });

  test("end when whoever started them is gone", async () => {
    const { whole, numbers } = await started();
    whole.stdin.end();
    expect((await whole).exitCode).toBe(0);
    expect(numbers.map(isAlive)).toEqual([false, false]);
  });

  test("end when whoever started them is gone, though one had refused to end", async () => {
    const { whole, numbers } = await started(stubborn);
    whole.kill("SIGTERM");
    await expect.poll(() => numbers.filter(isAlive).length, { timeout: 10_000 }).toBe(1);
    whole.stdin.end();
    await whole;
    expect(numbers.map(isAlive)).toEqual([false, false]);
  });
});
