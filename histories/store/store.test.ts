import { spawn } from "node:child_process";
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from "node:fs"; // prettier-ignore
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { InputError } from "../errors.ts";
import type { Operation } from "../operation.ts";
import { folderName, timeName } from "./layout.ts";
import type { Results } from "./results.ts";
import { listRuns, openRun } from "./run.ts";
import { createRun } from "./run-writer.ts";
import type { TestDescription } from "./test-description.ts";

let store = "";
beforeEach(() => {
  store = mkdtempSync(join(tmpdir(), "rashomon-store-"));
});
afterEach(() => rmSync(store, { recursive: true }));

const description: TestDescription = {
  format: 1,
  name: "paxos register",
  system: "paxos",
  workload: "register",
  seed: "7",
  nodes: ["n1", "n2"],
  concurrency: 5,
  seconds: 15,
  faults: ["kill"],
  legend: [{ name: "kill", start: ["kill"], stop: ["restart"], color: "#c33" }],
  checks: [{ checker: "linearizable", model: "cas-register", keyed: true }],
  command: "rashomon test paxos",
  versions: { rashomon: "0.1.0" },
  started: "2026-11-22T21:33:44.123Z",
};

const results: Results = {
  format: 1,
  valid: false,
  checks: [
    {
      checker: "linearizable",
      model: "cas-register",
      valid: false,
      anomalies: [{ type: "nonlinearizable", operations: [1], explanation: "It read 5, which nobody wrote." }],
      statistics: { operations: 2 },
    },
  ],
};

function operation(index: number): Operation {
  const type = index % 2 === 0 ? "invoke" : "ok";
  return { index, time: index * 1000, process: 0, type, f: "write", key: "x", value: index, node: "n1" };
}

describe("a run", () => {
  test("has its folder, description, history, results and node folders", async () => {
    const writer = await createRun(store, description);
    expect(writer.folder).toBe(join(store, "paxos_register", "20261122T213344.123Z"));
    for (let i = 0; i < 10; i++) writer.record(operation(i));
    await writer.nodeFolder("n1");
    await writer.nodeFolder("../n2");
    writer.close();
    writer.close();
    await writer.writeResults(results);

    const run = await openRun(writer.folder);
    expect(await run.test()).toEqual(description);
    const history = await run.history();
    expect([...history]).toEqual(Array.from({ length: 10 }, (_, i) => operation(i)));
    expect(history.header).toEqual({
      name: "paxos register",
      workload: "register",
      system: "paxos",
      seed: "7",
      versions: { rashomon: "0.1.0" },
    });
    expect(await run.results()).toEqual(results);
    const nodes = join(writer.folder, "nodes");
    expect(await run.nodeFolders()).toEqual([join(nodes, "__n2"), join(nodes, "n1")]);
  });

  test("is found by its folder, its files, its store, its test and latest", async () => {
    const first = await createRun(store, description);
    const second = await createRun(store, { ...description, started: "2026-11-22T21:40:00.000Z" });
    for (const writer of [first, second]) writer.close();
    const found = async (path: string) => realpathSync((await openRun(path)).folder);
    const newest = realpathSync(second.folder);
    expect(await found(first.folder)).toBe(realpathSync(first.folder));
    expect(await found(first.historyPath)).toBe(realpathSync(first.folder));
    expect(await found(join(first.folder, "test.json"))).toBe(realpathSync(first.folder));
    expect(await found(store)).toBe(newest);
    expect(await found(join(store, "latest"))).toBe(newest);
    expect(await found(join(store, "paxos_register"))).toBe(newest);
    expect(await found(join(store, "paxos_register", "latest"))).toBe(newest);
    expect(lstatSync(join(store, "latest")).isSymbolicLink()).toBe(true);
  });

  test("is found through a text file where there are no symbolic links", async () => {
    const writer = await createRun(store, description);
    writer.close();
    rmSync(join(store, "latest"));
    writeFileSync(join(store, "latest"), "paxos_register/20261122T213344.123Z\n");
    expect((await openRun(store)).folder).toBe(writer.folder);
    expect((await openRun(join(store, "latest"))).folder).toBe(writer.folder);
  });

  test("of the same millisecond gets a folder of its own", async () => {
    const first = await createRun(store, description);
    const second = await createRun(store, description);
    for (const writer of [first, second]) writer.close();
    expect(second.folder).toBe(`${first.folder}-2`);
    expect((await listRuns(store)).map(({ time }) => time)).toEqual([
      "20261122T213344.123Z-2",
      "20261122T213344.123Z",
    ]);
  });

  test("is listed with the others, the newest first", async () => {
    const tests: [string, string][] = [
      ["b", "2026-01-02T00:00:00.000Z"],
      ["a", "2026-01-03T00:00:00.000Z"],
      ["a", "2026-01-01T00:00:00.000Z"],
    ];
    for (const [name, started] of tests) (await createRun(store, { ...description, name, started })).close();
    mkdirSync(join(store, "a", "not a run"));
    expect((await listRuns(store)).map(({ test: name, time }) => `${name} ${time.slice(0, 8)}`)).toEqual([
      "a 20260103",
      "b 20260102",
      "a 20260101",
    ]);
    expect(await listRuns(join(store, "nothing"))).toEqual([]);
  });

  test("refuses operations out of order and after its end", async () => {
    const writer = await createRun(store, description);
    writer.record(operation(0));
    expect(() => writer.record(operation(2))).toThrow("operation 2 recorded in the place of 1");
    writer.close();
    expect(() => writer.record(operation(1))).toThrow("after the end of the run");
  });

  test("is on disk a few milliseconds after it was recorded", async () => {
    const writer = await createRun(store, description);
    const before = statSync(writer.historyPath).size;
    writer.record(operation(0));
    expect(statSync(writer.historyPath).size).toBe(before);
    await expect.poll(() => statSync(writer.historyPath).size, { interval: 2 }).toBeGreaterThan(before);
    for (let i = 1; i < 2000; i++) writer.record(operation(i));
    // A full batch does not wait.
    expect(statSync(writer.historyPath).size).toBeGreaterThan(before + 65536);
    writer.close();
  });
});

