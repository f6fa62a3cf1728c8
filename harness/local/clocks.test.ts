import { mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { execa } from "execa";
import { describe, expect, it } from "vitest";

import { FaultJournal } from "../journal.ts";
import { findLibfaketime, NodeClocks, writeClockFile } from "./clocks.ts";

const folder = (): string => mkdtempSync(join(tmpdir(), "rashomon-clocks-"));

describe("a control file", () => {
  it.each([
    [0, 1, "+0.000 x1\n"],
    [1500, 1, "+1.500 x1\n"],
    [-250, 0.9, "-0.250 x0.9\n"],
    [-0.1, 2, "-0.000 x2\n"],
  ])("for %d ms and rate %d", (offset, rate, text) => {
    const file = join(folder(), "clock");
    writeClockFile(file, offset, rate);
    expect(readFileSync(file, "utf8")).toBe(text);
  });
});

describe.skipIf(findLibfaketime() === undefined)(
  "clocks of real processes (apt-get install libfaketime)",
  () => {
    it("jump, drift and are set right again, and every lie about them is found out", async () => {
      const directory = folder();
      mkdirSync(join(directory, "n1"));
      const journal = new FaultJournal(join(directory, "journal"), { pid: 0, started: "", run: directory });
      const clocks = NodeClocks.open(directory, journal);
      const child = execa(
        process.execPath,
        ["-e", `process.stdin.on("data", () => console.log(Date.now()))`],
        { env: clocks.environment("n1"), reject: false, buffer: false },
      );
      const read = async (): Promise<number> => {
        const answer = new Promise<string>((resolve) =>
          child.stdout.once("data", (data: Buffer) => resolve(data.toString())),
        );
        child.stdin.write("?");
        return Number(await answer);
      };
      await read();
      const jumps = [
        [16_384, 1],
        [-3_000, 2],
        [0, 1],
        [-32, 1],
        [60_000, 0.5],
        [-128, 1],
      ] as const;
      for (const [offset, rate] of jumps) {
        clocks.set("n1", offset, rate);
        await clocks.verify("n1", read);
        await sleep(700);
        await clocks.verify("n1", read);
        await expect(clocks.verify("n1", async () => (await read()) + 1_000)).rejects.toThrow("to be off by");
      }
      expect(journal.open.size).toBe(1);
      clocks.set("n1", 0, 1);
      clocks.settled("n1");
      expect(journal.open.size).toBe(0);
      child.kill("SIGKILL");
      await child;
    });
  },
);
