import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { execa } from "execa";
import { describe, expect, test } from "vitest";

import { loadSystem } from "./user-system.ts";

const program = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "rashomon-system-"));
const example = "examples/systems/follower-store/follower-store.ts";
const redis = "examples/systems/redis-replication/redis-replication.ts";
const lack = await (await loadSystem(join(root, redis))).missing?.();
if (lack !== undefined) process.stderr.write(`tests of a real server with replicas are skipped: ${lack}\n`);

async function rashomon(...args: string[]) {
  const store = mkdtempSync(join(folder, "store-"));
  return execa(process.execPath, [program, ...args, "--store", store], {
    cwd: root,
    reject: false,
    env: { NO_COLOR: "1" },
  });
}

describe("a system of the user's own", () => {
  test("is tested like any other: its followers are found to be stale, and how to run it again is told", async () => {
    const { exitCode, stdout } = await rashomon(
      "test",
      example,
      "--time",
      "5",
      "--faults",
      "partition",
      "--seed",
      "1",
    );
    expect(stdout).toContain("INVALID  linearizable(cas-register)");
    expect(stdout).toContain(`rashomon test ${example} `);
    expect(exitCode).toBe(1);
  });

  test("is not blamed where it keeps its promise: nobody follows", async () => {
    const { exitCode, stdout } = await rashomon(
      ...`test ${example} --nodes 1 --time 3 --faults partition,pause --seed 1`.split(" "),
    );
    expect(stdout).toContain("VALID  linearizable(cas-register)");
    expect(exitCode).toBe(0);
  });

  describe.skipIf(lack !== undefined)("that is a real server with replicas", () => {
    test.concurrent(
      "is not blamed through kills and pauses, since the primary keeps its promise",
      async () => {
        const { exitCode, stdout } = await rashomon(
          ...`test ${redis} --time 3 --faults kill,pause,partition --interval 0.7 --seed 1`.split(" "),
        );
        expect(stdout).toContain("VALID  linearizable(cas-register)");
        expect(exitCode).toBe(0);
      },
    );

    test.concurrent("is found to be stale where its replicas are asked", async () => {
      const { exitCode, stdout } = await rashomon(
        ...`test ${redis} --set reads=replicas --time 3 --faults partition --interval 0.7 --seed 1`.split(
          " ",
        ),
      );
      expect(stdout).toContain("INVALID  linearizable(cas-register)");
      expect(exitCode).toBe(1);
    });
  });

  test.each([
    ["a file that is not there", undefined, /There is no system file/],
    ["a file with a mistake", "export const x = ;", /could not be loaded/],
    ["a file without a system", "export const other = 1;", /exports no system/],
    ["a system without a name", "export const system = { workloads: ['register'] };", /expected name/],
    [
      "a system without workloads",
      "export const system = { name: 'x', workloads: [], open() {} };",
      /expected workloads/,
    ],
    [
      "a fault that there is not",
      "import { defineSystem } from 'rashomon/systems';\nexport const system = defineSystem({ name: 'x', workloads: ['register'], faults: ['fire'], open() {} });",
      /expected faults, a list of some of partition/,
    ],
    [
      "a member that there is not",
      "import { defineSystem } from 'rashomon/systems';\nexport const system = defineSystem({ name: 'x', workloads: ['register'], setings: [], open() {} });",
      /Unknown member of a system "setings"\. Did you mean settings\?/,
    ],
    [
      "a member that a definition calls otherwise",
      "import { defineSystem } from 'rashomon/systems';\nexport const system = defineSystem({ name: 'x', workloads: ['register'], capabilities: [], open() {} });",
      /no member capabilities\. Did you mean faults\?/,
    ],
    [
      "a system that did not go through defineSystem",
      "export default { name: 'x', workloads: ['register'], open() {} };",
      /wrap the system in defineSystem/,
    ],
  ])("%s is an error that says what to do", async (_, text, message) => {
    const file = join(folder, `system-${String(message).length}.ts`);
    if (text !== undefined) writeFileSync(file, text);
    await expect(loadSystem(text === undefined ? join(folder, "nowhere.ts") : file)).rejects.toThrow(message);
  });
});