describe("what is no run", () => {
  test("is an error that says what was expected", async () => {
    writeFileSync(join(store, "file"), "x");
    mkdirSync(join(store, "folder"));
    symlinkSync("nowhere", join(store, "latest"));
    const found = async (path: string) => {
      const error: unknown = await openRun(path).catch((reason: unknown) => reason);
      if (error instanceof InputError) return error.found;
      throw new Error("nothing was thrown");
    };
    expect(await found(join(store, "file"))).toBe("another file");
    expect(await found(join(store, "folder"))).toBe("another folder");
    expect(await found(join(store, "latest"))).toBe("nothing");
    expect(await found(join(store, "missing"))).toBe("nothing");
  });

  test("a wrong test.json or results.json is refused on reading and on writing", async () => {
    const writer = await createRun(store, description);
    writer.close();
    const run = await openRun(store);
    expect(await run.results()).toBeUndefined();
    writeFileSync(join(writer.folder, "results.json"), '{"format":1,"valid":"maybe","checks":[]}');
    await expect(run.results()).rejects.toThrow('expected one of true, false, "unknown" at valid, found "maybe"');
    writeFileSync(join(writer.folder, "test.json"), "{");
    await expect(run.test()).rejects.toThrow("expected one JSON object");
    writeFileSync(join(writer.folder, "test.json"), "{}");
    await expect(run.test()).rejects.toThrow('expected a member "format"');
    await expect(createRun(store, { ...description, name: "" })).rejects.toThrow(InputError);
  });
});

test.each([
  ["a/b", "a_b"],
  ["../../etc", "__.._etc"],
  [".hidden", "_hidden"],
  ["", "_"],
  ["latest", "_latest"],
  ["Übung 1", "Übung_1"],
])("the folder of %j is %j, inside its parent", (name, folder) => {
  expect(folderName(name)).toBe(folder);
});

test("a folder's time is ISO 8601's basic form", () => {
  expect(timeName("2026-11-22T21:33:44.123Z")).toBe("20261122T213344.123Z");
});

describe("a run killed by SIGKILL", () => {
  test("leaves a history that lacks only its last milliseconds", async () => {
    const child = await recordingChild();
    try {
      const recording = spawn(process.execPath, [child, store, JSON.stringify(description)], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      // The child says how many operations it had recorded at least 20 ms before.
      let safe = 0;
      const closed = new Promise((resolve) => recording.on("close", resolve));
      recording.stdout.on("data", (data: Buffer) => {
        safe = Math.max(safe, ...data.toString().trim().split("\n").map(Number));
        if (safe > 3000) recording.kill("SIGKILL");
      });
      await closed;
      expect(recording.signalCode).toBe("SIGKILL");

      const run = await openRun(store);
      const history = await run.history();
      expect(history.length).toBeGreaterThanOrEqual(safe);
      expect(history.operation(safe - 1)).toEqual(operation(safe - 1));

      // A kill may also tear the last line; here it certainly does.
      const bytes = readFileSync(run.historyPath);
      const lastLine = bytes.lastIndexOf("\n", bytes.length - 2) + 1;
      truncateSync(run.historyPath, lastLine + 30);
      const torn = await run.history();
      expect(torn.length).toBeGreaterThanOrEqual(safe - 1);
      expect(torn.notes).toEqual([
        "The last line stops in the middle, as when a run is killed; its 30 bytes are left out.",
      ]);
    } finally {
      rmSync(child);
    }
  });
});

/** A program that records operations until it is killed. */
async function recordingChild(): Promise<string> {
  // Inside the package, so that it finds what the package depends on and its schemas.
  mkdirSync("dist", { recursive: true });
  const outfile = join("dist", `recording-child-${process.pid}.mjs`);
  await build({
    stdin: {
      contents: `
        import { createRun } from "./run-writer.ts";
        const writer = await createRun(process.argv[2], JSON.parse(process.argv[3]));
        let index = 0;
        const past = [];
        setInterval(() => {
          for (let i = 0; i < 100; i++, index++) {
            writer.record({ index, time: index * 1000, process: 0, type: index % 2 === 0 ? "invoke" : "ok", f: "write", key: "x", value: index, node: "n1" });
          }
          past.push([performance.now(), index]);
          while (past.length > 0 && past[0][0] < performance.now() - 20) console.log(past.shift()[1]);
        }, 1);
      `,
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
    outfile,
  });
  return outfile;
}
