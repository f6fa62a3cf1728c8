import { existsSync, mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { execa } from "execa";
import { describe, expect, it } from "vitest";

import { FaultJournal } from "../../journal.ts";
import { FaketimeClocks } from "./faketime-clocks.ts";
import { findLibfaketime, libfaketimeAdvice, writeClockFile } from "./libfaketime.ts";
import { verifyClock } from "./node-clocks.ts";
import { noSkew } from "./skew.ts";

const folder = (): string => mkdtempSync(join(tmpdir(), "rashomon-clocks-"));
const library = findLibfaketime();

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

describe.skipIf(library === undefined)(
  `clocks of real processes through libfaketime (${library ?? libfaketimeAdvice})`,
  () => {
    it("jump, drift, swing and are set right again, and every lie about them is found out", async () => {
      const directory = folder();
      mkdirSync(join(directory, "n1"));
      const journal = new FaultJournal(join(directory, "journal"), { pid: 0, started: "", run: directory });
      let leader: number | undefined;
      const clocks = new FaketimeClocks(library ?? "", directory, journal, () => leader);
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
      leader = child.pid;
      clocks.started("n1");
      await read();
      const jumps = [
        { offset: 16_384 },
        { offset: -3_000, rate: 2 },
        {},
        { offset: -32 },
        { offset: 60_000, rate: 0.5 },
        { swing: 30_000, period: 40 },
        { offset: -128 },
      ];
      for (const jump of jumps) {
        clocks.set("n1", { ...noSkew, since: Date.now(), ...jump });
        await verifyClock(clocks, "n1", read);
        await sleep(500);
        await verifyClock(clocks, "n1", read);
        const lying = async (): Promise<number> => (await read()) + 1_000;
        await expect(verifyClock(clocks, "n1", lying)).rejects.toThrow("to be off by");
      }
      expect(() => clocks.set("n1", { ...noSkew, rate: 0 })).toThrow("cannot freeze");
      const kinds = (): string[] => [...journal.open.values()].map(({ kind }) => kind).toSorted();
      expect(kinds()).toEqual(["clock", "clock-memory"]);
      clocks.set("n1", noSkew);
      clocks.settled("n1");
      expect(kinds()).toEqual(["clock-memory"]);
      const memory = `/dev/shm/faketime_shm_${child.pid}`;
      expect(existsSync(memory)).toBe(true);
      child.kill("SIGKILL");
      await child;
      expect(existsSync(memory)).toBe(true);
      clocks.close();
      expect(existsSync(memory)).toBe(false);
      expect(kinds()).toEqual([]);
    });
  },
);
